/// One HTTP exchange with the language model's server: a libcurl handle that is used again and again,
/// and the bytes of its reply up to a bound. It knows nothing of what is asked.

import CCurl
import Vocabulary

final class Transfer {
    enum Method { case get, post([UInt8]) }

    /// What became of the exchange, as far as HTTP goes.
    enum Ending: Equatable {
        case status(Int)
        case failed(LLMOutcome)
    }

    let handle: UnsafeMutableRawPointer
    private let replyLimit: Int
    private(set) var reply: [UInt8] = []
    private var isTooLarge = false
    private var headers: UnsafeMutablePointer<curl_slist>?

    init(options: LLMOptions, replyLimit: Int) throws(LLMSetupError) {
        guard let handle = curl_easy_init() else {
            throw LLMSetupError(description: "libcurl gives no handle")
        }
        self.handle = handle
        self.replyLimit = replyLimit
        var problem: CURLcode = CURLE_OK
        func must(_ code: CURLcode) { if code != CURLE_OK { problem = code } }
        must(slb_curl_set_long(handle, CURLOPT_NOSIGNAL, 1))
        // A name server that hangs must not hold the loop when the question is given up.
        must(slb_curl_set_long(handle, CURLOPT_QUICK_EXIT, 1))
        must(slb_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"))
        must(slb_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0))
        must(slb_curl_set_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1))
        // Neither proxies of the environment nor a user's .netrc have a say.
        must(slb_curl_set_text(handle, CURLOPT_PROXY, ""))
        must(slb_curl_set_long(handle, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)))
        must(slb_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1))
        must(slb_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2))
        if let file = options.authorityFile {
            must(slb_curl_set_text(handle, CURLOPT_CAINFO, file))
            must(slb_curl_set_text(handle, CURLOPT_CAPATH, nil))
        }
        must(
            slb_curl_set_long(
                handle, CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectTimeout.nanoseconds / 1_000_000)))
        headers = Self.list(["Content-Type: application/json", "Accept: application/json", "Expect:"])
        if let token = options.token {
            headers = curl_slist_append(headers, "Authorization: Bearer \(token)")
        }
        must(slb_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers))
        must(slb_curl_set_text(handle, CURLOPT_USERAGENT, "slb/\(Release.version)"))
        let sink: slb_curl_sink = { bytes, size, count, owner in
            guard let bytes, let owner else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
            // Sizes come from libcurl: one chunk at a time, at most some KiB.
            return transfer.receive(Bytes(start: bytes, count: size * count)) ? size * count : 0
        }
        must(slb_curl_set_sink(handle, sink, Unmanaged.passUnretained(self).toOpaque()))
        guard problem == CURLE_OK else {
            throw LLMSetupError(
                description: "libcurl refuses a setting: \(String(cString: curl_easy_strerror(problem)))")
        }
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
    }

    /// False if libcurl will not have it (an URL it cannot read).
    func prepare(_ method: Method, url: String) -> Bool {
        reply.removeAll(keepingCapacity: true)
        isTooLarge = false
        guard slb_curl_set_text(handle, CURLOPT_URL, url) == CURLE_OK else { return false }
        switch method {
        case .get: return slb_curl_set_long(handle, CURLOPT_HTTPGET, 1) == CURLE_OK
        case .post(let body):
            return body.withUnsafeBytes { body in
                slb_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, body.count) == CURLE_OK
                    && slb_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, body.baseAddress) == CURLE_OK
            }
        }
    }

    /// Bytes of the request's body that have gone out.
    var bytesSent: Int { max(slb_curl_bytes_sent(handle), 0) }

    func ending(_ code: CURLcode) -> Ending {
        switch code {
        case CURLE_OK: .status(slb_curl_status(handle))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_URL_MALFORMAT,
            CURLE_UNSUPPORTED_PROTOCOL, CURLE_OPERATION_TIMEDOUT, CURLE_INTERFACE_FAILED:
            // No transfer timeout is set: what timed out is the connecting.
            .failed(.connectError)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            .failed(.tlsError)
        case CURLE_WRITE_ERROR: .failed(isTooLarge ? .tooLarge : .malformed)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR: .failed(.closed)
        default: .failed(.malformed)
        }
    }

    private func receive(_ bytes: Bytes) -> Bool {
        guard bytes.count <= replyLimit - reply.count else {
            isTooLarge = true
            return false
        }
        reply += bytes
        return true
    }

    private static func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        lines.reduce(nil) { curl_slist_append($0, $1) }
    }
}
