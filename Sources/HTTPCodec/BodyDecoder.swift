/// Taking a body's framing off as its bytes arrive, and knowing exactly where the message ends. It
/// copies nothing, keeps nothing but counters, and never hands on a byte of framing.
import Vocabulary

package struct BodyDecoder: Sendable {
    /// What a call found. `consumed` counts from the start of the input; ranges lie within it.
    package enum Step: Equatable, Sendable {
        case data(consumed: Int, payload: Range<Int>)
        case needMore(consumed: Int)
        /// `trailers` are validated field lines, each with its CRLF, without the empty line.
        case end(consumed: Int, trailers: Range<Int>)
        case refused(Refusal)
    }

    package private(set) var isComplete = false

    package init(_ framing: BodyFraming, side: MessageSide = .request) {}

    /// Bytes of payload still to come, where the framing says so (`Content-Length`).
    package var remaining: UInt64? { nil }

    package mutating func next(_ input: Bytes, limits: Limits) -> Step { .needMore(consumed: 0) }

    /// `count` bytes of a body of known length have passed by without being read here.
    package mutating func skip(_ count: UInt64) {}

    /// The peer has closed. True if that is a clean end of the body.
    package mutating func closed() -> Bool { false }
}
