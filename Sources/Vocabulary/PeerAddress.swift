/// The address of a connection's other end in 16 bytes and a port, without pointers: what forwarding
/// headers and logs show. IPv4 is kept in IPv6's mapped form; all zero is a Unix socket.

public struct PeerAddress: Hashable, Sendable {
    private var high: UInt64
    private var low: UInt64
    public private(set) var port: UInt16

    /// Bytes of the longest text form.
    public static let textCapacity = 46

    public init() {
        high = 0
        low = 0
        port = 0
    }

    public init(ipv4 octets: (UInt8, UInt8, UInt8, UInt8), port: UInt16) {
        high = 0
        let bits = UInt64(octets.0) << 24 | UInt64(octets.1) << 16 | UInt64(octets.2) << 8 | UInt64(octets.3)
        low = 0xFFFF << 32 | bits
        self.port = port
    }

    /// `bytes` are the 16 bytes in network order.
    public init(ipv6 bytes: Bytes, port: UInt16) {
        precondition(bytes.count == 16, "an IPv6 address has 16 bytes")
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        self.port = port
    }

    public var isUnix: Bool { high == 0 && low == 0 && port == 0 }
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Writes the text form (RFC 5952 for IPv6; `unix` for a Unix socket) and returns its length.
    /// `room` has at least `textCapacity` bytes.
    public func write(to room: UnsafeMutableRawBufferPointer) -> Int {
        precondition(room.count >= Self.textCapacity, "no room for an address")
        var writer = Writer(room: room)
        if isUnix {
            for byte: UInt8 in [0x75, 0x6E, 0x69, 0x78] { writer.put(byte) }
        } else if isIPv4 {
            for shift: UInt64 in [24, 16, 8, 0] {
                writer.decimal(UInt8(truncatingIfNeeded: low >> shift))
                if shift > 0 { writer.put(0x2E) }
            }
        } else {
            writeGroups(&writer)
        }
        return writer.count
    }

    private func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> UInt64((3 - index % 4) * 16))
    }

    private func writeGroups(_ writer: inout Writer) {
        let gap = longestZeroRun()
        var index = 0
        while index < 8 {
            if let gap, index == gap.lowerBound {
                writer.put(0x3A)
                writer.put(0x3A)
                index = gap.upperBound
                continue
            }
            if index > 0, gap?.upperBound != index { writer.put(0x3A) }
            writer.hex(group(index))
            index += 1
        }
    }

    /// The first longest run of at least two zero groups.
    private func longestZeroRun() -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, group(end) == 0 { end += 1 }
            if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }

    private struct Writer {
        let room: UnsafeMutableRawBufferPointer
        var count = 0

        mutating func put(_ byte: UInt8) {
            room[count] = byte
            count += 1
        }

        mutating func decimal(_ value: UInt8) {
            if value >= 100 { put(0x30 + value / 100) }
            if value >= 10 { put(0x30 + value / 10 % 10) }
            put(0x30 + value % 10)
        }

        mutating func hex(_ value: UInt16) {
            var shift: UInt16 = 12
            while shift > 0, value >> shift == 0 { shift -= 4 }
            while true {
                let digit = UInt8(value >> shift & 0xF)
                put(digit < 10 ? 0x30 + digit : 0x57 + digit)
                if shift == 0 { return }
                shift -= 4
            }
        }
    }
}
