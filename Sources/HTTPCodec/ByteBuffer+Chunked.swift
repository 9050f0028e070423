/// Writing the chunked coding (RFC 9112, 7.1). Extensions are never written, trailers only field by
/// field, and only those that change nothing about the message.
import Vocabulary

extension ByteBuffer {
    /// Most bytes that one chunk adds to its payload: sixteen digits and two line ends.
    public static let chunkOverhead = 20

    /// Most bytes of the last chunk with these trailers: a line has at least four bytes (`a:` and
    /// its end) and grows by at most one.
    public static func lastChunkSizeBound(trailers: Bytes) -> Int {
        trailers.count &+ trailers.count / 4 &+ 8
    }

    /// A size of 0 would end the body: that is `appendLastChunk`'s to do.
    public mutating func appendChunkHeader(size: Int) {
        precondition(size > 0, "a chunk without payload ends the body")
        appendNumber(UInt64(size), radix: 16)
        append("\r\n")
    }

    public mutating func appendChunkEnd() { append("\r\n") }

    /// The last chunk, the trailer fields that may be forwarded, and the empty line. `trailers` is
    /// what `BodyDecoder` handed out.
    public mutating func appendLastChunk(trailers: Bytes, dropping: FieldSet = []) {
        var writer = ByteWriter(writable)
        writer.write("0\r\n")
        var offset = 0
        while offset < trailers.count, case .line(let line) = FieldLine.parse(trailers, at: offset) {
            offset = line.end
            let name = line.name.of(trailers)
            if FieldName.isHarmlessInTrailer(name, FieldName.mark(line, in: trailers), dropping) {
                writer.writeLine(name, line.value.of(trailers))
            }
        }
        writer.write("\r\n")
        produced(writer.written)
    }
}

extension FieldName {
    /// RFC 9110, 6.5.1: known names frame, route, authenticate or describe the message, all but a
    /// few. So do whole families, which are told by their beginnings, odd spellings included.
    static func isHarmlessInTrailer(_ name: Bytes, _ mark: FieldMark, _ dropping: FieldSet) -> Bool {
        guard mark.name == .other, !dropping.has(.other) else { return false }
        return !startsLike(name, "x-forwarded-") && !startsLike(name, "x-route-")
            && !startsLike(name, "x-real-") && !startsLike(name, "x-original-")
            && !startsLike(name, "x-rewrite-") && !startsLike(name, "access-control-")
            && !startsLike(name, "sec-") && !startsLike(name, "proxy-")
    }

    private static func startsLike(_ name: Bytes, _ start: StaticString) -> Bool {
        guard name.count >= start.utf8CodeUnitCount else { return false }
        var offset = 0
        while offset < start.utf8CodeUnitCount {
            let byte = ByteSet.plainName.contains(name[offset]) ? name[offset] : 0x2D
            if byte | 0x20 != start.utf8Start[offset] { return false }
            offset &+= 1
        }
        return true
    }
}
