/// Names that a gateway takes for others. CGI, WSGI and their heirs turn every byte of a name but
/// letters and digits into `_`, so that `Content_Length` and `Content.Length` reach the application
/// as `Content-Length`. Such a name is treated as the one it imitates, or worse.
import Vocabulary

extension FieldName {
    /// Longest known name.
    private static let longest = 25

    /// The known name that `name` becomes when every odd byte is read as a hyphen; `other` if none.
    init(lookalike name: Bytes) {
        self = .other
        guard name.count <= FieldName.longest else { return }
        withUnsafeTemporaryAllocation(byteCount: FieldName.longest, alignment: 8) { scratch in
            var offset = 0
            while offset < name.count {
                let byte = name[offset]
                scratch[offset] = ByteSet.plainName.contains(byte) ? byte : 0x2D
                offset &+= 1
            }
            self = FieldName(Bytes(rebasing: scratch[0..<offset]))
        }
    }

    /// The tag of a field as received.
    @inline(__always)
    static func mark(_ line: FieldLine, in bytes: Bytes) -> FieldMark {
        let name = line.name.of(bytes)
        guard line.hasOddName else { return FieldMark(FieldName(name)) }
        let imitated = FieldName(lookalike: name)
        return FieldMark(imitated, lookalike: imitated != .other)
    }
}
