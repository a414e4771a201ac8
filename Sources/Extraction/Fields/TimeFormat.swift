// Times by a format, as strptime(3) has it.

/// `%A, %b %d, %Y, %I:%M %p`: what stands for itself must be there, white space stands for any white space or none.
struct TimeFormat: Sendable {
    static let supported = "%Y %y %m %b %B %d %e %j %H %I %M %S %f %p %A %a %z %Z %s %F %T %R %D %%"

    private enum Part: Sendable {
        case literal(Character)
        case space
        case directive(Character)
    }

    private let format: String
    private let parts: [Part]

    init(_ format: String, field: String) throws(ExtractionError) {
        self.format = format
        parts = try TimeFormat.parts(format, field: field)
        guard !parts.isEmpty else { throw .badRule(field: field, reason: "format: is empty") }
    }

    private static func parts(_ format: String, field: String) throws(ExtractionError) -> [Part] {
        var parts: [Part] = []
        var rest = format[...]
        while let next = rest.popFirst() {
            guard next == "%" else {
                parts.append(next.isWhitespace ? .space : .literal(next))
                continue
            }
            guard var directive = rest.popFirst() else {
                throw .badRule(field: field, reason: "format: ends in a single %")
            }
            // glibc's flags (no padding) change nothing in reading.
            if "-_0".contains(directive), let flagged = rest.popFirst() { directive = flagged }
            switch directive {
            case "F": parts += try TimeFormat.parts("%Y-%m-%d", field: field)
            case "T": parts += try TimeFormat.parts("%H:%M:%S", field: field)
            case "R": parts += try TimeFormat.parts("%H:%M", field: field)
            case "D": parts += try TimeFormat.parts("%m/%d/%y", field: field)
            case "%": parts.append(.literal("%"))
            case "h": parts.append(.directive("b"))
            case "n", "t": parts.append(.space)
            default:
                guard "YymbBdejHIMSfpAazZs".contains(directive) else {
                    throw .badRule(field: field, reason: "format: %\(directive) is not known; known are \(supported)")
                }
                parts.append(.directive(directive))
            }
        }
        return parts
    }

    func read(_ text: String) throws(TimeReading.Problem) -> CivilTime {
        var reading = Reading(rest: text[...])
        for part in parts {
            switch part {
            case .space: reading.skipSpace()
            case .literal(let character):
                guard reading.rest.popFirst() == character else { throw mismatch(reading) }
            case .directive(let letter):
                reading.skipSpace()
                guard reading.take(letter) else { throw mismatch(reading) }
            }
        }
        reading.skipSpace()
        guard reading.rest.isEmpty else {
            throw .init(reason: "\"\(reading.rest)\" follows what the format \"\(format)\" describes")
        }
        return try reading.finished()
    }

    private func mismatch(_ reading: Reading) -> TimeReading.Problem {
        .init(reason: "it does not have the format \"\(format)\" (before \"\(reading.rest)\")")
    }

    /// What has been read so far, and what has not.
    private struct Reading {
        var rest: Substring
        var moment = CivilTime()
        var isAfternoon: Bool?
        var dayOfYear: Int?

        mutating func skipSpace() { rest = rest.drop { $0.isWhitespace } }

        mutating func take(_ directive: Character) -> Bool {
            switch directive {
            case "Y": return number(4, \.year)
            case "y": return shortYear()
            case "m": return number(2, \.month)
            case "d", "e": return number(2, \.day)
            case "j":
                dayOfYear = digits(3)
                return dayOfYear != nil
            case "H", "I": return number(2, \.hour)
            case "M": return number(2, \.minute)
            case "S": return number(2, \.second)
            case "f": return fraction()
            case "b", "B": return word { CalendarNames.month($0) }.map { moment.month = $0 } != nil
            case "a", "A": return word { CalendarNames.weekday($0) } != nil
            case "p": return half()
            case "z", "Z": return zone()
            case "s": return seconds()
            default: return false
            }
        }

        func finished() throws(TimeReading.Problem) -> CivilTime {
            var moment = moment
            if let isAfternoon { moment.hour = try TimeText.hour(moment.hour, isAfternoon: isAfternoon) }
            guard let dayOfYear, let year = moment.year, moment.month == nil else { return moment }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            var left = dayOfYear
            for (index, days) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                if left <= days {
                    (moment.month, moment.day) = (index + 1, left)
                    return moment
                }
                left -= days
            }
            throw .init(reason: "there is no such day")
        }

        private mutating func digits(_ most: Int) -> Int? {
            let digits = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count)
            return Int(digits)
        }

        private mutating func number(_ most: Int, _ part: WritableKeyPath<CivilTime, Int?>) -> Bool {
            guard let number = digits(most) else { return false }
            moment[keyPath: part] = number
            return true
        }

        private mutating func number(_ most: Int, _ part: WritableKeyPath<CivilTime, Int>) -> Bool {
            guard let number = digits(most) else { return false }
            moment[keyPath: part] = number
            return true
        }

        /// POSIX: 69 to 99 are of the twentieth century.
        private mutating func shortYear() -> Bool {
            guard let number = digits(2) else { return false }
            moment.year = number >= 69 ? 1900 + number : 2000 + number
            return true
        }

        private mutating func fraction() -> Bool {
            let digits = rest.prefix(9).prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count)
            moment.milliseconds = TimeText.milliseconds(digits)
            return true
        }

        private mutating func word(_ meaning: (String) -> Int?) -> Int? {
            let letters = rest.prefix { $0.isLetter }
            guard let value = meaning(String(letters)) else { return nil }
            rest = rest.dropFirst(letters.count)
            if rest.first == "." { rest = rest.dropFirst() }
            return value
        }

        private mutating func half() -> Bool {
            guard let found = rest.lowercased().prefixMatch(of: #/([ap])\.?m\.?/#) else { return false }
            isAfternoon = found.1 == "p"
            rest = rest.dropFirst(found.0.count)
            return true
        }

        private mutating func zone() -> Bool {
            let text = rest.prefix { !$0.isWhitespace && $0 != ")" && $0 != "," }
            guard let offset = TimeText.offset(String(text)) else { return false }
            rest = rest.dropFirst(text.count)
            moment.offset = offset
            return true
        }

        private mutating func seconds() -> Bool {
            guard let number = digits(11) else { return false }
            moment = CivilTime(year: 1970, month: 1, day: 1, offset: -number)
            return true
        }
    }
}
