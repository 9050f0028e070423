import Telemetry
import Vocabulary

/// Buffers and views for tests: bytes that live as long as the closure, and what was written into a
/// buffer as bytes.

func written(room: Int = 64 * 1024, _ body: (inout ByteBuffer) -> Void) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { memory in
        guard let base = memory.baseAddress else { return [] }
        var buffer = ByteBuffer(base: base, capacity: room)
        body(&buffer)
        return Array(buffer.readable)
    }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

func line(
    _ format: AccessLogOptions.Format, _ fields: [WritableKeyPath<AccessLogRecord, Bytes>: [UInt8]],
    _ change: (inout AccessLogRecord) -> Void = { _ in }
) -> [UInt8] {
    written { buffer in
        var record = AccessLogRecord()
        var copies: [UnsafeMutableRawBufferPointer] = []
        for (field, bytes) in fields {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            copy.copyBytes(from: bytes)
            copies.append(copy)
            record[keyPath: field] = Bytes(copy)
        }
        change(&record)
        AccessLogLine.append(record, format: format, to: &buffer)
        for copy in copies { copy.deallocate() }
    }
}

/// SplitMix64: the same bytes for the same seed, everywhere.
struct SeededBytes {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
    }
}
