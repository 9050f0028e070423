/// `X-Route-Explain`: why a request has its label, as one header field. For debugging: it judges a request
/// once more and allocates, and exists only if the configuration asks for it.

import Classifier
import HTTPCodec
import Vocabulary

struct ReasonsField {
    /// Bytes of the whole line.
    static let longest = 512
    private static let name: StaticString = "X-Route-Explain: "

    /// Name, value and line end. Bytes that could mean something in a header are replaced.
    static func line(_ explanation: Explanation) -> [UInt8] {
        var line = Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        if let rule = explanation.rule {
            append("rule=\(rule)", to: &line)
        } else {
            append(explanation.verdict.source == .model ? "model" : "default", to: &line)
            var separator = "; "
            for feature in explanation.evidence {
                let part = "\(separator)\(feature.feature)=\(AdminClassification.hundredths(feature.weight))"
                guard line.count + part.utf8.count <= longest - 2 else { break }
                append(part, to: &line)
                separator = ", "
            }
        }
        return line + [0x0D, 0x0A]
    }

    private static func append(_ text: String, to line: inout [UInt8]) {
        for byte in text.utf8.prefix(max(longest - 2 - line.count, 0)) {
            line.append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "?"))
        }
    }
}

extension Worker {
    func keepReasons(_ view: RequestView, _ bodyComplete: Bool, for exchange: ExchangeSlot) {
        guard shared.options.headers.routeExplain else { return }
        let explanation = shared.cascade.explain(view, bodyComplete: bodyComplete, scratch: scratch)
        var line = buffers.leaseSmall()
        ReasonsField.line(explanation).withUnsafeBytes { line.append($0) }
        exchange.pointee.reasons = line
    }
}
