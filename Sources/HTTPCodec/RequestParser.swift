import Vocabulary

package enum RequestParser {
    /// Longest method; the longest registered one has 17 bytes.
    static let methodLength = 32

    package static func parse(
        _ bytes: Bytes, into table: FieldTable, limits: Limits
    ) -> RequestParse {
        .refused(Refusal(.badRequestLine, .request))
    }
}
