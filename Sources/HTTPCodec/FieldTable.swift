/// The fields of one head, as offsets and tags, in memory allocated once and used for head after
/// head. It belongs to one worker and holds what the last parse put there; it never owns bytes.
import Vocabulary

package final class FieldTable {
    package let capacity: Int
    package private(set) var count = 0
    /// The names present, spelled properly (not by lookalikes).
    package private(set) var present: FieldSet = []
    private let entries: UnsafeMutablePointer<HeaderField>
    private let marks: UnsafeMutablePointer<FieldMark>

    package init(capacity: Int) {
        precondition(capacity > 0, "a table without room")
        self.capacity = capacity
        entries = .allocate(capacity: capacity)
        marks = .allocate(capacity: capacity)
    }

    deinit {
        entries.deallocate()
        marks.deallocate()
    }

    package var fields: UnsafeBufferPointer<HeaderField> {
        UnsafeBufferPointer(start: entries, count: count)
    }

    /// The known name of a field; `other` for an unknown one and for a lookalike of a known one.
    package func name(at index: Int) -> FieldName {
        precondition(index >= 0 && index < count, "no such field")
        return marks[index].isLookalike ? .other : marks[index].name
    }

    /// The value of the first field of that name.
    package func first(_ name: FieldName, in bytes: Bytes) -> Bytes? {
        guard let index = firstIndex(of: name) else { return nil }
        return value(at: index).of(bytes)
    }

    package func contains(_ name: FieldName) -> Bool { present.has(name) }
}

/// What the parser knows of a field besides where it is: one byte.
struct FieldMark {
    private var bits: UInt8

    init(_ name: FieldName, lookalike: Bool = false) {
        bits = name.rawValue | (lookalike ? 0x80 : 0)
    }

    var name: FieldName {
        guard let name = FieldName(rawValue: bits & 0x3F) else {
            preconditionFailure("a mark is made from a name")
        }
        return name
    }

    /// The name is an odd spelling (`X_Route_Label`) of `name`.
    var isLookalike: Bool { bits & 0x80 != 0 }
    /// `Connection` names this field, so it ends here (RFC 9110, 7.6.1).
    var isNamedByConnection: Bool { bits & 0x40 != 0 }
    mutating func nameByConnection() { bits |= 0x40 }
}

extension FieldTable {
    func reset() {
        count = 0
        present = []
    }

    /// False when there is no room left.
    @inline(__always)
    func append(_ line: FieldLine, _ mark: FieldMark) -> Bool {
        guard count < capacity else { return false }
        entries[count] = HeaderField(
            nameOffset: line.name.offset, nameLength: line.name.length,
            valueOffset: line.value.offset, valueLength: line.value.length)
        marks[count] = mark
        count &+= 1
        if !mark.isLookalike { present.formUnion(FieldSet(mark.name)) }
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

    func nameByConnection(at index: Int) { marks[index].nameByConnection() }
}
