// The time at which made-up events are recorded, so that a log of them has the same bytes whenever it is made.

import EventLog
import Synchronization

final class RecordingClock: Sendable {
    private let time = Mutex(SessionCorpus.time(of: 0))

    var now: Timestamp { time.withLock { $0 } }

    func advance(to next: Timestamp) { time.withLock { $0 = next } }
}
