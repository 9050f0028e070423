import Vocabulary

/// Times of day as text, from seconds since 1970-01-01T00:00:00Z, by proleptic Gregorian arithmetic.
/// It never asks what time it is, and knows no zone but UTC.
public struct WallClock: Sendable, Equatable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int
    /// 0 is Sunday.
    public let weekday: Int

    /// 9999-12-31T23:59:59Z: the last second whose year has four digits.
    public static let lastSecond: Int64 = 253_402_300_799
    /// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
    public static let httpDateLength = 29
    /// "1994-11-06T08:49:37.000Z" (RFC 3339).
    public static let timestampLength = 24
    /// "06/Nov/1994:08:49:37 +0000", as in the common log format.
    public static let commonLogLength = 26

    /// Times outside 1970...9999 are held at the nearest end, so that every text has its length.
    public init(epochSeconds: Int64) {
        let clamped = Int(min(max(epochSeconds, 0), Self.lastSecond))
        let days = clamped / 86_400
        let rest = clamped % 86_400
        hour = rest / 3600
        minute = rest % 3600 / 60
        second = rest % 60
        weekday = (days + 4) % 7  // 1970-01-01 was a Thursday.
        // Years that start in March put the leap day last; eras of 400 years repeat exactly.
        let shifted = days + 719_468  // Days from 0000-03-01 to 1970-01-01.
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// An IMF-fixdate, the value of a `Date` header field.
    public func appendHTTPDate(to buffer: inout ByteBuffer) {
        buffer.append(weekdayName)
        buffer.append(", ")
        buffer.append(paddedDecimal: day, width: 2)
        buffer.append(UInt8(ascii: " "))
        buffer.append(monthName)
        buffer.append(UInt8(ascii: " "))
        buffer.append(paddedDecimal: year, width: 4)
        buffer.append(UInt8(ascii: " "))
        appendTime(to: &buffer)
        buffer.append(" GMT")
    }

    public func appendTimestamp(milliseconds: Int, to buffer: inout ByteBuffer) {
        buffer.append(paddedDecimal: year, width: 4)
        buffer.append(UInt8(ascii: "-"))
        buffer.append(paddedDecimal: month, width: 2)
        buffer.append(UInt8(ascii: "-"))
        buffer.append(paddedDecimal: day, width: 2)
        buffer.append(UInt8(ascii: "T"))
        appendTime(to: &buffer)
        buffer.append(UInt8(ascii: "."))
        buffer.append(paddedDecimal: milliseconds, width: 3)
        buffer.append(UInt8(ascii: "Z"))
    }

    public func appendCommonLog(to buffer: inout ByteBuffer) {
        buffer.append(paddedDecimal: day, width: 2)
        buffer.append(UInt8(ascii: "/"))
        buffer.append(monthName)
        buffer.append(UInt8(ascii: "/"))
        buffer.append(paddedDecimal: year, width: 4)
        buffer.append(UInt8(ascii: ":"))
        appendTime(to: &buffer)
        buffer.append(" +0000")
    }

    private func appendTime(to buffer: inout ByteBuffer) {
        buffer.append(paddedDecimal: hour, width: 2)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(paddedDecimal: minute, width: 2)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(paddedDecimal: second, width: 2)
    }

    private var weekdayName: StaticString {
        switch weekday {
        case 0: "Sun"
        case 1: "Mon"
        case 2: "Tue"
        case 3: "Wed"
        case 4: "Thu"
        case 5: "Fri"
        default: "Sat"
        }
    }

    private var monthName: StaticString {
        switch month {
        case 1: "Jan"
        case 2: "Feb"
        case 3: "Mar"
        case 4: "Apr"
        case 5: "May"
        case 6: "Jun"
        case 7: "Jul"
        case 8: "Aug"
        case 9: "Sep"
        case 10: "Oct"
        case 11: "Nov"
        default: "Dec"
        }
    }
}
