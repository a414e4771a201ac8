// Where the marks of a time axis stand: round moments of the clock or the calendar (UTC), no more than there is room for.

import EventLog

enum TimeAxis {
    struct Tick: Equatable {
        let time: Int64
        /// `14:30`, `21 Nov`, `Nov`, `2026`.
        let label: String
        /// The day or year that the label is of, at the first mark and where it is another one.
        var context: String?
    }

    /// The step between marks.
    enum Step: Equatable {
        case milliseconds(Int64)
        case days(Int64)
        case months(Int)
    }

    private static let day: Int64 = 86_400_000

    /// From short to long.
    static let steps: [Step] =
        [1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].map {
            .milliseconds($0 * 1000)
        } + [1, 2, 7, 14].map { .days($0) }
        + [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000].map { .months($0) }

    /// The marks of the shortest step that makes at most `most` of them.
    static func ticks(from start: Int64, to end: Int64, most: Int) -> [Tick] {
        for step in steps where about(step) * Int64(most + 1) > end - start {
            let times = times(step, from: start, to: end)
            if times.count <= most { return labelled(times, step) }
        }
        return []
    }

    /// Not longer than a step can be.
    private static func about(_ step: Step) -> Int64 {
        switch step {
        case .milliseconds(let length): length
        case .days(let count): count * day
        case .months(let count): Int64(count) * 31 * day
        }
    }

    private static func times(_ step: Step, from start: Int64, to end: Int64) -> [Int64] {
        switch step {
        case .milliseconds(let length): return multiples(of: length, offset: 0, from: start, to: end)
        // Weeks begin on Mondays; the epoch was a Thursday.
        case .days(let count):
            return multiples(of: count * day, offset: count % 7 == 0 ? 4 * day : 0, from: start, to: end)
        case .months(let count):
            let first = CalendarMonth(Timestamp(millisecondsSinceEpoch: start)).number / count * count
            let last = CalendarMonth(Timestamp(millisecondsSinceEpoch: end)).number
            return stride(from: first, through: last, by: count)
                .compactMap { CalendarMonth(number: $0).start }.filter { start <= $0 && $0 <= end }
        }
    }

    private static func multiples(of length: Int64, offset: Int64, from start: Int64, to end: Int64) -> [Int64] {
        let rest = (start - offset) % length
        let first = rest == 0 ? start : start - rest + (rest > 0 ? length : 0)
        return Array(stride(from: first, through: end, by: Int64.Stride(length)))
    }

    private static func labelled(_ times: [Int64], _ step: Step) -> [Tick] {
        var ticks: [Tick] = []
        var context: String?
        for time in times {
            let moment = Timestamp(millisecondsSinceEpoch: time)
            let (label, own) = text(moment, step)
            ticks.append(Tick(time: time, label: label, context: own == context ? nil : own))
            context = own
        }
        return ticks
    }

    private static func text(_ time: Timestamp, _ step: Step) -> (label: String, context: String?) {
        let month = CalendarMonth(time)
        switch step {
        case .milliseconds(let length):
            let clock = time.description.dropFirst(11).prefix(length < 60_000 ? 8 : 5)
            return (String(clock), "\(time.dayOfMonth) \(month.name) \(month.year)")
        case .days: return ("\(time.dayOfMonth) \(month.name)", String(month.year))
        case .months(let count) where count < 12: return (month.name, String(month.year))
        case .months: return (String(month.year), nil)
        }
    }
}

/// A month of the calendar, in UTC.
private struct CalendarMonth {
    /// Months since the beginning of year 0.
    let number: Int

    init(number: Int) { self.number = number }

    init(_ time: Timestamp) {
        let text = time.description
        let month = Int(text.dropFirst(5).prefix(2)) ?? 1
        number = (Int(text.prefix(4)) ?? 0) * 12 + month - 1
    }

    var year: Int { number / 12 }

    var name: String {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][number % 12]
    }

    /// Nil beyond what can be written.
    var start: Int64? {
        let year = String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
        let month = (number % 12 < 9 ? "0" : "") + String(number % 12 + 1)
        return Timestamp("\(year)-\(month)-01T00:00:00Z")?.millisecondsSinceEpoch
    }
}

extension Timestamp {
    fileprivate var dayOfMonth: Int { Int(description.dropFirst(8).prefix(2)) ?? 1 }

    /// `21 Nov 2026, 10:02`
    var written: String {
        let month = CalendarMonth(self)
        return "\(dayOfMonth) \(month.name) \(month.year), \(description.dropFirst(11).prefix(5))"
    }
}
