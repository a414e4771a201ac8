// Cron expressions of five fields, as Vixie cron reads them. When they come next is in CronTimes.swift.

/// `minute hour day month weekday`, each `*`, a number, a name, a range, a step or a list of these.
///
/// Where both day and weekday are restricted, either suffices (crontab(5)). Where clocks change, Debian's cron(8) is the
/// rule: with `*` in minute or hour the expression follows the clock, so that an hour that comes twice counts twice; one that
/// names its times comes once a day, also on the day that leaves that time out (then at the change) or has it twice.
public struct Cron: Hashable, Sendable {
    /// The five fields with single spaces between them.
    public let text: String
    let minutes: Set<Int>
    let hours: Set<Int>
    let days: Set<Int>
    let months: Set<Int>
    let weekdays: Set<Int>
    /// `*` stands in minute or hour.
    let followsClock: Bool
    private let dayIsFree: Bool
    private let weekdayIsFree: Bool

    /// What is wrong with an expression, as the end of a sentence.
    struct Wrong: Error, Equatable {
        let reason: String
    }

    init(_ text: String) throws(Wrong) {
        let fields = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard fields.count == 5 else {
            throw Wrong(reason: "expected five fields (minute hour day month weekday), got \(fields.count)")
        }
        self.text = fields.joined(separator: " ")
        minutes = try Field.minute.values(fields[0])
        hours = try Field.hour.values(fields[1])
        days = try Field.day.values(fields[2])
        months = try Field.month.values(fields[3])
        weekdays = Set(try Field.weekday.values(fields[4]).map { $0 % 7 })
        followsClock = fields[0].hasPrefix("*") || fields[1].hasPrefix("*")
        dayIsFree = fields[2].hasPrefix("*")
        weekdayIsFree = fields[4].hasPrefix("*")
        let longest = months.map { [2: 29, 4: 30, 6: 30, 9: 30, 11: 30][$0] ?? 31 }.max() ?? 0
        guard !weekdayIsFree || days.contains(where: { $0 <= longest }) else {
            throw Wrong(reason: "\"\(self.text)\" never comes: no such day in that month")
        }
    }

    /// Whether a day of the calendar is one of those.
    func comes(on date: CivilDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let dayFits = days.contains(date.day)
        let weekdayFits = weekdays.contains(date.weekday)
        return dayIsFree || weekdayIsFree ? dayFits && weekdayFits : dayFits || weekdayFits
    }
}

extension Cron {
    private struct Field {
        let what: String
        let range: ClosedRange<Int>
        var names: [String] = []

        static let minute = Field(what: "minute", range: 0...59)
        static let hour = Field(what: "hour", range: 0...23)
        static let day = Field(what: "day", range: 1...31)
        static let month = Field(
            what: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
        static let weekday = Field(
            what: "weekday", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

        func values(_ text: String) throws(Wrong) -> Set<Int> {
            var values: Set<Int> = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                values.formUnion(try self.part(part))
            }
            return values
        }

        private func part(_ text: Substring) throws(Wrong) -> [Int] {
            let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count <= 2 else { throw wrong(text) }
            var step = 1
            if pieces.count == 2 {
                guard let given = Int(pieces[1]), given > 0 else { throw wrong(text) }
                step = given
            }
            let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
            if pieces[0] == "*" { return Array(stride(from: range.lowerBound, through: range.upperBound, by: step)) }
            guard let first = number(ends[0]), ends.count <= 2 else { throw wrong(text) }
            let open = pieces.count == 2 && ends.count == 1
            guard let last = ends.count == 2 ? number(ends[1]) : (open ? range.upperBound : first), first <= last
            else { throw wrong(text) }
            return Array(stride(from: first, through: last, by: step))
        }

        private func number(_ text: Substring) -> Int? {
            if let index = names.firstIndex(of: text.lowercased()) { return index + range.lowerBound }
            guard text.allSatisfy(\.isASCIIDigit), let value = Int(text), range.contains(value) else { return nil }
            return value
        }

        private func wrong(_ text: Substring) -> Wrong {
            Wrong(reason: "\"\(text)\" is no \(what) (\(range.lowerBound) to \(range.upperBound))")
        }
    }
}
