/// What the language model gets to see of a request: a few lines, masked, in valid UTF-8, bounded by the
/// memory they are written into. Headers other than the content type never leave.

import Vocabulary

public enum RequestText {
    /// Returns the number of bytes written. `bodyComplete`: `request.body` is the whole body.
    public static func render(
        _ request: RequestView, bodyComplete: Bool, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        var page = Page(output: output)
        page.masked(request.method)
        page.write(" ")
        page.masked(request.path)
        if !request.query.isEmpty {
            page.write("?")
            page.masked(request.query)
        }
        if !request.contentType.isEmpty {
            page.write("\nContent-Type: ")
            page.masked(request.contentType)
        }
        if let length = request.bodyLength, length > 0 {
            page.write("\nBody: ")
            page.write(decimal: length)
            page.write(" bytes")
        }
        if !request.body.isEmpty {
            page.write("\n")
            page.body(request.body, isComplete: bodyComplete)
        }
        return page.written
    }

    /// The body alone, masked in the same way.
    public static func renderBody(_ body: Bytes, isComplete: Bool, into output: UnsafeMutableRawBufferPointer) -> Int {
        var page = Page(output: output)
        page.body(body, isComplete: isComplete)
        return page.written
    }

    /// The target alone: identifiers in the path keep their looks only (`PathMask`), the query is masked
    /// like everything else.
    public static func renderTarget(
        path: Bytes, query: Bytes, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        var page = Page(output: output)
        page.written = PathMask.mask(path, into: output)
        if !query.isEmpty {
            page.write("?")
            page.masked(query)
        }
        return page.written
    }

    private struct Page {
        let output: UnsafeMutableRawBufferPointer
        var written = 0

        private var room: UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: output[written...])
        }

        mutating func write(_ text: StaticString) {
            let count = min(text.utf8CodeUnitCount, room.count)
            for index in 0..<count { output[written + index] = text.utf8Start[index] }
            written += count
        }

        mutating func write(decimal: UInt64) {
            var (power, rest): (UInt64, UInt64) = (1, decimal)
            while decimal / power >= 10 { power *= 10 }
            while power > 0, written < output.count {
                output[written] = UInt8(ascii: "0") + UInt8(rest / power)
                rest %= power
                power /= 10
                written += 1
            }
        }

        mutating func masked(_ text: Bytes) {
            let start = written
            written += TextMask.mask(text, into: room)
            _ = repair(from: start)
        }

        /// More than a tenth that is no text: the bytes would tell the model nothing.
        mutating func body(_ body: Bytes, isComplete: Bool) {
            let start = written
            written += TextMask.mask(body, isComplete: isComplete, into: room)
            let count = written - start
            if repair(from: start) * 10 > count {
                written = start
                write("(binary)")
            }
        }

        /// Puts `?` in place of every byte that is no UTF-8, and blanks for control characters; a
        /// character cut off at the end goes. Returns how many bytes were wrong.
        private mutating func repair(from start: Int) -> Int {
            var wrong = 0
            var index = start
            while index < written {
                let byte = output[index]
                if byte < 0x80 {
                    let isControl = byte < 0x20 && byte != 0x0A && byte != 0x09 && byte != 0x0D
                    if isControl || byte == 0x7F {
                        output[index] = 0x20
                        wrong += 1
                    }
                    index += 1
                    continue
                }
                let length = UTF8Sequence.length(at: index, in: Bytes(rebasing: output[..<written]))
                if length == 0 {
                    if written == output.count, written - index < 4,
                        UTF8Sequence.couldBegin(Bytes(rebasing: output[index..<written]))
                    {
                        written = index
                        return wrong
                    }
                    output[index] = UInt8(ascii: "?")
                    wrong += 1
                }
                index += max(length, 1)
            }
            return wrong
        }
    }
}

/// Well-formed UTF-8 (Unicode 15, table 3-7).
enum UTF8Sequence {
    /// The length of the character of two to four bytes at `start`; zero if there is none.
    static func length(at start: Int, in bytes: Bytes) -> Int {
        let count = expected(bytes[start])
        guard count > 0, bytes.count - start >= count else { return 0 }
        guard isSecond(bytes[start + 1], after: bytes[start]) else { return 0 }
        for index in 2..<max(count, 2) where bytes[start + index] & 0xC0 != 0x80 { return 0 }
        return count
    }

    /// Whether more bytes could make a character of these.
    static func couldBegin(_ bytes: Bytes) -> Bool {
        guard expected(bytes[0]) > bytes.count else { return false }
        guard bytes.count > 1 else { return true }
        return isSecond(bytes[1], after: bytes[0]) && (bytes.count < 3 || bytes[2] & 0xC0 == 0x80)
    }

    private static func expected(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    /// Neither overlong forms, nor surrogates, nor beyond U+10FFFF.
    private static func isSecond(_ byte: UInt8, after first: UInt8) -> Bool {
        switch first {
        case 0xE0: (0xA0...0xBF).contains(byte)
        case 0xED: (0x80...0x9F).contains(byte)
        case 0xF0: (0x90...0xBF).contains(byte)
        case 0xF4: (0x80...0x8F).contains(byte)
        default: byte & 0xC0 == 0x80
        }
    }
}
