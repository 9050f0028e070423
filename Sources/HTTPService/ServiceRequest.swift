/// A request as a handler sees it: views into the service's buffers, valid for that one call. A
/// handler copies what it wants to keep.

import HTTPCodec
import Vocabulary

package struct ServiceRequest {
    package let head: RequestHead
    /// The head's bytes, which the ranges and the table refer to.
    package let bytes: Bytes
    package let table: FieldTable
    /// The part of the body that was kept (`ServiceOptions.Body`).
    package let body: Bytes
    /// The whole body's length.
    package let bodyLength: UInt64

    package var method: Method { head.kind }
    package var methodText: Bytes { head.method.of(bytes) }
    package var path: Bytes { head.path.of(bytes) }
    /// What follows `?`, without it.
    package var query: Bytes { head.query.of(bytes) }

    package func isPath(_ text: StaticString) -> Bool { path.isSame(as: text) }

    package func name(at index: Int) -> Bytes {
        let field = table.fields[index]
        return ByteRange(offset: field.nameOffset, length: field.nameLength).of(bytes)
    }

    package func value(at index: Int) -> Bytes {
        let field = table.fields[index]
        return ByteRange(offset: field.valueOffset, length: field.valueLength).of(bytes)
    }

    /// The value of the first field of that name, given in lower case.
    package func field(_ name: StaticString) -> Bytes? {
        let indices = 0..<table.count
        return indices.first { self.name(at: $0).isSame(as: name, ignoringCase: true) }.map(value(at:))
    }

    /// Whether the query has this `name=value` part, character for character.
    package func queryContains(_ part: StaticString) -> Bool {
        query.split(separator: UInt8(ascii: "&")).contains { Bytes(rebasing: $0).isSame(as: part) }
    }
}

extension UnsafeRawBufferPointer {
    /// `text` is in lower case if case does not matter.
    func isSame(as text: StaticString, ignoringCase: Bool = false) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count {
            let byte = self[index]
            let isCapital = ignoringCase && byte >= 0x41 && byte <= 0x5A
            if (isCapital ? byte | 0x20 : byte) != text.utf8Start[index] { return false }
        }
        return true
    }
}
