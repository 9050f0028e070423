/// Plain text, logs and CSV by line, and the parts of a multipart body.

import Vocabulary

extension FeatureExtractor {
    func readLines(_ body: Bytes) {
        let lines = body.count { $0 == 0x0A } + 1
        set.add(.documents, 64 + Magnitude.of(count: Int(min(Double(lines) * stretch, 1e9))))
        if lines > 20 { longestArray = max(longestArray, lines) }
        textBytes = body.count
        guard !looksLikeStatement(body, FeatureKey(hash: 0, family: .queryText)) else { return }
        prompt = body
    }

    /// Names, file names and media types of the parts (RFC 7578); what is in them only as far as it is text.
    func readMultipart(_ body: Bytes) {
        var start = 0
        var parts = 0
        var key = FeatureKey()
        for index in 0..<body.count where body[index] == 0x0A {
            let line = Bytes(rebasing: body[start..<index])
            start = index + 1
            guard parts < 64, line.count < 512 else { continue }
            if line.starts(with: "Content-".utf8) || line.starts(with: "content-".utf8) {
                parts += 1
                key = partHead(line) ?? key
            } else if line.count > 1, line[0] != UInt8(ascii: "-") {
                string(trimmed(line), key, isQuiet: wordsLeft <= 0)
            }
        }
        set.add(.documents, 128 + UInt64(min(parts, 12)))
    }

    private func partHead(_ line: Bytes) -> FeatureKey? {
        var found: FeatureKey?
        var start = 0
        for index in 0...line.count where index == line.count || line[index] == UInt8(ascii: ";") {
            let piece = Bytes(rebasing: line[start..<index])
            start = index + 1
            guard let equals = piece.firstIndex(of: UInt8(ascii: "=")) else {
                words(of: piece, as: .mediaType, limit: 6)
                continue
            }
            let value = trimmed(Bytes(rebasing: piece[(equals + 1)...]))
            if piece.count > 5, piece[..<equals].contains(UInt8(ascii: "f")) {
                fileType(of: value)
            } else {
                found = key(value, isQuiet: false)
            }
        }
        return found
    }

    private func trimmed(_ text: Bytes) -> Bytes {
        var start = 0
        var end = text.count
        while start < end, text[start] <= 0x20 || text[start] == UInt8(ascii: "\"") { start += 1 }
        while end > start, text[end - 1] <= 0x20 || text[end - 1] == UInt8(ascii: "\"") { end -= 1 }
        return Bytes(rebasing: text[start..<end])
    }
}
