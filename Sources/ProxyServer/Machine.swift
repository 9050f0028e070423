/// What this machine offers the process.

import CLinux
import Glibc
import Reactor

enum Machine {
    /// The cores this process may keep busy: what its CPU set allows, and no more than a container's
    /// quota pays for (cgroup v2).
    static var cores: Int { max(1, min(Int(slb_allowed_cores()), quota ?? .max)) }

    /// `cpu.max` holds microseconds of CPU and of time: `150000 100000` is two cores, begun.
    private static var quota: Int? {
        guard let file = fopen("/sys/fs/cgroup/cpu.max", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
        return (numbers[0] - 1) / numbers[1] + 1
    }

    /// Raises the soft descriptor limit to the hard one and returns it.
    static func raiseDescriptorLimit() -> UInt64 {
        _ = slb_raise_descriptor_limit()
        var soft: UInt64 = 0
        var hard: UInt64 = 0
        guard slb_descriptor_limit(&soft, &hard) == 0 else { return 1024 }
        return soft
    }
}
