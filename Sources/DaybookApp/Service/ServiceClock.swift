// The two clocks of the service and its waits, handed in so that a year passes in minutes where that is wanted.

import EventLog
import Glibc
import Reactors

package struct ServiceClock: Sendable {
    var now: @Sendable () -> Moment
    /// Returns when the wall clock shows `time`, or earlier; throws when its task is cancelled.
    var wait: @Sendable (_ until: Timestamp) async throws -> Void

    /// Nothing waits longer than this at a time, so that a clock that is set, or a machine that wakes up, is noticed.
    package static let waitSecondsMax = 5.0

    package init(
        now: @escaping @Sendable () -> Moment, wait: @escaping @Sendable (_ until: Timestamp) async throws -> Void
    ) {
        self.now = now
        self.wait = wait
    }

    static let system = ServiceClock(
        now: { Moment(wall: .now(), elapsed: uptimeSeconds()) },
        wait: { time in
            let seconds = min(time.seconds(since: .now()), waitSecondsMax)
            if seconds > 0 { try await Task.sleep(for: .seconds(seconds)) }
        })

    /// The dispatcher's share of these clocks. It waits for time to go by: a clock set back keeps nobody waiting longer.
    var pace: Pace {
        Pace(
            now: { now().wall },
            sleep: { time in
                let start = now()
                let end = start.elapsed + time.seconds(since: start.wall)
                while true {
                    let present = now()
                    guard present.elapsed < end else { return }
                    // At least a millisecond, which is the least that a wall clock tells apart.
                    try await wait(present.wall.adding(seconds: max(0.001, end - present.elapsed)))
                }
            },
            random: Pace.system.random)
    }

    /// Seconds since the machine started, those in which it was suspended included (clock_gettime(2), CLOCK_BOOTTIME).
    private static func uptimeSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
