// When a watch is due: a pure function of its schedule, its name and a moment.

import EventLog
import Foundation

extension Schedule {
    /// The first time after `moment` at which `watch` is due.
    ///
    /// `every` has a grid of its own for each watch, so that watches with the same interval do not all fire at once; it
    /// follows from the name, so that it is the same after a restart, and `status` can tell it without asking anybody.
    package func next(after moment: Timestamp, for watch: String) -> Timestamp? {
        switch self {
        case .every(let interval):
            let interval = Self.milliseconds(interval)
            let offset = Self.offset(of: watch, within: interval)
            let since = moment.millisecondsSinceEpoch - offset
            let passed = since >= 0 ? since / interval : (since - interval + 1) / interval
            return Timestamp(millisecondsSinceEpoch: (passed + 1) * interval + offset)
        case .cron(let cron, let timezone):
            guard let zone = TimeZone(identifier: timezone) else { return nil }
            let moment = Date(timeIntervalSince1970: Double(moment.millisecondsSinceEpoch) / 1000)
            return cron.next(after: moment, in: zone).map {
                Timestamp(millisecondsSinceEpoch: Int64(($0.timeIntervalSince1970 * 1000).rounded()))
            }
        }
    }

    /// At least a millisecond.
    static func milliseconds(_ interval: Duration) -> Int64 {
        let (seconds, attoseconds) = interval.components
        return max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    private static func offset(of watch: String, within interval: Int64) -> Int64 {
        let number = Digest.sha256(Array(watch.utf8)).bytes.prefix(7).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return number % interval
    }
}
