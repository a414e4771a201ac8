// Times in human text, to RFC 3339 in UTC, so that one instant is always written in one way.

import Foundation

/// Reads times by a format, or without one by what they look like.
struct TimeReading: Sendable {
    /// Why a text is no time; the end of a sentence.
    struct Problem: Error, Equatable { let reason: String }

    private let zone: TimeZone
    private let format: TimeFormat?

    init(timezone: String?, format: String?, field: String) throws(ExtractionError) {
        guard let zone = TimeZone(identifier: timezone ?? "UTC") else {
            throw .badRule(
                field: field,
                reason: "timezone: \"\(timezone ?? "")\" is no name of the tz database, such as America/Los_Angeles")
        }
        self.zone = zone
        self.format = try format.map { text throws(ExtractionError) in try TimeFormat(text, field: field) }
    }

    func read(_ text: String) -> Result<String, Problem> {
        do throws(Problem) {
            guard let format else { return .success(try TimeText.read(text).utc(in: zone)) }
            return .success(try format.read(text).utc(in: zone))
        } catch {
            return .failure(error)
        }
    }
}

/// A date and time as people write them, before it is known which instant they mean.
struct CivilTime: Equatable {
    var year: Int?
    var month: Int?
    var day: Int?
    var hour = 0
    var minute = 0
    var second = 0
    var milliseconds = 0
    /// Seconds east of Greenwich, where the text says so.
    var offset: Int?

    /// RFC 3339 in UTC, with milliseconds only where there are any.
    ///
    /// A time that a zone skips (clocks go forward) is moved on by what they skip; of two that a zone has (clocks go back) the first
    /// counts: as RFC 5545 has it for calendars.
    func utc(in zone: TimeZone) throws(TimeReading.Problem) -> String {
        guard let year else { throw .init(reason: "it has no year") }
        guard let month else { throw .init(reason: "it has no month") }
        guard let day else { throw .init(reason: "it has no day") }
        guard (1...9999).contains(year), (1...12).contains(month), (1...CivilTime.days(of: month, year)).contains(day)
        else {
            throw .init(reason: "there is no such day")
        }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second) else {
            throw .init(reason: "there is no such time of day")
        }
        let local = CivilTime.daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + min(second, 59)
        return CivilTime.text(offset.map { local - $0 } ?? CivilTime.instant(local, zone), milliseconds)
    }

    private static func instant(_ local: Int, _ zone: TimeZone) -> Int {
        func offset(at instant: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))) }
        let before = offset(at: local - 86400)
        let after = offset(at: local + 86400)
        // In an overlap both hold and the first instant counts; in a gap neither does, and the offset before it moves the time on.
        let fitting = [local - before, local - after].filter { offset(at: $0) == local - $0 }
        return fitting.min() ?? local - before
    }

    /// Days since 1970-01-01 in the Gregorian calendar, by counting years from March.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let era = years / 400
        let yearOfEra = years - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    static func text(_ instant: Int, _ milliseconds: Int) -> String {
        let days = Int((Double(instant) / 86400).rounded(.down))
        let seconds = instant - days * 86400
        let shifted = days + 719_468
        let era = Int((Double(shifted) / 146_097).rounded(.down))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * fromMarch + 2) / 5 + 1
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let fraction = milliseconds > 0 ? "." + padded(milliseconds, 3) : ""
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(seconds / 3600, 2)):"
            + "\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))\(fraction)Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// English names, as nearly every page that has times in words uses them.
enum CalendarNames {
    static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// 1 to 12, for the whole name or at least its first three letters.
    static func month(_ word: String) -> Int? { place(word, in: months) }
    static func weekday(_ word: String) -> Int? { place(word, in: weekdays) }

    private static func place(_ word: String, in names: [String]) -> Int? {
        let word = word.lowercased()
        guard word.count >= 3 else { return nil }
        return names.firstIndex { $0.hasPrefix(word) }.map { $0 + 1 }
    }

    /// Seconds east of Greenwich for the zones of RFC 5322, 4.3; other letters are ambiguous and not taken.
    static func zone(_ word: String) -> Int? {
        let hours = [
            "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
            "pst": -8, "pdt": -7,
        ]
        return hours[word.lowercased()].map { $0 * 3600 }
    }
}
