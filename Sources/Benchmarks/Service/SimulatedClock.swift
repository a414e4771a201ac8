// A clock that somebody else moves on: the service's two clocks and its waits, in simulated time.

import DaybookApp
import EventLog
import Synchronization

final class SimulatedClock: Sendable {
    private struct Waiter {
        let until: Timestamp
        /// On the clock that does not step.
        let since: Double
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Moment
        var number = 0
        var waiters: [Int: Waiter] = [:]
    }

    private let state: Mutex<State>

    init(at start: Timestamp) { state = Mutex(State(now: Moment(wall: start, elapsed: 0))) }

    var now: Moment { state.withLock { $0.now } }

    /// As the service takes it.
    var serviceClock: ServiceClock { ServiceClock(now: { self.now }, wait: { try await self.wait(until: $0) }) }

    /// So many seconds go by.
    func advance(by seconds: Double) { move(elapsed: seconds, wall: seconds) }

    /// The clock on the wall is set forward or back, and no time goes by.
    func set(by seconds: Double) { move(elapsed: 0, wall: seconds) }

    private func move(elapsed: Double, wall: Double) {
        let due = state.withLock { state in
            state.now.elapsed += elapsed
            state.now.wall = state.now.wall.adding(seconds: wall)
            let due = state.waiters.filter { Self.isOver($0.value, state.now) }
            for number in due.keys { state.waiters[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Like the system's, a wait ends early after some seconds, so that a clock that was set is noticed.
    private static func isOver(_ waiter: Waiter, _ now: Moment) -> Bool {
        waiter.until <= now.wall || now.elapsed - waiter.since >= ServiceClock.waitSecondsMax
    }

    private func wait(until time: Timestamp) async throws {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    let waiter = Waiter(until: time, since: state.now.elapsed, continuation: continuation)
                    if Self.isOver(waiter, state.now) { return .success(()) }
                    state.waiters[number] = waiter
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
