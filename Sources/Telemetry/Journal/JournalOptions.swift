/// `classifier.journal:` in the configuration, as plain values.

public struct JournalOptions: Sendable, Equatable {
    public enum Content: String, CaseIterable, Sendable {
        /// Query and body are written, masked.
        case text
        /// Neither is.
        case none
    }

    /// The file that is written; nil turns the journal off.
    public var path: String?
    /// Bytes of one file at most.
    public var size = 64 << 20
    /// Full files that are kept beside the one that is written.
    public var files = 3
    public var content = Content.text
    /// The share of the decisions of the model and of the default that is written down. Verdicts of the
    /// language model always are.
    public var sample = 1.0

    public init() {}
}

/// The bounds of the journal, each with its reason.
public enum JournalLimits {
    /// Bytes of a method, before escaping: those in use have a dozen at most.
    public static let method = 32
    /// Bytes of path and query, masked, before escaping.
    public static let target = 2048
    public static let contentType = 128
    /// Bytes of a body, masked, before escaping: four times what a language model is shown.
    public static let body = 8192
    /// All of it fits into one small buffer of a worker.
    public static let texts = method + target + contentType + body
    /// A text that escaping more than doubles is no text; it is cut.
    public static let escaping = 2
    /// Bytes of a label, escaped.
    public static let label = 1024
    /// No line is longer: the texts, the label, and 1 KiB for names, numbers and punctuation.
    public static let line = escaping * texts + label + 1024
    /// Chunks of the whole journal: 2 MiB, which a disk must fall behind by before a line is lost.
    public static let chunks = 32
}
