/// A response head as bytes. Everything it writes was made by this program: it trusts field names and
/// values, and must never be given a peer's bytes.

import CLinux
import Vocabulary

struct ResponseText {
    /// The Date field's line, made once a second (RFC 9110, 6.6.1).
    private var date: [UInt8] = []
    private var dateSecond: UInt64 = .max

    mutating func setTime(_ secondsSinceEpoch: UInt64) {
        guard secondsSinceEpoch != dateSecond else { return }
        dateSecond = secondsSinceEpoch
        date = Array("Date: \(Self.httpDate(secondsSinceEpoch))\r\n".utf8)
    }

    /// `length` is `nil` for a body that ends with the connection.
    func append(
        _ response: ServiceResponse, length: Int?, connection: StaticString?, to output: inout [UInt8]
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: Int(response.status))
        output.append(" ")
        output.append(Self.reason(response.status))
        output.append("\r\nContent-Type: ")
        output.append(response.contentType)
        if let length {
            output.append("\r\nContent-Length: ")
            output.append(decimal: length)
        }
        output.append("\r\n")
        output += date
        for field in response.fields {
            output += field.name.utf8
            output.append(": ")
            output += field.value.utf8
            output.append("\r\n")
        }
        if let connection {
            output.append("Connection: ")
            output.append(connection)
            output.append("\r\n")
        }
        output.append("\r\n")
    }

    /// The reason phrases a service uses; others may be empty (RFC 9112, 4).
    private static func reason(_ status: UInt16) -> StaticString {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }

    /// IMF-fixdate (RFC 9110, 5.6.7).
    static func httpDate(_ secondsSinceEpoch: UInt64) -> String {
        var seconds = time_t(secondsSinceEpoch)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(day) \(parts.tm_year + 1900) \(time) GMT"
    }
}

extension [UInt8] {
    package mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(decimal value: Int) {
        guard value >= 10 else { return append(UInt8(truncatingIfNeeded: 0x30 + Swift.max(value, 0))) }
        append(decimal: value / 10)
        append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }
}
