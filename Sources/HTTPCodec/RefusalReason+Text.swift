/// The words for a refusal: a name for metrics and error codes, a sentence for people. Neither ever
/// repeats a byte that the peer sent.

extension RefusalReason {
    /// For `slb_rejected_total{reason}` and the code of a local reply.
    public var name: StaticString { words.name }
    public var message: StaticString { words.message }

    private var words: (name: StaticString, message: StaticString) {
        switch self {
        case .bareLineFeed: ("bare_line_feed", "a line ends in LF without CR")
        case .bareCarriageReturn: ("bare_carriage_return", "a CR is not followed by LF")
        case .controlCharacter: ("control_character", "the head contains a control character")
        case .emptyLines: ("empty_lines", "too many empty lines before the first line")
        case .headTooLarge: ("head_too_large", "the head is larger than the configured limit")
        case .uriTooLong:
            ("uri_too_long", "the request target is longer than the configured limit")
        case .badRequestLine: ("bad_request_line", "the request line is malformed")
        case .badMethod: ("bad_method", "the method is not a token of at most 32 bytes")
        case .methodNotAllowed:
            ("method_not_allowed", "this proxy does not serve CONNECT or TRACE")
        case .badVersion: ("bad_version", "the protocol version is malformed")
        case .unsupportedVersion:
            ("unsupported_version", "only HTTP/1.0 and HTTP/1.1 are served here")
        case .badTarget: ("bad_target", "the request target has no valid form")
        case .badPath: ("bad_path", "the path contains a byte or an escape that is not allowed")
        case .badQuery: ("bad_query", "the query contains a byte that is not allowed")
        case .climbingPath: ("climbing_path", "the path climbs above its root")
        case .badAuthority: ("bad_authority", "the authority of the request target is not valid")
        case .missingHost: ("missing_host", "the Host field is missing")
        case .duplicateHost: ("duplicate_host", "there is more than one Host field")
        case .badHost: ("bad_host", "the Host field is not a valid host and port")
        case .badHeaderName: ("bad_header_name", "a field name is malformed")
        case .spaceBeforeColon:
            ("space_before_colon", "there is whitespace before the colon of a field")
        case .lineFolding: ("line_folding", "a field is folded over several lines")
        case .badHeaderValue: ("bad_header_value", "a field value contains a control character")
        case .tooManyHeaders:
            ("too_many_headers", "there are more fields than the configured limit")
        case .lookalikeHeader:
            ("lookalike_header", "a field name can be mistaken for one that frames the message")
        case .duplicateHeader: ("duplicate_header", "a field that may occur once occurs again")
        case .badContentLength: ("bad_content_length", "Content-Length is not one decimal number")
        case .duplicateContentLength:
            ("duplicate_content_length", "there is more than one Content-Length")
        case .lengthAndTransferEncoding:
            ("length_and_transfer_encoding", "Content-Length and Transfer-Encoding exclude each other")
        case .badTransferEncoding:
            ("bad_transfer_encoding", "Transfer-Encoding is not exactly chunked")
        case .unsupportedTransferCoding:
            ("unsupported_transfer_coding", "no transfer coding but chunked is supported")
        case .transferEncodingInOldVersion:
            ("transfer_encoding_in_old_version", "HTTP/1.0 has no Transfer-Encoding")
        case .badConnection: ("bad_connection", "the Connection field is malformed")
        case .badExpectation:
            ("bad_expectation", "the only expectation that can be met is 100-continue")
        case .badMaxForwards: ("bad_max_forwards", "Max-Forwards is not one decimal number")
        case .bodyTooLarge: ("body_too_large", "the body is larger than the configured limit")
        case .badChunkSize: ("bad_chunk_size", "a chunk size is malformed")
        case .badChunkExtension: ("bad_chunk_extension", "a chunk extension is malformed")
        case .chunkLineTooLong:
            ("chunk_line_too_long", "chunk extensions are longer than is reasonable")
        case .badChunkEnd: ("bad_chunk_end", "a chunk does not end where its size says")
        case .badStatusLine: ("bad_status_line", "the status line is malformed")
        case .badStatus: ("bad_status", "the status code is not between 100 and 599")
        case .unexpectedUpgrade:
            ("unexpected_upgrade", "the upstream switched protocols without being asked")
        case .bodyNotAllowed: ("body_not_allowed", "the response has a body where none is allowed")
        }
    }
}
