// When each watch is due next, over restarts, suspends, steps of the clock and looks that take longer than their interval.
// Pure: it is told what time it is.

import EventLog

/// Two clocks at one moment.
package struct Moment: Equatable, Sendable {
    /// What the clock on the wall shows; it may be set forward and back.
    package var wall: Timestamp
    /// Seconds that have really gone by since some moment, those of a suspended machine included; it never goes back.
    package var elapsed: Double

    package init(wall: Timestamp, elapsed: Double) {
        self.wall = wall
        self.elapsed = elapsed
    }
}

/// The schedule's memory.
struct Timetable {
    private struct Entry {
        let schedule: Schedule
        var due: Timestamp?
        /// The time on the schedule that the last look was for, which a cron expression must not come to again.
        var lastDue: Timestamp?
        var lastStart: Moment?
    }

    /// A clock set back further than this is taken to have been wrong before (cron(8)): what comes again then is done again.
    static let correctionSeconds = 3 * 3600.0

    private var entries: [String: Entry] = [:]
    private var last: Moment?

    /// Takes up a set of watches with their schedules; those that it knows already under the same schedule keep their times.
    ///
    /// - Parameter lastRuns: when a watch last looked, as recorded. What fell due since then is made up for by one look.
    mutating func replace(
        _ schedules: [(watch: String, schedule: Schedule)], lastRuns: [String: Timestamp], at now: Moment
    ) {
        // Those that keep their times must not miss a step of the clock.
        followClock(now)
        var next: [String: Entry] = [:]
        for (watch, schedule) in schedules {
            if let known = entries[watch], known.schedule == schedule {
                next[watch] = known
            } else {
                var entry = Entry(schedule: schedule)
                let lastRun = entries[watch]?.lastStart?.wall ?? lastRuns[watch]
                entry.due = lastRun.map { schedule.next(after: min($0, now.wall), for: watch) } ?? now.wall
                // Nor does a clock that was set back before this process began make a time come again.
                if case .cron = schedule, let lastRun, lastRun.seconds(since: now.wall) < Self.correctionSeconds {
                    entry.lastDue = lastRun
                    entry.due = schedule.next(after: lastRun, for: watch)
                }
                next[watch] = entry
            }
        }
        entries = next
    }

    /// The watches that are due, in the order in which they fell due.
    mutating func due(at now: Moment) -> [String] {
        followClock(now)
        let due = entries.compactMap { watch, entry in
            entry.due.flatMap { $0 <= now.wall ? (watch: watch, due: $0) : nil }
        }
        return due.sorted { ($0.due, $0.watch) < ($1.due, $1.watch) }.map(\.watch)
    }

    /// A look has begun, because it was due or because it was asked for. However many times have passed, it counts for all.
    mutating func started(_ watch: String, at now: Moment) {
        guard var entry = entries[watch] else { return }
        if let due = entry.due, due <= now.wall { entry.lastDue = due }
        entry.lastStart = now
        entry.due = next(watch, entry, now)
        entries[watch] = entry
    }

    /// Passes over what fell due while the watch was being looked at.
    ///
    /// - Returns: whether anything did.
    mutating func skipPassed(_ watch: String, at now: Moment) -> Bool {
        guard var entry = entries[watch], let due = entry.due, due <= now.wall else { return false }
        entry.lastDue = due
        entry.due = next(watch, entry, now)
        entries[watch] = entry
        return true
    }

    /// The earliest time at which a watch is due, but for those that `isTaken`.
    func earliest(unless isTaken: (String) -> Bool = { _ in false }) -> Timestamp? {
        entries.filter { !isTaken($0.key) }.compactMap(\.value.due).min()
    }

    func due(of watch: String) -> Timestamp? { entries[watch]?.due }

    /// Where the clock was set, times that were reckoned by what it showed before are reckoned anew: those of `every` by the
    /// time that has gone by, those of `cron` only where it was set back, since one set forward over a time makes that time due.
    private mutating func followClock(_ now: Moment) {
        defer { last = now }
        guard let last else { return }
        let step = now.wall.seconds(since: last.wall) - (now.elapsed - last.elapsed)
        guard abs(step) > 1 else { return }
        for (watch, entry) in entries {
            // What is due already stays so.
            guard let due = entry.due, due > last.wall else { continue }
            // Set forward over a time of `cron`, or over one of a watch that has not looked since we began: it is due.
            if step > 0 {
                if case .cron = entry.schedule { continue }
                if entry.lastStart == nil { continue }
            }
            let next = next(watch, entry, now, mayBeOver: true)
            entries[watch]?.due = next
        }
    }

    /// - Parameter mayBeOver: whether the time may have passed already; else it is one after `now`.
    private func next(_ watch: String, _ entry: Entry, _ now: Moment, mayBeOver: Bool = false) -> Timestamp? {
        switch entry.schedule {
        case .cron:
            // A clock set back a little does not make a time come again.
            guard let done = entry.lastDue, done.seconds(since: now.wall) < Self.correctionSeconds else { break }
            return entry.schedule.next(after: max(done, now.wall), for: watch)
        case .every(let interval):
            // What counts is the time that has gone by: not twice within half the interval, whatever the clock says.
            guard let start = entry.lastStart else { break }
            let seconds = Double(Schedule.milliseconds(interval)) / 1000
            let earliest = start.elapsed + seconds / 2 - now.elapsed
            return entry.schedule.next(
                after: now.wall.adding(seconds: mayBeOver ? earliest : max(0, earliest)), for: watch)
        }
        return entry.schedule.next(after: now.wall, for: watch)
    }
}
