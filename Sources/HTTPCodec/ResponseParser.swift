import Vocabulary

package enum ResponseParser {
    package static func parse(
        _ bytes: Bytes, to requestMethod: Method, into table: FieldTable, limits: Limits
    ) -> ResponseParse {
        .refused(Refusal(.badStatusLine, .response))
    }
}
