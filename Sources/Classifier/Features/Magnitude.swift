/// Numbers as a handful of sizes: what matters of `limit=5000` is that it is thousands. Also dates and
/// durations, of which only the span counts. Pure arithmetic on bytes; nothing overflows.

import Vocabulary

enum Magnitude {
    /// Upper bounds of the sizes, inclusive.
    private static let bounds: (Double, Double, Double, Double, Double, Double, Double, Double, Double, Double, Double, Double, Double, Double, Double) =
        (0, 1, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000, 100_000, 1e6, 1e8)

    static let negative: UInt64 = 16

    /// 0...16.
    static func of(_ value: Double) -> UInt64 {
        if value < 0 { return negative }
        return withUnsafeBytes(of: bounds) { raw in
            let bounds = raw.assumingMemoryBound(to: Double.self)
            for index in 0..<bounds.count where value <= bounds[index] { return UInt64(index) }
            return UInt64(bounds.count)
        }
    }

    /// `51…100`: a size for people.
    static func text(_ size: UInt64) -> String {
        if size == negative { return "negative" }
        return withUnsafeBytes(of: bounds) { raw in
            let bounds = raw.assumingMemoryBound(to: Double.self)
            guard size < UInt64(bounds.count) else { return size == UInt64(bounds.count) ? "over \(Int(bounds[bounds.count - 1]))" : "none" }
            let upper = Int(bounds[Int(size)])
            guard size > 1 else { return "\(upper)" }
            return "\(Int(bounds[Int(size) - 1]) + 1)…\(upper)"
        }
    }

    static func of(count: Int) -> UInt64 { of(Double(count)) }

    /// Powers of two, for sizes in bytes.
    static func ofLength(_ length: UInt64) -> UInt64 { UInt64(64 - length.leadingZeroBitCount) }
}

/// A moment in seconds from a day long ago, or a length of time, out of a short text.
enum TimeText {
    /// Seconds of `2024-05-01`, `2024-05-01T10:00:00Z`, `20240501`, `2024/05/01`, `2024-05`, epoch seconds or
    /// milliseconds; nil for anything else.
    static func moment(_ text: Bytes) -> Int64? {
        guard text.count >= 7, text.count <= 35, let year = digits(text, 0, 4) else { return nil }
        if text[4] == UInt8(ascii: "-") || text[4] == UInt8(ascii: "/") {
            guard year >= 1000, year < 3000, let month = digits(text, 5, 2), month >= 1, month <= 12 else { return nil }
            guard text.count > 7, text[7] == text[4] else { return text.count == 7 ? seconds(year, month, 1) : nil }
            guard let day = digits(text, 8, 2), day >= 1, day <= 31 else { return nil }
            return seconds(year, month, day) + clock(text, 10)
        }
        return packed(text, year)
    }

    private static func packed(_ text: Bytes, _ year: Int64) -> Int64? {
        var value: Int64 = 0
        for byte in text {
            guard byte &- UInt8(ascii: "0") < 10, value < 1_000_000_000_000_000 else { return nil }
            value = value * 10 + Int64(byte &- UInt8(ascii: "0"))
        }
        switch text.count {
        case 8:
            guard year >= 1900, year < 2200 else { return nil }
            let month = value / 100 % 100
            let day = value % 100
            return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? seconds(year, month, day) : nil
        case 10 where value >= 600_000_000 && value < 4_000_000_000: return value
        case 13 where value >= 600_000_000_000 && value < 4_000_000_000_000: return value / 1000
        default: return nil
        }
    }

    private static func clock(_ text: Bytes, _ start: Int) -> Int64 {
        guard text.count >= start + 6, let hour = digits(text, start + 1, 2), let minute = digits(text, start + 4, 2)
        else { return 0 }
        return hour * 3600 + minute * 60
    }

    /// Close enough for spans: months of 31 days overlap by at most two days.
    private static func seconds(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        ((year - 1970) * 365 + (month - 1) * 30 + (month - 1) / 2 + day) * 86400
    }

    private static func digits(_ text: Bytes, _ start: Int, _ count: Int) -> Int64? {
        guard start + count <= text.count else { return nil }
        var value: Int64 = 0
        for index in start..<start + count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    /// Seconds of `90d`, `5m`, `now-30d`, `P1Y`, `-24h`, `2w`; nil for anything else. A bare number is none.
    static func duration(_ text: Bytes) -> Int64? {
        guard text.count >= 2, text.count <= 12 else { return nil }
        var index = 0
        if text.count > 4, text[0] | 0x20 == UInt8(ascii: "n"), text[1] | 0x20 == UInt8(ascii: "o"), text[2] | 0x20 == UInt8(ascii: "w") {
            index = 3
        }
        while index < text.count, isSign(text[index]) { index += 1 }
        var value: Int64 = 0
        let start = index
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10, value < 1_000_000 {
            value = value * 10 + Int64(text[index] &- UInt8(ascii: "0"))
            index += 1
        }
        guard index > start, index == text.count - 1 || isUnitTail(text, index + 1) else { return nil }
        return unit(text[index]).map { $0 * value }
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "P") || byte == UInt8(ascii: "T") || byte == UInt8(ascii: "-")
    }

    /// `d`, `/d` behind the unit, or nothing.
    private static func isUnitTail(_ text: Bytes, _ index: Int) -> Bool { text.count > index && text[index] == UInt8(ascii: "/") }

    private static func unit(_ byte: UInt8) -> Int64? {
        switch byte {
        case UInt8(ascii: "s"), UInt8(ascii: "S"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"), UInt8(ascii: "H"): 3600
        case UInt8(ascii: "d"), UInt8(ascii: "D"): 86400
        case UInt8(ascii: "w"), UInt8(ascii: "W"): 604_800
        case UInt8(ascii: "M"): 2_592_000
        case UInt8(ascii: "y"), UInt8(ascii: "Y"): 31_536_000
        default: nil
        }
    }

    /// Minutes, hours, a day, a week, a month, a quarter, a year, three years, more.
    static func bucket(seconds: Int64) -> UInt64 {
        switch seconds {
        case ..<3600: 0
        case ..<43_200: 1
        case ..<172_800: 2
        case ..<777_600: 3
        case ..<2_851_200: 4
        case ..<8_640_000: 5
        case ..<32_832_000: 6
        case ..<97_200_000: 7
        default: 8
        }
    }
}
