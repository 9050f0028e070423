/// Reading `Connection` (RFC 9110, 7.6.1): what it says of the connection, and which fields it names
/// as ending here. All its fields are read as one list.
import Vocabulary

struct ConnectionOptions {
    var close = false
    var keepAlive = false
}

extension FieldTable {
    /// Nil if the field is not a list of tokens. Marks the fields it names.
    func connectionOptions(_ bytes: Bytes) -> ConnectionOptions? {
        var options = ConnectionOptions()
        guard present.has(.connection) else { return options }
        var members = 0
        var index = 0
        while index < count {
            if mark(at: index).name == .connection, !mark(at: index).isLookalike {
                var list = ListMembers(value(at: index).of(bytes))
                while let member = list.next() {
                    members &+= 1
                    guard members <= FieldTable.listMembers else { return nil }
                    if member.isEmpty { continue }
                    guard member.isToken else { return nil }
                    apply(member, to: &options, bytes)
                }
            }
            index &+= 1
        }
        return options
    }

    @inline(__always)
    private func apply(_ option: Bytes, to options: inout ConnectionOptions, _ bytes: Bytes) {
        if option.matches("close") {
            options.close = true
        } else if option.matches("keep-alive") {
            options.keepAlive = true
        } else if FieldName(option).canBeNamedAway {
            markNamed(option, bytes)
        }
    }

    private func markNamed(_ option: Bytes, _ bytes: Bytes) {
        var index = 0
        while index < count {
            if mark(at: index).name.canBeNamedAway, nameRange(at: index).of(bytes).isSameToken(option) {
                nameByConnection(at: index)
            }
            index &+= 1
        }
    }
}

/// The members of a comma-separated list without quoted strings (RFC 9110, 5.6.1), blanks trimmed.
/// Empty members are handed out too.
struct ListMembers {
    private let bytes: Bytes
    private var offset = 0

    @inline(__always)
    init(_ bytes: Bytes) { self.bytes = bytes }

    @inline(__always)
    mutating func next() -> Bytes? {
        guard offset <= bytes.count, bytes.count > 0 else { return nil }
        var start = offset
        var end = start
        while end < bytes.count, bytes[end] != ASCII.comma { end &+= 1 }
        offset = end &+ 1
        while start < end, bytes[start].isBlank { start &+= 1 }
        while end > start, bytes[end &- 1].isBlank { end &-= 1 }
        return bytes.slice(start, end)
    }
}

extension UnsafeRawBufferPointer {
    var isToken: Bool {
        var offset = 0
        while offset < count {
            if !ByteSet.token.contains(self[offset]) { return false }
            offset &+= 1
        }
        return count > 0
    }

    /// Two tokens that differ at most in the case of letters.
    func isSameToken(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset < count {
            if self[offset].lowered != other[offset].lowered { return false }
            offset &+= 1
        }
        return true
    }
}

extension UInt8 {
    @inline(__always) var lowered: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
