import Vocabulary

/// A decision as the JSON object of `GET /events`. Runs on the admin thread and may allocate.
extension DecisionEvent {
    /// No line feed inside or at the end, as server-sent events need it. A label or endpoint that
    /// the layout does not know (an event from before a reload) is `null`.
    public func appendJSON(to text: inout [UInt8], layout: MetricsLayout) {
        let label = Int(verdict.label.index)
        text += "{\"id\":\"\(Self.hexadecimal(id.high))\(Self.hexadecimal(id.low))\"".utf8
        text += ",\"timestamp\":\"\(timestamp)\",\"label\":".utf8
        Self.append(label < layout.labels.count ? layout.labels[label] : nil, to: &text)
        text += ",\"confidence\":\(confidence),\"source\":\"\(verdict.source.name)\"".utf8
        text += ",\"classifyLatencyMs\":\(Self.milliseconds(classifyLatency))".utf8
        text += ",\"totalLatencyMs\":\(Self.milliseconds(totalLatency)),\"upstreamUrl\":".utf8
        Self.append(endpoint(in: layout), to: &text)
        text += ",\"statusCode\":\(status)}".utf8
    }

    private func endpoint(in layout: MetricsLayout) -> String? {
        guard let upstream, Int(upstream.pool) < layout.pools.count else { return nil }
        let endpoints = layout.pools[Int(upstream.pool)].endpoints
        return Int(upstream.endpoint) < endpoints.count ? endpoints[Int(upstream.endpoint)] : nil
    }

    private var timestamp: String {
        let time = max(time, 0)
        return withUnsafeTemporaryAllocation(byteCount: WallClock.timestampLength, alignment: 1) {
            guard let base = $0.baseAddress else { return "" }
            var buffer = ByteBuffer(base: base, capacity: $0.count)
            WallClock(epochSeconds: time / 1_000_000_000)
                .appendTimestamp(milliseconds: Int(time % 1_000_000_000 / 1_000_000), to: &buffer)
            return String(decoding: buffer.readable, as: UTF8.self)
        }
    }

    /// Four places are more than a verdict means; what is not a number is zero.
    private var confidence: String {
        let held = verdict.confidence > 0 ? min(verdict.confidence, 1) : 0
        return ExpositionPage.decimal(UInt64(held * 10_000 + 0.5), places: 4)
    }

    private static func milliseconds(_ interval: Interval) -> String {
        ExpositionPage.decimal(UInt64(max(interval.nanoseconds, 0) / 1000), places: 3)
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func append(_ name: String?, to text: inout [UInt8]) {
        guard let name else { return text += "null".utf8 }
        text.append(UInt8(ascii: "\""))
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: text += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
