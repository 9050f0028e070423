/// One field line: `name ":" OWS value OWS CRLF` (RFC 9112, 5).
import Vocabulary

struct FieldLine {
    var name: ByteRange
    var value: ByteRange
}
