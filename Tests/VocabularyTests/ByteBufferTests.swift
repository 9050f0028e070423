/// Reader, writer and what is between them, at the edges.

import Testing
import Vocabulary

final class Memory {
    let base: UnsafeMutableRawPointer
    let capacity: Int

    init(_ capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 16)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
    }

    deinit { base.deallocate() }

    var buffer: ByteBuffer { ByteBuffer(base: base, capacity: capacity) }
}

func text(_ buffer: ByteBuffer) -> String { String(decoding: buffer.readable, as: UTF8.self) }

@Suite struct ByteBufferTests {
    @Test func anEmptyBufferHasNothingToReadAndNoRoom() {
        var buffer = ByteBuffer()
        #expect(buffer.isEmpty)
        #expect(buffer.room == 0)
        #expect(buffer.readable.isEmpty)
        #expect(buffer.writable.isEmpty)
        buffer.consume(0)
        buffer.compact()
        buffer.append("")
        #expect(buffer.base == nil)
    }

    @Test func fillsToTheLastByte() {
        let memory = Memory(4)
        var buffer = memory.buffer
        buffer.append("abc")
        #expect(buffer.room == 1)
        buffer.append(UInt8(ascii: "d"))
        #expect(buffer.room == 0)
        #expect(buffer.writable.isEmpty)
        #expect(text(buffer) == "abcd")
    }

    @Test func producedCountsWhatWasWrittenInPlace() {
        let memory = Memory(8)
        var buffer = memory.buffer
        buffer.append("ab")
        buffer.writable[0] = UInt8(ascii: "c")
        buffer.produced(1)
        #expect(text(buffer) == "abc")
        #expect(buffer.room == 5)
    }

    @Test func consumingAllStartsOver() {
        let memory = Memory(4)
        var buffer = memory.buffer
        buffer.append("abcd")
        buffer.consume(1)
        #expect(text(buffer) == "bcd")
        #expect(buffer.room == 0)
        buffer.consume(3)
        #expect(buffer.isEmpty)
        #expect(buffer.room == 4)
        #expect(buffer.reader == 0)
    }

    @Test func compactingMovesTheRestToTheFront() {
        let memory = Memory(6)
        var buffer = memory.buffer
        buffer.append("abcdef")
        buffer.consume(2)
        buffer.compact()
        #expect(text(buffer) == "cdef")
        #expect(buffer.room == 2)
        #expect(buffer.readable.baseAddress == UnsafeRawPointer(memory.base))
        buffer.compact()
        buffer.append("gh")
        #expect(text(buffer) == "cdefgh")
    }

    @Test(arguments: [
        (0..<2, "cdef"), (4..<6, "abcd"), (2..<4, "abef"), (0..<6, ""), (3..<3, "abcdef"), (6..<6, "abcdef"),
    ])
    func removingClosesTheGap(range: Range<Int>, expected: String) {
        let memory = Memory(8)
        var buffer = memory.buffer
        buffer.append("__abcdef")
        buffer.consume(2)
        buffer.remove(range)
        #expect(text(buffer) == expected)
        #expect(buffer.room == range.count)
    }

    @Test(arguments: [
        (2..<6, 0, "cdefef"), (2..<6, 1, "acdeff"), (2..<6, 2, "abcdef"), (5..<6, 0, "fbcdef"),
        (4..<4, 1, "abcdef"), (0..<6, 0, "abcdef"),
    ])
    func slidingMovesDownOverWhatWasThere(range: Range<Int>, offset: Int, expected: String) {
        let memory = Memory(8)
        var buffer = memory.buffer
        buffer.append("__abcdef")
        buffer.consume(2)
        buffer.slide(range, to: offset)
        #expect(text(buffer) == expected)
    }
}

@Suite struct BufferPoolTests {
    private static let large = 64 * 1024

    @Test func whatIsLeasedComesBack() {
        let pool = BufferPool(largeCapacity: Self.large)
        var buffers = (0..<300).map { index in
            switch index % 3 {
            case 0: pool.leaseSmall()
            case 1: pool.leaseLarge()
            default: pool.leaseBulk()
            }
        }
        #expect(pool.leased == 300)
        for index in buffers.indices { pool.release(&buffers[index]) }
        #expect(pool.leased == 0)
        #expect(buffers.allSatisfy { $0.base == nil && $0.capacity == 0 })
    }

    @Test func releasingNothingChangesNothing() {
        let pool = BufferPool(largeCapacity: Self.large)
        var buffer = pool.leaseSmall()
        pool.release(&buffer)
        pool.release(&buffer)
        #expect(pool.leased == 0)
    }

    @Test func aReleasedBufferServesAgainAndIsEmpty() {
        let pool = BufferPool(largeCapacity: Self.large)
        var first = pool.leaseSmall()
        let base = first.base
        first.append("left behind")
        pool.release(&first)
        var second = pool.leaseSmall()
        #expect(second.base == base)
        #expect(second.isEmpty)
        pool.release(&second)
    }

    @Test func leasesDoNotShareMemory() {
        let pool = BufferPool(largeCapacity: Self.large)
        var buffers = (0..<20).map { _ in pool.leaseSmall() }
        #expect(Set(buffers.map(\.base)).count == 20)
        for index in buffers.indices { pool.release(&buffers[index]) }
    }

    @Test func growingKeepsTheBytesAndTheCount() {
        let pool = BufferPool(largeCapacity: Self.large)
        var buffer = pool.leaseSmall()
        buffer.append("dropped, kept")
        buffer.consume(9)
        pool.grow(&buffer)
        #expect(buffer.capacity == Self.large)
        #expect(text(buffer) == "kept")
        #expect(pool.leased == 1)
        let base = buffer.base
        pool.grow(&buffer)
        #expect(buffer.base == base)
        pool.release(&buffer)
        #expect(pool.leased == 0)
    }

    @Test func aLargeBufferIsAlwaysLargerThanASmallOne() {
        let pool = BufferPool(largeCapacity: 1)
        #expect(pool.largeCapacity > BufferPool.smallCapacity)
    }

    @Test func bulkBuffersAreBounded() {
        let pool = BufferPool(largeCapacity: Self.large)
        var buffers = (0..<100).map { _ in pool.leaseBulk() }
        let bulk = buffers.count { $0.capacity == BufferPool.bulkCapacity }
        #expect(bulk == 64)
        #expect(buffers.suffix(36).allSatisfy { $0.capacity == Self.large })
        for index in buffers.indices { pool.release(&buffers[index]) }
        var again = pool.leaseBulk()
        #expect(again.capacity == BufferPool.bulkCapacity)
        pool.release(&again)
        #expect(pool.leased == 0)
    }
}
