/// A cursor over the room of a buffer, for writing many short pieces. Each piece is checked against
/// the room once; a lack of it is a bug in the caller's bound, never a peer's doing.
import Vocabulary

struct ByteWriter {
    private var cursor: UnsafeMutableRawPointer
    private let start: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer

    @inline(__always)
    init(_ room: UnsafeMutableRawBufferPointer) {
        guard let base = room.baseAddress else { preconditionFailure("a buffer without memory") }
        cursor = base
        start = base
        end = base + room.count
    }

    @inline(__always) var written: Int { cursor - start }

    @inline(__always)
    mutating func write(_ bytes: Bytes) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(bytes.count <= end - cursor, "a size bound was too small")
        cursor.copyMemory(from: source, byteCount: bytes.count)
        cursor += bytes.count
    }

    @inline(__always)
    mutating func write(_ text: StaticString) {
        write(Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func write(_ byte: UInt8) {
        precondition(cursor < end, "a size bound was too small")
        cursor.storeBytes(of: byte, as: UInt8.self)
        cursor += 1
    }

    @inline(__always)
    mutating func writeLine(_ name: Bytes, _ value: Bytes) {
        write(name)
        write(": ")
        write(value)
        write("\r\n")
    }

    mutating func write(number: UInt64, radix: UInt64) {
        var digits = 1
        var rest = number / radix
        while rest > 0 {
            digits &+= 1
            rest /= radix
        }
        precondition(digits <= end - cursor, "a size bound was too small")
        rest = number
        var place = digits
        while place > 0 {
            place &-= 1
            let digit = UInt8(truncatingIfNeeded: rest % radix)
            cursor.storeBytes(of: digit &+ (digit < 10 ? 0x30 : 0x57), toByteOffset: place, as: UInt8.self)
            rest /= radix
        }
        cursor += digits
    }
}
