// Time that passes only when someone sleeps, and remembers every sleep.

import Synchronization
import Transport

final class FakeTime: Sendable {
    private struct State {
        var passed: Duration = .zero
        var sleeps: [Double] = []
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())
    private let random: Double

    init(random: Double = 1) { self.random = random }

    /// Every sleep so far, in seconds.
    var sleeps: [Double] { state.withLock { $0.sleeps } }

    var timing: Timing {
        Timing(
            now: { self.start + self.state.withLock { $0.passed } },
            sleep: { duration in
                try Task.checkCancellation()
                self.state.withLock {
                    $0.passed += duration
                    $0.sleeps.append(
                        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
                }
            },
            wallClock: { 784_111_777 },  // Sun, 06 Nov 1994 08:49:37 GMT, the date that RFC 9110 uses
            random: { self.random })
    }
}
