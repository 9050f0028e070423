/// Durations and sizes as people write them, both ways. Owns the units; ranges are the settings'.

import Vocabulary

enum Quantity {
    /// Nanoseconds in each unit, largest first.
    static let durations: [(unit: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
    ]
    /// Bytes in each unit, largest first; the binary ones are those that are printed.
    static let sizes: [(unit: String, bytes: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ]

    /// `250ms`, `1.5s`, `1m`, `2h`; a unit is required and the value is whole microseconds.
    static func duration(_ text: String) -> Interval? {
        let (digits, fraction, unit) = split(text)
        guard let scale = durations.first(where: { $0.unit == unit })?.nanoseconds, let whole = Int64(digits) else {
            return nil
        }
        var (total, overflow) = whole.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        var step = scale
        for digit in fraction ?? "" {
            guard step % 10 == 0, let value = digit.wholeNumberValue else { return nil }
            step /= 10
            (total, overflow) = total.addingReportingOverflow(Int64(value) * step)
            guard !overflow else { return nil }
        }
        guard fraction?.isEmpty != true, total % 1000 == 0 else { return nil }
        return Interval(nanoseconds: total)
    }

    /// `16KiB`, `1MB`, `100B` or plain bytes.
    static func size(_ text: String) -> UInt64? {
        let (digits, fraction, unit) = split(text)
        guard fraction == nil, let whole = UInt64(digits) else { return nil }
        guard let scale = unit.isEmpty ? 1 : sizes.first(where: { $0.unit == unit })?.bytes else { return nil }
        let (bytes, overflow) = whole.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }

    /// Decimal digits only: no sign, no separators, no other base.
    static func count(_ text: String) -> Int? {
        let (digits, fraction, unit) = split(text)
        return fraction == nil && unit.isEmpty ? Int(digits) : nil
    }

    static func text(_ interval: Interval) -> String {
        guard interval.nanoseconds != 0 else { return "0s" }
        for (unit, scale) in durations where interval.nanoseconds % scale == 0 {
            return "\(interval.nanoseconds / scale)\(unit)"
        }
        return "\(interval.nanoseconds / 1000)us"
    }

    static func text(size: UInt64) -> String {
        guard size != 0 else { return "0" }
        for (unit, scale) in sizes where unit.hasSuffix("iB") && size % scale == 0 { return "\(size / scale)\(unit)" }
        return "\(size)"
    }

    private static func split(_ text: String) -> (digits: String, fraction: String?, unit: String) {
        let digit: (Character) -> Bool = { $0.isASCII && $0.isNumber }
        let digits = text.prefix(while: digit)
        var rest = text.dropFirst(digits.count)
        var fraction: String?
        if rest.first == "." {
            fraction = String(rest.dropFirst().prefix(while: digit))
            rest = rest.dropFirst(1 + (fraction?.count ?? 0))
        }
        if rest.first == " " { rest = rest.dropFirst() }
        return (String(digits), fraction, String(rest))
    }
}
