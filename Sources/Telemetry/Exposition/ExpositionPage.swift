/// The text being written: family headers, samples, escaping, and where the two formats differ. It
/// knows the formats, not the metrics.
struct ExpositionPage {
    typealias LabelPair = (name: String, value: String)

    let format: Exposition.Format
    private(set) var bytes: [UInt8] = []

    init(format: Exposition.Format) {
        self.format = format
        bytes.reserveCapacity(32 * 1024)
    }

    /// HELP, TYPE and, in OpenMetrics, UNIT. OpenMetrics names a family without the suffix of its
    /// samples, and knows the type `info`, which in the Prometheus format is a gauge.
    mutating func begin(_ family: MetricFamily) {
        let name = headerName(family)
        let kind = family.kind == .info && format == .prometheus ? "gauge" : family.kind.rawValue
        write("# HELP \(name) \(family.help)\n# TYPE \(name) \(kind)\n")
        if format == .openMetrics, let unit = family.unit { write("# UNIT \(name) \(unit)\n") }
    }

    mutating func finish() {
        if format == .openMetrics { write("# EOF\n") }
    }

    mutating func sample(
        _ family: MetricFamily, suffix: String = "", _ labels: [LabelPair], _ value: UInt64
    ) {
        sample(family, suffix: suffix, labels, text: "\(value)")
    }

    mutating func sample(_ family: MetricFamily, _ value: UInt64) {
        sample(family, text: "\(value)")
    }

    mutating func sample(
        _ family: MetricFamily, suffix: String = "", _ labels: [LabelPair] = [], text: String
    ) {
        write(family.name)
        write(suffix)
        if !labels.isEmpty {
            var separator = "{"
            for label in labels {
                write("\(separator)\(label.name)=\"")
                writeEscaped(label.value)
                write("\"")
                separator = ","
            }
            write("}")
        }
        write(" \(text)\n")
    }

    /// Cumulative buckets, the sum in seconds, the count: taken from one set of cells, so that they
    /// always agree.
    mutating func histogram(_ family: MetricFamily, _ labels: [LabelPair], cells: (Int) -> UInt64) {
        var count: UInt64 = 0
        for (index, bound) in HistogramBuckets.names.enumerated() {
            count &+= cells(index)
            sample(family, suffix: "_bucket", labels + [("le", bound)], count)
        }
        let sum = Self.decimal(cells(HistogramBuckets.sumCell), places: 9)
        sample(family, suffix: "_sum", labels, text: sum)
        sample(family, suffix: "_count", labels, count)
    }

    /// As `histogram`, of shares in millionths.
    mutating func shares(_ family: MetricFamily, _ labels: [LabelPair], cells: (Int) -> UInt64) {
        var count: UInt64 = 0
        for (index, bound) in ShareBuckets.names.enumerated() {
            count &+= cells(index)
            sample(family, suffix: "_bucket", labels + [("le", bound)], count)
        }
        let sum = Self.decimal(cells(ShareBuckets.sumCell), places: 6)
        sample(family, suffix: "_sum", labels, text: sum)
        sample(family, suffix: "_count", labels, count)
    }

    /// `value` in units of 10^-`places`, exactly: a sum of nanoseconds may exceed a double's digits.
    static func decimal(_ value: UInt64, places: Int) -> String {
        let digits = Array("\(value)".utf8)
        let padded = [UInt8](repeating: UInt8(ascii: "0"), count: max(places + 1 - digits.count, 0)) + digits
        var fraction = padded.suffix(places)
        while fraction.count > 1, fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        return String(decoding: padded.dropLast(places), as: UTF8.self) + "."
            + String(decoding: fraction, as: UTF8.self)
    }

    private func headerName(_ family: MetricFamily) -> String {
        guard format == .openMetrics else { return family.name }
        return switch family.kind {
        case .counter: String(family.name.dropLast("_total".count))
        case .info: String(family.name.dropLast("_info".count))
        case .gauge, .histogram: family.name
        }
    }

    private mutating func write(_ text: String) {
        bytes += text.utf8
    }

    /// Both formats: backslash, quote and line feed.
    private mutating func writeEscaped(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): write("\\\\")
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\n"): write("\\n")
            default: bytes.append(byte)
            }
        }
    }
}
