// The moment that a question is about.

import EventLog

/// A point in the past, inclusive, or now.
public enum AsOf: Sendable, Hashable {
    case now
    /// After the event with this sequence.
    case sequence(UInt64)
    /// What had been observed by then.
    case observed(Timestamp)

    /// What had been recorded when the log had `events` events; `EventLog.end(recordedBy:)` says how many there were
    /// at a time.
    public static func recorded(events: UInt64) -> AsOf {
        events == 0 ? .observed(Timestamp(millisecondsSinceEpoch: .min)) : .sequence(events - 1)
    }

    /// Whether an event counts at that moment.
    public func covers(sequence: UInt64, observed: Timestamp) -> Bool {
        switch self {
        case .now: true
        case .sequence(let last): sequence <= last
        case .observed(let time): observed <= time
        }
    }

    public func covers(_ event: Event) -> Bool { covers(sequence: event.sequence, observed: event.time) }

    /// The place of the stretch with the version of `items.id` that held then, as a query: one seek, whichever sense "as of" has.
    func heldStretch(sequence: StaticString, time: StaticString) -> String {
        let held =
            if case .observed = self {
                "time <= \(time) ORDER BY time DESC, sequence DESC"
            } else {
                "sequence <= \(sequence) ORDER BY sequence DESC"
            }
        return "SELECT place FROM versions WHERE item = items.id AND \(held) LIMIT 1"
    }

    /// The same as two limits, of which a row must keep both: the last sequence and the last millisecond.
    var limits: (sequence: Int64, time: Int64) {
        switch self {
        case .now: (.max, .max)
        case .sequence(let sequence): (Int64(clamping: sequence), .max)
        case .observed(let time): (.max, time.millisecondsSinceEpoch)
        }
    }
}
