import Foundation
import Testing
import Vocabulary

@testable import Telemetry

@Suite struct WallClockTests {
    private func httpDate(_ seconds: Int64) -> String {
        text(written { WallClock(epochSeconds: seconds).appendHTTPDate(to: &$0) })
    }

    private func timestamp(_ seconds: Int64, _ milliseconds: Int) -> String {
        text(written { WallClock(epochSeconds: seconds).appendTimestamp(milliseconds: milliseconds, to: &$0) })
    }

    private func commonLog(_ seconds: Int64) -> String {
        text(written { WallClock(epochSeconds: seconds).appendCommonLog(to: &$0) })
    }

    @Test func knownDates() {
        #expect(httpDate(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")  // RFC 9110's own example.
        #expect(httpDate(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(httpDate(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(httpDate(4_107_542_399) == "Sun, 28 Feb 2100 23:59:59 GMT")
        #expect(httpDate(4_107_542_400) == "Mon, 01 Mar 2100 00:00:00 GMT")
        #expect(timestamp(784_111_777, 5) == "1994-11-06T08:49:37.005Z")
        #expect(timestamp(1_735_689_599, 999) == "2024-12-31T23:59:59.999Z")
        #expect(commonLog(784_111_777) == "06/Nov/1994:08:49:37 +0000")
    }

    @Test func lengthsNeverChange() {
        for seconds in [Int64.min, -1, 0, 1_700_000_000, WallClock.lastSecond, .max] {
            #expect(httpDate(seconds).utf8.count == WallClock.httpDateLength)
            #expect(timestamp(seconds, 7).utf8.count == WallClock.timestampLength)
            #expect(commonLog(seconds).utf8.count == WallClock.commonLogLength)
        }
        #expect(httpDate(-1) == httpDate(0))
        #expect(timestamp(.max, 0) == "9999-12-31T23:59:59.000Z")
    }

    @Test func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var random = SeededBytes(seed: 7)
        for _ in 0..<2_000 {
            let seconds = Int64(random.next() % UInt64(WallClock.lastSecond))
            let clock = WallClock(epochSeconds: seconds)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(parts.year == clock.year && parts.month == clock.month)
            #expect(parts.day == clock.day && parts.weekday == clock.weekday + 1)
            #expect(parts.hour == clock.hour && parts.minute == clock.minute)
            #expect(parts.second == clock.second)
        }
    }
}

@Suite struct DecimalTests {
    @Test func numbers() {
        for value in [0, 9, 10, 99, 100, 12_345, UInt64.max] {
            #expect(text(written { $0.append(decimal: value) }) == "\(value)")
        }
        #expect(text(written { $0.append(paddedDecimal: 7, width: 3) }) == "007")
        #expect(text(written { $0.append(paddedDecimal: -7, width: 2) }) == "00")
        #expect(text(written { $0.append(fixed: 9300, places: 4) }) == "0.93")
        #expect(text(written { $0.append(fixed: 10_000, places: 4) }) == "1")
        #expect(text(written { $0.append(fixed: 1_000_050, places: 6) }) == "1.00005")
        #expect(text(written { $0.append(fixed: 0, places: 6) }) == "0")
    }
}
