/// A key names one tenancy: after it the slot may serve again, but never under the old key.

import Testing
import Vocabulary

@Suite struct SlabTests {
    private func key(_ slab: Slab<Int>, _ value: Int) throws -> SlabKey {
        try #require(slab.insert(value))
    }

    @Test func findsWhatWasInserted() throws {
        let slab = Slab<Int>(capacity: 10, vacant: -1)
        let one = try key(slab, 1)
        let two = try key(slab, 2)
        #expect(one != two)
        #expect(slab.find(one)?.pointee == 1)
        #expect(slab.find(two)?.pointee == 2)
        #expect(slab.count == 2)
        #expect(slab.end == 2)
    }

    @Test func aStaleKeyFindsNeitherTheVacantSlotNorItsNextTenant() throws {
        let slab = Slab<Int>(capacity: 10, vacant: -1)
        let old = try key(slab, 1)
        slab.remove(old.index)
        #expect(slab.find(old) == nil)
        #expect(slab[old.index].pointee == -1)
        let new = try key(slab, 2)
        #expect(new.index == old.index)
        #expect(new.generation == old.generation + 1)
        #expect(slab.generation(of: new.index) == new.generation)
        #expect(slab.find(old) == nil)
        #expect(slab.find(new)?.pointee == 2)
    }

    @Test func aKeyBeyondWhatWasUsedFindsNothing() throws {
        let slab = Slab<Int>(capacity: 100, vacant: 0)
        #expect(slab.find(SlabKey(index: 0, generation: 0)) == nil)
        _ = try key(slab, 1)
        #expect(slab.find(SlabKey(index: 1, generation: 0)) == nil)
        #expect(slab.find(.none) == nil)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 128, 200])
    func holdsExactlyItsCapacity(capacity: Int) {
        let slab = Slab<Int>(capacity: capacity, vacant: -1)
        let keys = (0..<capacity).compactMap { slab.insert($0) }
        #expect(keys.count == capacity)
        #expect(slab.insert(7) == nil)
        #expect(slab.count == capacity)
        #expect(keys.enumerated().allSatisfy { slab.find($1)?.pointee == $0 })
        for key in keys { slab.remove(key.index) }
        #expect(slab.count == 0)
        #expect((0..<capacity).compactMap { slab.insert($0) }.count == capacity)
        #expect(slab.insert(7) == nil)
        #expect(slab.end == UInt32(capacity))
    }

    @Test func theLastSlotFreedIsTheFirstReused() throws {
        let slab = Slab<Int>(capacity: 4, vacant: -1)
        let keys = try (0..<4).map { try key(slab, $0) }
        slab.remove(keys[1].index)
        slab.remove(keys[3].index)
        #expect(try key(slab, 10).index == keys[3].index)
        #expect(try key(slab, 11).index == keys[1].index)
        #expect(slab.insert(12) == nil)
    }

    @Test func addressesStayWhileOthersComeAndGo() throws {
        let slab = Slab<Int>(capacity: 1000, vacant: -1)
        let first = try key(slab, 42)
        let address = slab[first.index]
        let others = try (0..<900).map { try key(slab, $0) }
        for other in others where other.index % 2 == 0 { slab.remove(other.index) }
        #expect(slab.find(first) == address)
        #expect(address.pointee == 42)
    }

    @Test func slotsDoNotOverlap() throws {
        let slab = Slab<(Int, Int)>(capacity: 130, vacant: (0, 0))
        let keys = try (0..<130).map { try #require(slab.insert(($0, -$0))) }
        #expect(Set(keys.map { slab[$0.index] }).count == 130)
        #expect(keys.enumerated().allSatisfy { slab[$1.index].pointee == ($0, -$0) })
    }
}
