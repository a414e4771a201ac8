// When a cron expression comes next, also over the days on which clocks change.

import Foundation

extension Cron {
    /// The first time after `moment`; nothing only where none comes within nine years.
    public func next(after moment: Date, in zone: TimeZone) -> Date? {
        // A time left out by a change of clocks may come on the next day; so the search begins a day early.
        let first = CivilDate(of: moment, in: zone).number - 1
        for number in first...(first + 9 * 366) {
            let date = CivilDate(number: number)
            guard comes(on: date) else { continue }
            if let found = times(on: date, zone).first(where: { $0 > moment }) { return found }
        }
        return nil
    }

    /// In order, each once.
    private func times(on date: CivilDate, _ zone: TimeZone) -> [Date] {
        let walls = hours.sorted().flatMap { hour in
            minutes.sorted().map { date.secondsAsUTC + Double(hour * 3600 + $0 * 60) }
        }
        guard let first = walls.first, let last = walls.last else { return [] }
        let before = zone.offset(at: first - 86_400)
        guard before != zone.offset(at: last + 86_400) else {
            return walls.map { Date(timeIntervalSince1970: $0 - before) }
        }
        let times = Set(walls.flatMap { moments(ofWall: $0, zone) })
        return times.sorted().map(Date.init(timeIntervalSince1970:))
    }

    /// Moments at which clocks show a time: one, or around a change of clocks none or two, of which this takes what is meant.
    private func moments(ofWall wall: Double, _ zone: TimeZone) -> [Double] {
        let candidates = Set([wall - zone.offset(at: wall - 86_400), wall - zone.offset(at: wall + 86_400)]).sorted()
        let shown = candidates.filter { $0 + zone.offset(at: $0) == wall }
        guard let earliest = candidates.first, let latest = candidates.last else { return [] }
        if shown.isEmpty { return followsClock ? [] : [zone.change(between: earliest, and: latest)] }
        return followsClock ? shown : Array(shown.prefix(1))
    }
}

extension TimeZone {
    /// Seconds east of UTC.
    fileprivate func offset(at moment: Double) -> Double {
        Double(secondsFromGMT(for: Date(timeIntervalSince1970: moment)))
    }

    /// The moment at which clocks are changed, which lies after the first and not after the second.
    fileprivate func change(between before: Double, and after: Double) -> Double {
        var (before, after) = (before, after)
        let offset = offset(at: before)
        while after - before > 1 {
            let middle = ((before + after) / 2).rounded()
            if self.offset(at: middle) == offset { before = middle } else { after = middle }
        }
        return after
    }
}

/// A day of the Gregorian calendar, without a zone.
struct CivilDate: Hashable {
    /// Days since 1970-01-01.
    let number: Int
    let month: Int
    let day: Int
    /// From 0, Sunday.
    let weekday: Int

    init(number: Int) {
        self.number = number
        let parts = Self.calendar.dateComponents(
            [.month, .day, .weekday], from: Date(timeIntervalSince1970: Double(number) * 86_400))
        month = parts.month ?? 1
        day = parts.day ?? 1
        weekday = (parts.weekday ?? 1) - 1
    }

    init(of moment: Date, in zone: TimeZone) {
        let wall = moment.timeIntervalSince1970 + zone.offset(at: moment.timeIntervalSince1970)
        self.init(number: Int((wall / 86_400).rounded(.down)))
    }

    var secondsAsUTC: Double { Double(number) * 86_400 }

    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
