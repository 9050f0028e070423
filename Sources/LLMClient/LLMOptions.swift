/// `classifier.llm:` in the configuration, as plain values. What becomes of a verdict (mode, cache) is
/// the classifier's affair and not here.

import Vocabulary

package struct LLMOptions: Sendable, Equatable {
    /// An example question and its answer, shown to the model before the real one.
    package struct Example: Sendable, Equatable {
        package var request: String
        package var label: String

        package init(request: String, label: String) {
            self.request = request
            self.label = label
        }
    }

    /// `http://` or `https://`, with a path prefix if the server has one; `/api/chat` is put behind it.
    package var url = "http://127.0.0.1:11434"
    package var model = "mistral"
    /// How long a request of mode `wait` is held for a verdict.
    package var deadline = Interval.milliseconds(500)
    /// Longest a question may take from being asked to its answer; the verdict still serves the requests
    /// to come. A small model on a CPU needs seconds.
    package var answerTimeout = Interval.seconds(30)
    /// Questions at the server at one time.
    package var maxInFlight = 2
    /// Questions that wait for their turn; one more is refused.
    package var queue = 64
    /// Sent as `Authorization: Bearer`, if given.
    package var token: String?
    /// The file that `token` is read from at start. The desk does not look at it.
    package var tokenFile: String?
    /// A PEM file of the authorities to trust instead of the system's.
    package var authorityFile: String?
    /// How long the server keeps the model in memory, in its own spelling (`30m`, `-1`, `0`).
    package var keepAlive = "30m"
    /// Tokens of context; fixed, since a change makes the server load the model again.
    package var contextTokens = 4096
    /// Most tokens of an answer; a label and a number need about twenty.
    package var answerTokens = 64
    package var seed = 7
    /// Most bytes of masked request text in one question.
    package var requestText = 2048
    /// Most bytes of one reply. Log probabilities of 64 tokens with alternatives need some 60 KiB.
    package var responseBytes = 256 * 1024
    /// Opening a connection to the server.
    package var connectTimeout = Interval.seconds(2)
    /// Loading a model of tens of gigabytes from a slow disk.
    package var warmUpTimeout = Interval.seconds(300)
    /// Between two looks at whether the server and its model are there.
    package var watchInterval = Interval.seconds(10)
    /// Failures in a row that open the breaker.
    package var breakerFailures = 3
    /// The breaker's first pause; each failed probe doubles it.
    package var breakerPause = Interval.seconds(1)
    package var breakerLongestPause = Interval.seconds(60)
    /// Few-shot examples; labels that are not configured make no example. Empty: the built-in ones.
    package var examples: [Example] = []

    package init() {}
}
