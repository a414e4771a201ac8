import EventLog
import Reactors
import Synchronization
import Testing

@testable import DaybookApp

@Suite("The service's clock")
struct ServiceClockTests {
    /// Five seconds go by at each wait; during the first one the clock on the wall is set besides.
    private final class SteppedClock: Sendable {
        private let state = Mutex((now: Moment(wall: start, elapsed: 100), waits: 0))
        private let step: Double
        static let start = Timestamp("2026-11-21T10:00:00Z") ?? .now()

        init(setBy step: Double) { self.step = step }

        var waits: Int { state.withLock { $0.waits } }

        var clock: ServiceClock {
            ServiceClock(
                now: { self.state.withLock { $0.now } },
                wait: { _ in
                    self.state.withLock { state in
                        state.now.elapsed += 5
                        state.now.wall = state.now.wall.adding(seconds: state.waits == 0 ? 5 + self.step : 5)
                        state.waits += 1
                    }
                })
        }
    }

    @Test(
        "the dispatcher waits for time to go by, whatever the clock on the wall is set to", arguments: [0, -3600, 3600])
    func pace(step: Double) async throws {
        let stepped = SteppedClock(setBy: step)
        try await stepped.clock.pace.sleep(SteppedClock.start.adding(seconds: 12))
        #expect(stepped.waits == 3)
    }

    @Test("what is over already is not waited for")
    func over() async throws {
        let stepped = SteppedClock(setBy: 0)
        try await stepped.clock.pace.sleep(SteppedClock.start)
        #expect(stepped.waits == 0)
    }
}
