/// Filling a table from a head's field section, and the checks that need all fields at once. It
/// decides nothing about framing.
import Vocabulary

extension FieldTable {
    /// Members in one list-valued field that has to be compared with all others: far more than any
    /// honest sender names, and a bound on the work.
    static let listMembers = 64

    /// Reads field lines from `start` to the empty line, which must end the bytes.
    func parse(_ bytes: Bytes, from start: Int, limits: Limits, side: MessageSide) -> RefusalReason? {
        reset()
        var offset = start
        while true {
            switch FieldLine.parse(bytes, at: offset) {
            case .line(let line):
                offset = line.end
                let mark = FieldName.mark(line, in: bytes)
                if side == .request, let reason = check(mark) { return reason }
                guard count < limits.headers, append(line, mark) else { return .tooManyHeaders }
            case .empty(let end):
                return end == bytes.count ? nil : .badHeaderName
            case .refused(let reason):
                return reason
            }
        }
    }

    @inline(__always)
    private func check(_ mark: FieldMark) -> RefusalReason? {
        if mark.isLookalike {
            return FieldSet.framing.has(mark.name) ? .lookalikeHeader : nil
        }
        let repeated = present.has(mark.name) && FieldSet.requestSingletons.has(mark.name)
        return repeated ? .duplicateHeader : nil
    }

    /// The value of a field that may occur once.
    enum Single {
        case absent
        case one(ByteRange)
        case several
    }

    func single(_ name: FieldName) -> Single {
        guard let first = firstIndex(of: name) else { return .absent }
        var index = first &+ 1
        while index < count {
            if mark(at: index).name == name, !mark(at: index).isLookalike { return .several }
            index &+= 1
        }
        return .one(value(at: first))
    }
}
