import Glibc

/// The process as the kernel sees it, for the `process_*` metrics. Read at a scrape on the admin
/// thread, never by a worker; what cannot be read is left out.
public struct ProcessStatistics: Sendable, Equatable {
    public var cpuNanoseconds: UInt64?
    public var virtualBytes: UInt64?
    public var residentBytes: UInt64?
    /// Since the epoch, in milliseconds.
    public var startMilliseconds: UInt64?
    public var openDescriptors: UInt64?
    public var maxDescriptors: UInt64?

    public init() {}

    public static func read() -> ProcessStatistics {
        var statistics = ProcessStatistics()
        var time = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            statistics.cpuNanoseconds = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            statistics.maxDescriptors = UInt64(limit.rlim_cur)
        }
        statistics.openDescriptors = countDescriptors()
        if let stat = readFile("/proc/self/stat") {
            statistics.take(stat: stat, bootTime: bootTime())
        }
        return statistics
    }

    /// The command name is in parentheses and may hold spaces and parentheses itself, so fields are
    /// counted from the last closing one. From there: vsize is the 21st, rss the 22nd, starttime
    /// the 20th (proc_pid_stat(5), fields 23, 24 and 22).
    mutating func take(stat: [UInt8], bootTime: UInt64?) {
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return }
        let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 21 else { return }
        virtualBytes = Self.number(fields[20])
        residentBytes = Self.number(fields[21]).map { $0 * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 1)) }
        if let bootTime, let ticks = Self.number(fields[19]) {
            let ticksPerSecond = UInt64(max(sysconf(Int32(_SC_CLK_TCK)), 1))
            startMilliseconds = bootTime * 1000 + ticks * 1000 / ticksPerSecond
        }
    }

    private static func bootTime() -> UInt64? {
        guard let stat = readFile("/proc/stat") else { return nil }
        for line in stat.split(separator: UInt8(ascii: "\n")) where line.starts(with: "btime ".utf8) {
            return number(line.dropFirst(6))
        }
        return nil
    }

    private static func countDescriptors() -> UInt64? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count: UInt64 = 0
        while readdir(directory) != nil { count += 1 }
        // Not counted: ".", ".." and the directory that is being read.
        return count >= 3 ? count - 3 : 0
    }

    /// `/proc/stat` grows with the number of processors; the bound is far above any machine's.
    private static let fileLimit = 1 << 20

    private static func readFile(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while content.count < fileLimit {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            content += piece[..<count]
        }
        return content
    }

    /// At most 18 digits, so that no later arithmetic on kernel figures can overflow by parsing.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard !text.isEmpty, text.count <= 18 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
