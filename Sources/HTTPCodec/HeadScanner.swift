/// Finding the end of a head in bytes that arrive piecemeal, looking at each byte once. It knows
/// lines and control characters, nothing of what the lines say; the parsers read those.
import Vocabulary

public enum HeadScan: Equatable, Sendable {
    case incomplete
    /// The head's bytes, from the first empty line that was skipped to the one that ends it.
    case complete(length: Int)
    case refused(Refusal)
}

public struct HeadScanner: Sendable {
    /// Every byte before this one has been looked at.
    private var looked = 0
    private var lineStart = 0
    /// Length of the first line, once it is over; 0 before.
    private var firstLine = 0
    private var emptyLines = 0

    /// Empty lines before a request line (RFC 9112, 2.2 asks for at least one).
    static let leadingEmptyLines = 2
    /// Room in a first line besides the target: method, version, two spaces.
    static let firstLineOverhead = RequestParser.methodLength + 11

    public init() {}

    public mutating func reset() { self = HeadScanner() }

    /// `bytes` begins where it began at the last call, and holds at least as much.
    public mutating func scan(_ bytes: Bytes, limits: Limits, side: MessageSide) -> HeadScan {
        scan(bytes, limits: limits, side: side, section: false)
    }

    /// `section`: field lines only, as trailers are (RFC 9112, 7.1.2).
    mutating func scan(
        _ bytes: Bytes, limits: Limits, side: MessageSide, section: Bool
    ) -> HeadScan {
        while true {
            let stop = bytes.firstControl(from: min(looked, bytes.count))
            looked = stop
            guard stop < bytes.count else { return held(bytes.count, limits, side, section) }
            switch bytes[stop] {
            case ASCII.tab:
                looked = stop &+ 1
            case ASCII.carriageReturn:
                guard stop &+ 1 < bytes.count else {
                    return held(bytes.count, limits, side, section)
                }
                guard bytes[stop &+ 1] == ASCII.lineFeed else {
                    return .refused(Refusal(.bareCarriageReturn, side))
                }
                looked = stop &+ 2
                if let result = endLine(at: stop, limits, side, section) { return result }
            case ASCII.lineFeed:
                return .refused(Refusal(.bareLineFeed, side))
            default:
                return .refused(Refusal(.controlCharacter, side))
            }
        }
    }

    /// A line ends with the CR at `end`.
    private mutating func endLine(
        at end: Int, _ limits: Limits, _ side: MessageSide, _ section: Bool
    ) -> HeadScan? {
        let length = end &- lineStart
        lineStart = end &+ 2
        if looked > limits.head { return .refused(Refusal(.headTooLarge, side)) }
        if length > 0 {
            if firstLine == 0 {
                firstLine = length
                if isTooLongFirst(length, limits, side, section) {
                    return .refused(Refusal(.uriTooLong, side))
                }
            }
            return nil
        }
        if section || firstLine > 0 { return .complete(length: looked) }
        emptyLines &+= 1
        guard side == .request, emptyLines <= HeadScanner.leadingEmptyLines else {
            return .refused(Refusal(.emptyLines, side))
        }
        return nil
    }

    /// Nothing more to look at: is what is held still within bounds?
    private func held(
        _ count: Int, _ limits: Limits, _ side: MessageSide, _ section: Bool
    ) -> HeadScan {
        if firstLine == 0, isTooLongFirst(count &- lineStart, limits, side, section) {
            return .refused(Refusal(.uriTooLong, side))
        }
        if count >= limits.head { return .refused(Refusal(.headTooLarge, side)) }
        return .incomplete
    }

    private func isTooLongFirst(
        _ length: Int, _ limits: Limits, _ side: MessageSide, _ section: Bool
    ) -> Bool {
        side == .request && !section && length > limits.uri &+ HeadScanner.firstLineOverhead
    }
}
