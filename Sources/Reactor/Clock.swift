/// The two clocks. Only the loop and the log ask them.

import CLinux
import Vocabulary

public enum Clock {
    public static var now: Instant { Instant(nanoseconds: slb_clock(CLOCK_MONOTONIC)) }

    /// Nanoseconds since the epoch.
    public static var timeOfDay: UInt64 { slb_clock(CLOCK_REALTIME) }
}
