/// The line before a chunk: its size and its extensions (RFC 9112, 7.1 and 7.1.1), byte by byte, so
/// that nothing of it has to be kept. Extensions are checked against the grammar and forgotten:
/// what ends one differently for two parsers (a bare CR or LF, a quote) is refused.
import Vocabulary

struct ChunkLine: Sendable {
    enum Outcome {
        case more
        case size(UInt64)
        case refused(RefusalReason)
    }

    private enum State {
        case start, size, beforeExtension, extensionStart, name, afterName, valueStart, value
        case quoted, escaped, afterQuoted, lineFeed
    }

    /// Sixteen hexadecimal digits hold any 64-bit number.
    private static let digits = 16

    private var state = State.start
    private var value: UInt64 = 0
    private var digits = 0
    /// Bytes of extensions on this line, and in the message.
    private var lineBytes = 0
    private var messageBytes = 0

    @inline(__always)
    mutating func read(_ byte: UInt8) -> Outcome {
        switch state {
        case .start, .size: return readSize(byte)
        case .lineFeed: return finish(byte)
        default: return readExtension(byte)
        }
    }

    private mutating func readSize(_ byte: UInt8) -> Outcome {
        let digit = byte.hexValue
        if digit < 16 {
            guard digits < ChunkLine.digits, value <= UInt64(Int64.max) >> 4 else {
                return .refused(.badChunkSize)
            }
            value = value &<< 4 | UInt64(digit)
            digits &+= 1
            state = .size
            return .more
        }
        guard state == .size else { return .refused(.badChunkSize) }
        switch byte {
        case ASCII.carriageReturn: state = .lineFeed
        case ASCII.semicolon: state = .extensionStart
        case ASCII.space, ASCII.tab: state = .beforeExtension
        default: return .refused(.badChunkSize)
        }
        return .more
    }

    private mutating func finish(_ byte: UInt8) -> Outcome {
        guard byte == ASCII.lineFeed else { return .refused(.bareCarriageReturn) }
        let size = value
        state = .start
        value = 0
        digits = 0
        lineBytes = 0
        return .size(size)
    }

    private mutating func readExtension(_ byte: UInt8) -> Outcome {
        lineBytes &+= 1
        messageBytes &+= 1
        guard lineBytes <= Limits.chunkLine, messageBytes <= Limits.chunkExtensions else {
            return .refused(.chunkLineTooLong)
        }
        guard let next = following(byte) else { return .refused(.badChunkExtension) }
        state = next
        return .more
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`; nil where that breaks.
    private func following(_ byte: UInt8) -> State? {
        switch state {
        case .beforeExtension:
            if byte.isBlank { return .beforeExtension }
            return byte == ASCII.semicolon ? .extensionStart : nil
        case .extensionStart:
            if byte.isBlank { return .extensionStart }
            return ByteSet.token.contains(byte) ? .name : nil
        case .name:
            if ByteSet.token.contains(byte) { return .name }
            if byte.isBlank { return .afterName }
            return byte == ASCII.equals ? .valueStart : afterExtension(byte)
        case .afterName:
            if byte.isBlank { return .afterName }
            if byte == ASCII.equals { return .valueStart }
            return byte == ASCII.semicolon ? .extensionStart : nil
        case .valueStart:
            if byte.isBlank { return .valueStart }
            if byte == ASCII.quote { return .quoted }
            return ByteSet.token.contains(byte) ? .value : nil
        case .value:
            return ByteSet.token.contains(byte) ? .value : afterExtension(byte)
        case .quoted:
            if byte == ASCII.quote { return .afterQuoted }
            if byte == ASCII.backslash { return .escaped }
            return isQuotable(byte) ? .quoted : nil
        case .escaped:
            return isQuotable(byte) ? .quoted : nil
        case .afterQuoted:
            return afterExtension(byte)
        case .start, .size, .lineFeed:
            preconditionFailure("not a state of an extension")
        }
    }

    private func afterExtension(_ byte: UInt8) -> State? {
        switch byte {
        case ASCII.carriageReturn: .lineFeed
        case ASCII.semicolon: .extensionStart
        case ASCII.space, ASCII.tab: .beforeExtension
        default: nil
        }
    }

    private func isQuotable(_ byte: UInt8) -> Bool {
        byte == ASCII.tab || byte >= 0x20 && byte != ASCII.delete
    }
}
