// The two clocks of the service and its waits, handed in so that a year passes in minutes where that is wanted.

import EventLog
import Glibc

struct ServiceClock: Sendable {
    var now: @Sendable () -> Moment
    /// Returns when the wall clock shows `time`, or earlier; throws when its task is cancelled.
    var wait: @Sendable (_ until: Timestamp) async throws -> Void

    /// Nothing waits longer than this at a time, so that a clock that is set, or a machine that wakes up, is noticed.
    static let waitSecondsMax = 5.0

    static let system = ServiceClock(
        now: { Moment(wall: .now(), elapsed: uptimeSeconds()) },
        wait: { time in
            let seconds = min(time.seconds(since: .now()), waitSecondsMax)
            if seconds > 0 { try await Task.sleep(for: .seconds(seconds)) }
        })

    /// Seconds since the machine started, those in which it was suspended included (clock_gettime(2), CLOCK_BOOTTIME).
    private static func uptimeSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
