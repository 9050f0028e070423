/// What makes no sense in the options, in words for the operator, and the addresses they stand for.

import Vocabulary

extension LLMOptions {
    /// Everything wrong, for `slb check`; empty if a desk can be made of it.
    package var problems: [String] {
        var problems: [String] = []
        if !Self.isAddress(url) {
            problems.append("the LLM's url must begin with http:// or https:// and name a host: '\(url)'")
        }
        if model.isEmpty || !Self.isPrintable(model) { problems.append("the LLM's model has no name") }
        if let token, token.isEmpty || !Self.isPrintable(token) {
            problems.append("the LLM's token is empty or has spaces or control characters")
        }
        if !Self.isDuration(keepAlive) {
            problems.append("the LLM's keep_alive is no duration such as 30m, -1 or 0: '\(keepAlive)'")
        }
        let counts = [
            ("max_in_flight", maxInFlight, 1...256), ("queue", queue, 0...65536),
            ("num_ctx", contextTokens, 256...1_048_576), ("num_predict", answerTokens, 8...4096),
            ("request_text", requestText, 64...65536), ("response_bytes", responseBytes, 1024...16_777_216),
        ]
        for (name, value, range) in counts where !range.contains(value) {
            problems.append("the LLM's \(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
        let times = [
            deadline, answerTimeout, connectTimeout, warmUpTimeout, watchInterval, breakerPause,
            breakerLongestPause,
        ]
        if times.contains(where: { $0 < .milliseconds(1) }) {
            problems.append("the LLM's times must be at least 1ms")
        }
        return problems
    }

    /// The model does not stay in memory, and that it is not there means nothing.
    var unloadsAtOnce: Bool { keepAlive.utf8.first == UInt8(ascii: "0") }

    func address(of path: String) -> String {
        var base = Substring(url)
        while base.last == "/" { base.removeLast() }
        return base + path
    }

    /// No user information, query or fragment: the token has a key of its own, and paths are ours.
    private static func isAddress(_ url: String) -> Bool {
        guard isPrintable(url), !url.contains(where: { "?#@\\".contains($0) }) else { return false }
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            let host = url.dropFirst(scheme.count).prefix { $0 != "/" }
            return !host.isEmpty && host.first != ":"
        }
        return false
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// As the server reads it: seconds, or numbers with units.
    private static func isDuration(_ text: String) -> Bool {
        if Int(text) != nil { return true }
        let allowed = Set("0123456789.hmsunµ-")
        return text.contains(where: \.isNumber) && text.last.map { "hms".contains($0) } == true
            && text.allSatisfy(allowed.contains)
    }
}
