// Learning of a mass removal all the same: which items enough runs in a row have missed, over enough time.

import EventLog
import Observations

/// What a past run says about what it missed.
struct PastRun: Sendable {
    var time: Timestamp
    var sequence: UInt64
    /// Complete, or suspect by `drop` alone, and found something.
    var counts: Bool
    var missed: Set<ItemKey>
}

/// The rows of misses that end with the current run, folded over past runs from the newest to the oldest.
struct AbsenceRows {
    private struct Row {
        var misses = 1
        var first: Timestamp
        /// The item's last event; a run before it cannot belong to the row.
        let since: UInt64
    }

    private let now: Timestamp
    private let expect: Expectation
    private var open: [ItemKey: Row] = [:]
    /// Items that are gone.
    private(set) var confirmed: Set<ItemKey> = []

    /// - Parameter missed: what the current run, one that counts, missed; with the sequence of each item's last event.
    init(missed: [ItemKey: UInt64], at now: Timestamp, expect: Expectation) {
        self.now = now
        self.expect = expect
        for (key, since) in missed { open[key] = Row(first: now, since: since) }
        settle()
    }

    /// Nothing that happened earlier can change the result.
    var isSettled: Bool { open.isEmpty }

    /// The next older run.
    mutating func take(_ run: PastRun) {
        open = open.filter { run.sequence > $0.value.since }
        guard run.counts else { return }
        open = open.filter { run.missed.contains($0.key) }
        for key in open.keys {
            open[key]?.misses += 1
            open[key]?.first = run.time
        }
        settle()
    }

    private mutating func settle() {
        for (key, row) in open where row.misses >= expect.confirm && now.seconds(since: row.first) >= expect.confirmOver
        {
            confirmed.insert(key)
            open[key] = nil
        }
    }
}
