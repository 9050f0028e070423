/// The language model's token, read from its file once at start.

import CLinux
import LLMClient

extension LLMOptions {
    /// Longer than any bearer token.
    private static let longestToken = 8192

    /// With the file's content, less the line's end, as the token.
    func withToken() throws(StartFailure) -> LLMOptions {
        guard let tokenFile else { return self }
        let descriptor = slb_open_to_read(tokenFile)
        guard descriptor >= 0 else { throw Self.failure(tokenFile, String(cString: strerror(slb_errno()))) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.longestToken + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress.map { $0 + length }, $0.count - length) }
            if count < 0 && slb_errno() == EINTR { continue }
            guard count >= 0 else { throw Self.failure(tokenFile, String(cString: strerror(slb_errno()))) }
            guard count > 0 else { break }
            length += count
        }
        guard length <= Self.longestToken else { throw Self.failure(tokenFile, "too long for a token") }
        while length > 0, [0x0A, 0x0D, 0x20].contains(bytes[length - 1]) { length -= 1 }
        var options = self
        options.token = String(decoding: bytes[..<length], as: UTF8.self)
        return options
    }

    private static func failure(_ path: String, _ reason: String) -> StartFailure {
        StartFailure("classifier.llm.token_file: \(path): \(reason)")
    }
}
