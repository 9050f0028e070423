import Vocabulary

/// Which format a client of the metrics page wants, from its `Accept` value (RFC 9110, 12.5.1). Any
/// bytes are an answer: what is not understood is passed over, and the Prometheus text is the rest.
extension Exposition {
    /// OpenMetrics only if it is asked for by name and nothing we have is liked better.
    public static func format(accept: Bytes) -> Format {
        var openMetrics = 0
        var text = (quality: 0, specificity: 0)
        for element in accept.split(separator: UInt8(ascii: ",")) {
            let range = MediaRange(element)
            if range.matches("application/openmetrics-text"), range.isVersion("1.0.0") {
                openMetrics = max(openMetrics, range.quality)
            }
            if range.specificity > text.specificity { text = (range.quality, range.specificity) }
        }
        // A wildcard at the same quality is no preference for the older format.
        return openMetrics > 0 && openMetrics >= text.quality ? .openMetrics : .prometheus
    }
}

/// One element of an `Accept` value.
private struct MediaRange {
    private var type: Slice<Bytes>
    private var version: Slice<Bytes>?
    /// In thousandths; a malformed one is zero, which is "not acceptable".
    private(set) var quality = 1000

    init(_ element: Slice<Bytes>) {
        var parts = element.split(separator: UInt8(ascii: ";")).makeIterator()
        type = Self.trimmed(parts.next() ?? element.prefix(0))
        while let part = parts.next() {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = Self.trimmed(part[..<equals])
            let value = Self.trimmed(part[part.index(after: equals)...])
            if Self.equal(name, "q") {
                quality = Self.thousandths(value)
            } else if Self.equal(name, "version") {
                version = value
            }
        }
    }

    func matches(_ name: StaticString) -> Bool { Self.equal(type, name) }

    /// How closely it names the Prometheus text; 0 is not at all.
    var specificity: Int {
        if matches("text/plain") { return 3 }
        if matches("text/*") { return 2 }
        return matches("*/*") ? 1 : 0
    }

    func isVersion(_ name: StaticString) -> Bool {
        guard let version else { return true }
        return Self.equal(version, name)
    }

    /// Names of media types and parameters are case-insensitive.
    private static func equal(_ bytes: Slice<Bytes>, _ name: StaticString) -> Bool {
        let text = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return bytes.elementsEqual(text) { byte, letter in
            (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte) == letter
        }
    }

    private static func trimmed(_ bytes: Slice<Bytes>) -> Slice<Bytes> {
        var rest = bytes
        while let byte = rest.first, byte == 0x20 || byte == 0x09 { rest = rest.dropFirst() }
        while let byte = rest.last, byte == 0x20 || byte == 0x09 { rest = rest.dropLast() }
        return rest
    }

    /// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
    private static func thousandths(_ bytes: Slice<Bytes>) -> Int {
        guard let whole = bytes.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1"),
            bytes.count <= 5
        else { return 0 }
        var value = whole == UInt8(ascii: "1") ? 1000 : 0
        var weight = 100
        for (position, byte) in bytes.dropFirst().enumerated() {
            if position == 0 {
                guard byte == UInt8(ascii: ".") else { return 0 }
            } else {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return 0 }
                value += Int(byte - UInt8(ascii: "0")) * weight
                weight /= 10
            }
        }
        return value <= 1000 ? value : 0
    }
}
