/// Writing heads from parsed parts. The caller has made sure of the room (`requestSizeBound`,
/// `responseSizeBound`); nothing the peer sent is written except validated names, values and targets.
import Vocabulary

extension ByteBuffer {
    /// Host for a client that names none, framing, TE and Connection, with the longest numbers.
    private static let ownFields = 256

    /// Every field grows by at most one byte (`a:b`), the target and the Host are in the head.
    public static func requestSizeBound(_ head: RequestHead, _ table: FieldTable) -> Int {
        head.length &+ table.count &+ ownFields
    }

    public static func responseSizeBound(_ head: ResponseHead, _ table: FieldTable) -> Int {
        head.length &+ table.count &+ ownFields
    }

    /// Request line in origin-form, Host, the kept fields and the framing; not the empty line. Always
    /// HTTP/1.1, as it is our hop. `absentHost` stands in where an HTTP/1.0 client named no host.
    public mutating func appendRequestHead(
        _ head: RequestHead, table: FieldTable, bytes: Bytes, dropping: FieldSet,
        absentHost: StaticString = "localhost"
    ) {
        var writer = ByteWriter(writable)
        writer.write(head.method.of(bytes))
        writer.write(ASCII.space)
        if head.asteriskForm { writer.write(ASCII.asterisk) } else { writer.write(head.path.of(bytes)) }
        if head.hasQuery {
            writer.write(ASCII.question)
            writer.write(head.query.of(bytes))
        }
        writer.write(" HTTP/1.1\r\nHost: ")
        if head.authority.isEmpty { writer.write(absentHost) } else { writer.write(head.authority.of(bytes)) }
        writer.write("\r\n")
        var dropped = dropping.union(.hop)
        if head.framing != .chunked { dropped.formUnion(FieldSet(.trailer)) }
        if let hops = head.maxForwards {
            // RFC 9110, 7.6.2. At 0 the request does not get here.
            dropped.formUnion(FieldSet(.maxForwards))
            writer.write("Max-Forwards: ")
            writer.write(number: UInt64(hops == 0 ? 0 : hops &- 1), radix: 10)
            writer.write("\r\n")
        }
        writer.write(table, bytes, dropping: dropped)
        writer.write(head.framing)
        if head.acceptsTrailers { writer.write("TE: trailers\r\nConnection: TE\r\n") }
        produced(writer.written)
    }

    /// Status line, the kept fields and `framing`; not the empty line. `framing` may differ from
    /// the head's (`untilClose` can become `chunked`). Always HTTP/1.1 (RFC 9110, 6.2).
    public mutating func appendResponseHead(
        _ head: ResponseHead, table: FieldTable, bytes: Bytes, dropping: FieldSet,
        framing: BodyFraming
    ) {
        var writer = ByteWriter(writable)
        writer.write("HTTP/1.1 ")
        writer.write(number: UInt64(head.status), radix: 10)
        writer.write(ASCII.space)
        writer.write(head.reason.of(bytes))
        writer.write("\r\n")
        var dropped = dropping.union(.hop)
        if framing != .chunked || head.framing != .chunked { dropped.formUnion(FieldSet(.trailer)) }
        writer.write(table, bytes, dropping: dropped)
        if framing == .none, let length = head.describedLength {
            writer.write(.length(length))
        } else {
            writer.write(framing)
        }
        produced(writer.written)
    }

    public mutating func appendField(_ name: StaticString, _ value: Bytes) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }

    public mutating func appendField(_ name: StaticString, _ value: StaticString) {
        appendField(name, Bytes(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    public mutating func appendField(_ name: StaticString, _ value: UInt64) {
        append(name)
        append(": ")
        appendNumber(value, radix: 10)
        append("\r\n")
    }

    public mutating func appendEndOfHead() { append("\r\n") }

    mutating func appendNumber(_ number: UInt64, radix: UInt64) {
        var writer = ByteWriter(writable)
        writer.write(number: number, radix: radix)
        produced(writer.written)
    }
}

extension ByteWriter {
    /// The fields that go on: not dropped (lookalikes go with what they imitate), not named by
    /// `Connection`.
    @inline(__always)
    mutating func write(_ table: FieldTable, _ bytes: Bytes, dropping: FieldSet) {
        var index = 0
        while index < table.count {
            let mark = table.mark(at: index)
            if !dropping.has(mark.name), !mark.isNamedByConnection {
                writeLine(table.nameRange(at: index).of(bytes), table.value(at: index).of(bytes))
            }
            index &+= 1
        }
    }

    @inline(__always)
    mutating func write(_ framing: BodyFraming) {
        switch framing {
        case .none, .untilClose: break
        case .chunked: write("Transfer-Encoding: chunked\r\n")
        case .length(let length):
            write("Content-Length: ")
            write(number: length, radix: 10)
            write("\r\n")
        }
    }
}
