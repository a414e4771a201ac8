// Hours of the day in which nobody is to be told anything: what the clock on the wall shows decides, also where clocks change.

import EventLog
import Foundation

/// From one time of day to another, over midnight where the second is the earlier one; the second no longer belongs to it.
public struct QuietHours: Sendable, Hashable {
    /// Minutes after midnight.
    let start: Int
    let end: Int
    let zone: TimeZone

    /// `HH:MM-HH:MM`; nil where the text is no such thing, or both times are the same.
    public init?(_ text: String, in zone: TimeZone) {
        let times = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minutes)
        guard times.count == 2, let start = times[0], let end = times[1], start != end else { return nil }
        self.start = start
        self.end = end
        self.zone = zone
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isWritten = parts.allSatisfy { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard parts.count == 2, isWritten, (1...2).contains(parts[0].count), parts[1].count == 2,
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    /// When it will no longer be quiet; nil where it is not quiet at that moment.
    ///
    /// That is the first moment at which clocks show no quiet time any more: on a day that leaves the end out the change of clocks,
    /// and in an hour that comes twice it may become quiet once more.
    func end(from moment: Timestamp) -> Timestamp? {
        var moment = moment
        guard isQuiet(at: moment) else { return nil }
        // One round where clocks stay as they are, another behind their change; there are no two changes in a day.
        for _ in 0..<3 {
            let offset = offset(at: moment)
            let left = (Int64(end) * 60_000 - timeOfDay(at: moment) + Self.day) % Self.day
            let candidate = Timestamp(
                millisecondsSinceEpoch: moment.millisecondsSinceEpoch + (left == 0 ? Self.day : left))
            if self.offset(at: candidate) == offset { return candidate }
            moment = change(after: moment, upTo: candidate)
            if !isQuiet(at: moment) { return moment }
        }
        return moment
    }

    func isQuiet(at moment: Timestamp) -> Bool {
        let minute = Int(timeOfDay(at: moment) / 60_000)
        return start < end ? (start..<end).contains(minute) : minute >= start || minute < end
    }

    private static let day: Int64 = 86_400_000

    /// Milliseconds since midnight, as clocks show them.
    private func timeOfDay(at moment: Timestamp) -> Int64 {
        let shown = (moment.millisecondsSinceEpoch + offset(at: moment)) % Self.day
        return shown < 0 ? shown + Self.day : shown
    }

    /// Milliseconds east of UTC.
    private func offset(at moment: Timestamp) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(moment.millisecondsSinceEpoch) / 1000)
        return Int64(zone.secondsFromGMT(for: date)) * 1000
    }

    /// The first moment of other clocks, which are other at `last`.
    private func change(after moment: Timestamp, upTo last: Timestamp) -> Timestamp {
        var (before, after) = (moment.millisecondsSinceEpoch, last.millisecondsSinceEpoch)
        let offset = offset(at: moment)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if self.offset(at: Timestamp(millisecondsSinceEpoch: middle)) == offset {
                before = middle
            } else {
                after = middle
            }
        }
        return Timestamp(millisecondsSinceEpoch: after)
    }
}
