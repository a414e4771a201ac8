// What the service says of itself, followed: which watch has looked when, and what it complains of.

import DaybookApp
import EventLog
import Ingestors
import Logging
import Synchronization

/// Counts looks, and says whether one is overdue: simulated time waits for the machine, so that a slow one loses no look.
final class LookBook: Sendable {
    private struct State {
        var isRunning = false
        var looks = 0
        var due: [String: Timestamp] = [:]
        var complaints: [String: Int] = [:]
    }

    private struct Plan {
        let schedule: Schedule
        /// No two looks are nearer to each other.
        let spacingSeconds: Double

        init(_ schedule: Schedule) {
            self.schedule = schedule
            let intervalSeconds: Double? =
                if case .every(let interval) = schedule { interval / .seconds(1) } else { nil }
            spacingSeconds = intervalSeconds.map { $0 / 2 } ?? 0
        }
    }

    /// A look that is so late holds time up.
    private static let patienceSeconds = 600.0

    private let plans: [String: Plan]
    private let clock: SimulatedClock
    private let state: Mutex<State>

    init(_ configuration: Configuration, clock: SimulatedClock) {
        var plans: [String: Plan] = [:]
        for watch in configuration.watches {
            guard let schedule = configuration.schedule(of: watch.name) else { continue }
            plans[watch.name] = Plan(schedule)
        }
        self.plans = plans
        self.clock = clock
        let now = clock.now.wall
        state = Mutex(State(due: plans.mapValues { _ in now }))
    }

    var isRunning: Bool { state.withLock { $0.isRunning } }
    var looks: Int { state.withLock { $0.looks } }

    /// What was said as a warning or worse, and how often.
    var complaints: [String: Int] { state.withLock { $0.complaints } }

    /// The watches whose looks are overdue.
    var overdue: [String] {
        let now = clock.now.wall
        return state.withLock { state in
            state.due.filter { now.seconds(since: $0.value) > Self.patienceSeconds }.map(\.key)
        }
    }

    /// Overdue looks are waited for no longer.
    func giveUp() {
        for watch in overdue {
            complain("\(watch) was not looked at for a long time")
            moveOn(watch)
        }
    }

    func take(_ event: LogEvent) {
        let metadata = event.metadata ?? [:]
        if event.message.description == "running" { state.withLock { $0.isRunning = true } }
        if event.level >= .warning {
            complain("\(event.message)\(metadata["watch"].map { " (\($0))" } ?? "")")
        }
        guard metadata["outcome"] != nil, case .string(let watch)? = metadata["watch"] else { return }
        state.withLock { $0.looks += 1 }
        moveOn(watch)
    }

    private func moveOn(_ watch: String) {
        let now = clock.now.wall
        let next = plans[watch].flatMap { $0.schedule.next(after: now.adding(seconds: $0.spacingSeconds), for: watch) }
        state.withLock { $0.due[watch] = next }
    }

    private func complain(_ text: String) { state.withLock { $0.complaints[text, default: 0] += 1 } }
}

/// Hands the service's log to a look book.
struct LookBookLog: LogHandler {
    let book: LookBook
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { book.take(event) }
}
