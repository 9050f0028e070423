/// Writing heads from parsed parts. The caller has made sure of the room (`requestSizeBound`,
/// `responseSizeBound`); nothing the peer sent is written except validated names, values and targets.
import Vocabulary

extension ByteBuffer {
    package static func requestSizeBound(_ head: RequestHead, _ table: FieldTable) -> Int { 0 }
    package static func responseSizeBound(_ head: ResponseHead, _ table: FieldTable) -> Int { 0 }

    /// Request line, Host, the kept fields and the framing; not the empty line.
    package mutating func appendRequestHead(
        _ head: RequestHead, table: FieldTable, bytes: Bytes, dropping: FieldSet
    ) {}

    /// Status line, the kept fields and `framing`; not the empty line. `framing` may differ from
    /// the head's (`untilClose` can become `chunked`).
    package mutating func appendResponseHead(
        _ head: ResponseHead, table: FieldTable, bytes: Bytes, dropping: FieldSet,
        framing: BodyFraming
    ) {}

    package mutating func appendField(_ name: StaticString, _ value: Bytes) {}
    package mutating func appendField(_ name: StaticString, _ value: StaticString) {}
    package mutating func appendField(_ name: StaticString, _ value: UInt64) {}
    package mutating func appendEndOfHead() {}
}
