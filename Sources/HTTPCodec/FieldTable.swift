/// The fields of one head, as offsets and tags, in memory allocated once and used for head after
/// head. It belongs to one worker and holds what the last parse put there; it never owns bytes.
import Vocabulary

public final class FieldTable {
    public let capacity: Int
    /// Behind a pointer like the rest: class properties that vary cost an exclusivity check for each
    /// access, which was a quarter of a parse.
    private let totals: UnsafeMutablePointer<FieldTotals>
    private let entries: UnsafeMutablePointer<HeaderField>
    private let marks: UnsafeMutablePointer<FieldMark>

    public init(capacity: Int) {
        precondition(capacity > 0, "a table without room")
        self.capacity = capacity
        entries = .allocate(capacity: capacity)
        marks = .allocate(capacity: capacity)
        totals = .allocate(capacity: 1)
        totals.initialize(to: FieldTotals())
    }

    deinit {
        entries.deallocate()
        marks.deallocate()
        totals.deallocate()
    }

    public var count: Int { totals.pointee.count }
    /// The names present, spelled properly (not by lookalikes).
    public var present: FieldSet { totals.pointee.present }

    public var fields: UnsafeBufferPointer<HeaderField> {
        UnsafeBufferPointer(start: entries, count: count)
    }

    /// The known name of a field; `other` for an unknown one and for a lookalike of a known one.
    public func name(at index: Int) -> FieldName {
        precondition(index >= 0 && index < count, "no such field")
        return marks[index].isLookalike ? .other : marks[index].name
    }

    /// The value of the first field of that name.
    public func first(_ name: FieldName, in bytes: Bytes) -> Bytes? {
        guard let index = firstIndex(of: name) else { return nil }
        return value(at: index).of(bytes)
    }

    public func contains(_ name: FieldName) -> Bool { present.has(name) }
}

private struct FieldTotals {
    var count = 0
    var present: FieldSet = []
}

/// What the parser knows of a field besides where it is.
struct FieldMark {
    let name: FieldName
    /// The name is an odd spelling (`X_Route_Label`) of `name`.
    let isLookalike: Bool
    /// `Connection` names this field, so it ends here (RFC 9110, 7.6.1).
    var isNamedByConnection = false

    @inline(__always)
    init(_ name: FieldName, lookalike: Bool = false) {
        self.name = name
        isLookalike = lookalike
    }
}

extension FieldTable {
    func reset() {
        totals.pointee = FieldTotals()
    }

    /// False when there is no room left.
    @inline(__always)
    func append(_ line: FieldLine, _ mark: FieldMark) -> Bool {
        let count = self.count
        guard count < capacity else { return false }
        entries[count] = HeaderField(
            nameOffset: line.name.offset, nameLength: line.name.length,
            valueOffset: line.value.offset, valueLength: line.value.length)
        marks[count] = mark
        totals.pointee.count = count &+ 1
        if !mark.isLookalike { totals.pointee.present.formUnion(FieldSet(mark.name)) }
        return true
    }

    @inline(__always)
    func mark(at index: Int) -> FieldMark { marks[index] }

    @inline(__always)
    func value(at index: Int) -> ByteRange {
        ByteRange(offset: entries[index].valueOffset, length: entries[index].valueLength)
    }

    @inline(__always)
    func nameRange(at index: Int) -> ByteRange {
        ByteRange(offset: entries[index].nameOffset, length: entries[index].nameLength)
    }

    func firstIndex(of name: FieldName) -> Int? {
        guard present.has(name) else { return nil }
        var index = 0
        while index < count {
            if marks[index].name == name, !marks[index].isLookalike { return index }
            index &+= 1
        }
        return nil
    }

    func nameByConnection(at index: Int) { marks[index].isNamedByConnection = true }
}
