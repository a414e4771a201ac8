// Ids for what reactors append, in runs of their own.

import EventLog
import Synchronization

/// The ids of one run: `RUN.1`, `RUN.2`, …
public final class EventIDs: Sendable {
    private let run: RunID
    private let count = Mutex(0)

    init(at time: Timestamp) { run = RunID.make(at: time) }

    public func next() -> EventID {
        EventID(
            run: run,
            number: count.withLock {
                $0 += 1
                return $0
            })
    }
}

/// Runs of one dispatcher. The log wants the numbers of a run to grow as they are appended, so each try that is under
/// way has a run to itself, and hands it on when it has been recorded.
final class EventIDPool: Sendable {
    private let idle = Mutex<[EventIDs]>([])

    func take(at time: Timestamp) -> EventIDs { idle.withLock { $0.popLast() } ?? EventIDs(at: time) }
    func giveBack(_ ids: EventIDs) { idle.withLock { $0.append(ids) } }
}
