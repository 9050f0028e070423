/// The configured labels: names to `Label` and back, with the names' bytes ready for headers. It
/// is immutable and owns the bytes it hands out.

import Vocabulary

/// `@unchecked`: the pointers are set once in `init` and only read.
public final class LabelTable: @unchecked Sendable {
    public let names: [String]
    private let text: UnsafeMutableRawBufferPointer
    private let bounds: UnsafeMutablePointer<Int>

    /// At most `Limits.labels` names; more are refused by `RuleSet` before this is made.
    public init(_ names: [String]) {
        precondition(names.count <= Limits.labels, "more labels than a label can number")
        self.names = names
        text = .allocate(byteCount: names.reduce(0) { $0 + $1.utf8.count }, alignment: 1)
        bounds = .allocate(capacity: names.count + 1)
        var offset = 0
        for (index, name) in names.enumerated() {
            (bounds + index).initialize(to: offset)
            for byte in name.utf8 {
                text[offset] = byte
                offset += 1
            }
        }
        (bounds + names.count).initialize(to: offset)
    }

    deinit {
        text.deallocate()
        bounds.deallocate()
    }

    public var count: Int { names.count }

    public func label(named name: String) -> Label? {
        names.firstIndex(of: name).map { Label(index: UInt8($0)) }
    }

    public func name(of label: Label) -> String { names[Int(label.index)] }

    /// The name's bytes, valid as long as the table.
    public func bytes(of label: Label) -> Bytes {
        let index = Int(label.index)
        precondition(index < names.count, "a label of another table")
        return Bytes(rebasing: text[bounds[index]..<bounds[index + 1]])
    }
}
