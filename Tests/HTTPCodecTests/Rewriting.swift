/// One request or response through parser and serialiser, as text in and out, for tests that say what
/// must reach the other side.
import HTTPCodec
import Vocabulary

enum Rewriting {
    /// The request head as the upstream would get it, or the refusal's name.
    static func request(_ text: String, dropping: FieldSet = []) -> String {
        let wire = latin(text)
        let table = FieldTable(capacity: 128)
        return wire.withUnsafeBytes { bytes in
            switch RequestParser.parse(bytes, into: table, limits: Limits()) {
            case .refused(let refusal): return "\(refusal.status) \(refusal.reason.name)"
            case .head(let head):
                return written(ByteBuffer.requestSizeBound(head, table)) {
                    $0.appendRequestHead(head, table: table, bytes: bytes, dropping: dropping)
                }
            }
        }
    }

    static func response(
        _ text: String, to method: HTTPCodec.Method = .get, dropping: FieldSet = [],
        framing: BodyFraming? = nil
    ) -> String {
        let wire = latin(text)
        let table = FieldTable(capacity: 128)
        return wire.withUnsafeBytes { bytes in
            switch ResponseParser.parse(bytes, to: method, into: table, limits: Limits()) {
            case .refused(let refusal): return "\(refusal.status) \(refusal.reason.name)"
            case .head(let head):
                return written(ByteBuffer.responseSizeBound(head, table)) {
                    $0.appendResponseHead(
                        head, table: table, bytes: bytes, dropping: dropping,
                        framing: framing ?? head.framing)
                }
            }
        }
    }

    /// What `body` writes into a buffer of exactly that size.
    static func written(_ capacity: Int, _ body: (inout ByteBuffer) -> Void) -> String {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        defer { memory.deallocate() }
        var buffer = ByteBuffer(base: memory, capacity: capacity)
        body(&buffer)
        return HTTPCodecTests.text(buffer.readable)
    }
}
