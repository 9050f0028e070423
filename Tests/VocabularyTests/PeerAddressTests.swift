/// Addresses as text, against RFC 5952 and dotted decimal.

import Testing
import Vocabulary

@Suite struct PeerAddressTests {
    private func text(_ address: PeerAddress) -> String {
        var room = [UInt8](repeating: 0, count: PeerAddress.textCapacity)
        let count = room.withUnsafeMutableBytes { address.write(to: $0) }
        return String(decoding: room[..<count], as: UTF8.self)
    }

    private func ipv6(_ groups: [UInt16]) -> PeerAddress {
        let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        return bytes.withUnsafeBytes { PeerAddress(ipv6: $0, port: 443) }
    }

    @Test(arguments: [
        ([0, 0, 0, 0] as [UInt8], "0.0.0.0"), ([127, 0, 0, 1], "127.0.0.1"), ([10, 20, 30, 40], "10.20.30.40"),
        ([255, 255, 255, 255], "255.255.255.255"), ([100, 9, 99, 200], "100.9.99.200"),
    ])
    func ipv4IsDottedDecimal(octets: [UInt8], expected: String) {
        let address = PeerAddress(ipv4: (octets[0], octets[1], octets[2], octets[3]), port: 80)
        #expect(text(address) == expected)
        #expect(address.isIPv4)
        #expect(!address.isUnix)
        #expect(address.port == 80)
    }

    /// RFC 5952, 4: no leading zeros, the longest run shortened, the first of equals, never a lone group.
    @Test(arguments: [
        ([0x2001, 0xDB8, 0, 0, 0, 0, 2, 1] as [UInt16], "2001:db8::2:1"),
        ([0x2001, 0xDB8, 0, 1, 1, 1, 1, 1], "2001:db8:0:1:1:1:1:1"),
        ([0x2001, 0, 0, 1, 0, 0, 0, 1], "2001:0:0:1::1"),
        ([0x2001, 0xDB8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1"),
        ([0, 0, 0, 0, 0, 0, 0, 1], "::1"),
        ([0, 0, 0, 0, 0, 0, 0, 0], "::"),
        ([0xFE80, 0, 0, 0, 0, 0, 0, 0], "fe80::"),
        ([1, 0, 0, 0, 0, 0, 0, 8], "1::8"),
        ([0, 2, 3, 4, 5, 6, 7, 8], "0:2:3:4:5:6:7:8"),
        ([1, 2, 3, 4, 5, 6, 0, 0], "1:2:3:4:5:6::"),
        ([0xABCD, 0xEF01, 0x2345, 0x6789, 0xABCD, 0xEF01, 0x2345, 0x6789], "abcd:ef01:2345:6789:abcd:ef01:2345:6789"),
    ])
    func ipv6IsShortAndLowerCase(groups: [UInt16], expected: String) {
        #expect(text(ipv6(groups)) == expected)
        #expect(!ipv6(groups).isIPv4)
    }

    @Test func aMappedAddressIsShownAsIPv4() {
        let mapped = ipv6([0, 0, 0, 0, 0, 0xFFFF, 0xC000, 0x0201])
        #expect(mapped.isIPv4)
        #expect(text(mapped) == "192.0.2.1")
        #expect(mapped == PeerAddress(ipv4: (192, 0, 2, 1), port: 443))
    }

    @Test func nothingIsAUnixSocket() {
        #expect(PeerAddress().isUnix)
        #expect(text(PeerAddress()) == "unix")
    }

    @Test func configuredAddressesReadBackAsTheyWereWritten() {
        #expect(Address.inet(host: "example.org", port: 80).description == "example.org:80")
        #expect(Address.inet(host: "::1", port: 8080).description == "[::1]:8080")
        #expect(Address.unix(path: "/run/a.sock").description == "unix:/run/a.sock")
    }

    /// A label is a byte, and a head must hold a target and more.
    @Test func limitsAgreeWithEachOther() {
        let limits = Limits()
        #expect(Limits.labels <= Int(UInt8.max) + 1)
        #expect(limits.uri < limits.head)
        #expect(limits.uri >= 8000)
        #expect(limits.headers > 0 && limits.connections > 0 && limits.bodyRate > 0)
        #expect(limits.body == nil && limits.requestsPerConnection == nil)
        #expect(Limits.chunkLine <= Limits.chunkExtensions)
    }

    @Test func instantsAndIntervalsAddUp() {
        let start = Instant(nanoseconds: 10_000_000_000)
        #expect(start + .seconds(2) - start == .milliseconds(2000))
        #expect(start - (start + .seconds(1)) < .zero)
        #expect(start + Interval(nanoseconds: -1) < start)
        #expect(Interval.milliseconds(1500).seconds == 1.5)
    }
}
