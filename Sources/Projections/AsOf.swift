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

    /// The same as two limits, of which a row must keep both: the last sequence and the last millisecond.
    var limits: (sequence: Int64, time: Int64) {
        switch self {
        case .now: (.max, .max)
        case .sequence(let sequence): (Int64(clamping: sequence), .max)
        case .observed(let time): (.max, time.millisecondsSinceEpoch)
        }
    }
}
