/// `POST /classify`: a described request, and the verdict on it as JSON. It asks the same cascade as
/// the traffic does and forwards nothing.

import Classifier
import HTTPService
import Reactor
import Vocabulary

/// The request that somebody wants to know the verdict on.
package struct AdminClassification: Sendable, Equatable {
    package var method: [UInt8]
    package var path: [UInt8]
    package var query: [UInt8]
    package var contentType: [UInt8]
    package var payload: [UInt8]
    package var explain: Bool

    /// `{"payload":…,"method","path","content_type"}`; all but one of payload and path may be left
    /// out. A payload that is no string is taken as the JSON text it is.
    package init?(json: Bytes, explain: Bool) {
        guard let members = AdminJSON.members(of: json) else { return nil }
        var isJSON = false
        switch members["payload"] {
        case .text(let text): payload = text
        case .raw(let range):
            payload = Array(json[range])
            isJSON = true
        case .null, nil: payload = []
        }
        var texts: [String: [UInt8]] = [:]
        for name in ["method", "path", "content_type"] {
            switch members[name] {
            case .text(let text): texts[name] = text
            case .raw: return nil
            case .null, nil: break
            }
        }
        guard members["payload"] != nil || texts["path"] != nil else { return nil }
        method = texts["method"] ?? Array((payload.isEmpty ? "GET" : "POST").utf8)
        let target = texts["path"] ?? [UInt8(ascii: "/")]
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        path = Array(target[..<mark])
        query = Array(target[mark...].dropFirst())
        let looksLikeJSON = payload.first == UInt8(ascii: "{") || payload.first == UInt8(ascii: "[")
        contentType = texts["content_type"]
            ?? Array((payload.isEmpty ? "" : isJSON || looksLikeJSON ? "application/json" : "text/plain").utf8)
        self.explain = explain
    }
}

extension AdminClassification {
    /// `{"label","confidence","source","latency_ms"}`, and with `explain` the evidence.
    func answer(from cascade: Cascade) -> [UInt8] {
        let scratch = cascade.makeScratch()
        let start = Clock.now
        var evidence: Explanation?
        let verdict = withView { view in
            guard explain else {
                return cascade.classify(view, bodyComplete: true, now: start, scratch: scratch)
            }
            let explanation = cascade.explain(view, bodyComplete: true, scratch: scratch)
            evidence = explanation
            return explanation.verdict
        }
        return Self.text(verdict, took: Clock.now - start, evidence, labels: cascade.labels)
    }

    private func withView(_ body: (RequestView) -> Verdict) -> Verdict {
        method.withUnsafeBytes { method in
            path.withUnsafeBytes { path in
                query.withUnsafeBytes { query in
                    contentType.withUnsafeBytes { contentType in
                        payload.withUnsafeBytes { payload in
                            let nothing = Bytes(start: nil, count: 0)
                            return body(
                                RequestView(
                                    method: method, path: path, query: query, host: nothing,
                                    contentType: contentType, head: nothing,
                                    fields: UnsafeBufferPointer(start: nil, count: 0), body: payload,
                                    bodyLength: UInt64(payload.count)))
                        }
                    }
                }
            }
        }
    }

    private static func text(
        _ verdict: Verdict, took: Interval, _ evidence: Explanation?, labels: LabelTable
    ) -> [UInt8] {
        var text = Array("{\"label\":".utf8)
        JSONText.append(labels.name(of: verdict.label), to: &text)
        let hundredths = Int((min(max(verdict.confidence, 0), 1) * 100).rounded())
        text += ",\"confidence\":\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)".utf8
        text += ",\"source\":\"\(verdict.source.name)\",\"latency_ms\":\(milliseconds(took))".utf8
        if let evidence {
            text += ",\"evidence\":{\"rule\":".utf8
            if let rule = evidence.rule { JSONText.append(rule, to: &text) } else { text += "null".utf8 }
            text += ",\"builtin\":\(evidence.isBuiltin)".utf8
            if let guess = evidence.guess { append(guess, evidence.evidence, labels, to: &text) }
            text += "}".utf8
        }
        text += "}\n".utf8
        return text
    }

    /// What the model thinks, whether that decided or not, and why.
    private static func append(
        _ guess: ModelGuess, _ evidence: [ModelEvidence], _ labels: LabelTable, to text: inout [UInt8]
    ) {
        text += ",\"guess\":{\"label\":".utf8
        JSONText.append(labels.name(of: guess.label), to: &text)
        let (confidence, unknown) = (Double(guess.confidence), Double(guess.unknownShare))
        text += ",\"confidence\":\(hundredths(confidence)),\"unknown_share\":\(hundredths(unknown))},\"features\":[".utf8
        for (index, feature) in evidence.enumerated() {
            text += index > 0 ? ",{\"feature\":".utf8 : "{\"feature\":".utf8
            JSONText.append(feature.feature, to: &text)
            text += ",\"weight\":\(hundredths(feature.weight))}".utf8
        }
        text += "]".utf8
    }

    /// Two places, whatever the size; what is not a number is zero.
    static func hundredths(_ value: Double) -> String {
        let held = Int((min(max(value.isNaN ? 0 : value, -1e6), 1e6) * 100).rounded())
        let (whole, rest) = abs(held).quotientAndRemainder(dividingBy: 100)
        return "\(held < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// With microseconds.
    private static func milliseconds(_ interval: Interval) -> String {
        let microseconds = max(interval.nanoseconds, 0) / 1000
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
    }
}
