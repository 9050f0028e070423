/// What an `append` writes, as text.

import Vocabulary

enum Rendering {
    static func text(capacity: Int = 16 * 1024, _ body: (inout ByteBuffer) -> Void) -> String {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        defer { memory.deallocate() }
        var buffer = ByteBuffer(base: memory, capacity: capacity)
        body(&buffer)
        return String(decoding: buffer.readable, as: UTF8.self)
    }
}
