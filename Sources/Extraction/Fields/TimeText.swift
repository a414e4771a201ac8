// Times without a format: ISO 8601, RFC 5322 (mail), seconds since 1970, and the ways in which people write a date in English.

enum TimeText {
    static func read(_ text: String) throws(TimeReading.Problem) -> CivilTime {
        if let moment = sinceEpoch(text) { return moment }
        if let moment = iso(text) { return moment }
        return try words(text)
    }

    /// Seconds (9 or 10 digits) or milliseconds (12 or 13) since 1970.
    private static func sinceEpoch(_ text: String) -> CivilTime? {
        guard [9, 10, 12, 13].contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text)
        else {
            return nil
        }
        let isMilliseconds = text.utf8.count > 10
        let seconds = isMilliseconds ? number / 1000 : number
        return CivilTime(
            year: 1970, month: 1, day: 1, milliseconds: isMilliseconds ? number % 1000 : 0, offset: -seconds)
    }

    /// `2018-11-26`, `2018-11-26T10:00:00.5-08:00`, `2018-11-26 10:00Z`, `20181126T100000Z`.
    private static func iso(_ text: String) -> CivilTime? {
        guard
            let found = text.wholeMatch(
                of:
                    #/(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+\-\u{2212}]\d\d:?(?:\d\d)?)?)?/#
            )
        else { return nil }
        var moment = CivilTime(year: Int(found.1), month: Int(found.2), day: Int(found.3))
        moment.hour = found.4.flatMap { Int($0) } ?? 0
        moment.minute = found.5.flatMap { Int($0) } ?? 0
        moment.second = found.6.flatMap { Int($0) } ?? 0
        moment.milliseconds = found.7.map(milliseconds) ?? 0
        moment.offset = found.8.flatMap { offset(String($0)) }
        return moment
    }

    /// The first three digits of a fraction.
    static func milliseconds(_ digits: Substring) -> Int {
        Int(digits.prefix(3) + String(repeating: "0", count: max(0, 3 - digits.count))) ?? 0
    }

    /// `Z`, `+0100`, `-08:00`, `+09`.
    static func offset(_ text: String) -> Int? {
        if let named = CalendarNames.zone(text) { return named }
        guard let found = text.wholeMatch(of: #/([+\-\u{2212}])(\d\d):?(\d\d)?/#), let hours = Int(found.2), hours < 24
        else { return nil }
        let minutes = found.3.flatMap { Int($0) } ?? 0
        guard minutes < 60 else { return nil }
        return (found.1 == "+" ? 1 : -1) * (hours * 3600 + minutes * 60)
    }

    // MARK: In words

    /// `Monday, November 26, 2018, 10:00 AM`, `Mon, 26 Nov 2018 10:00:00 -0800`, `26.11.2018 10:00`, `11/26/2018 at 10am`.
    private static func words(_ text: String) throws(TimeReading.Problem) -> CivilTime {
        var moment = CivilTime()
        var hasTime = false
        let words = text.split { $0.isWhitespace || $0 == "," }.map(String.init)
        for (place, word) in words.enumerated() {
            if CalendarNames.weekday(word) != nil
                || ["at", "on", "of", "the", "-", "–", "|", "·"].contains(word.lowercased())
            {
                continue
            }
            if let month = CalendarNames.month(word.hasSuffix(".") ? String(word.dropLast()) : word) {
                try set(&moment.month, month, text)
            } else if try date(word, &moment, text) {
                continue
            } else if try number(word, &moment, text) {
                continue
            } else if try time(word, next: place + 1 < words.count ? words[place + 1] : "", &moment, &hasTime) {
                continue
            } else if hasTime, let offset = offset(word) {
                try set(&moment.offset, offset, text)
            } else if place == 0 || !isHalf(word) {
                throw .init(reason: "\"\(word)\" in it is not understood; give it a format:")
            }
        }
        return moment
    }

    private static func set(_ part: inout Int?, _ value: Int, _ text: String) throws(TimeReading.Problem) {
        guard part == nil else { throw .init(reason: "it has more than one date or time; cut one out with match:") }
        part = value
    }

    /// `26.11.2018`, `2018/11/26`, and with slashes day and month where only one order is possible.
    private static func date(_ word: String, _ moment: inout CivilTime, _ text: String) throws(TimeReading.Problem)
        -> Bool
    {
        let year: Substring
        let first: Int?
        let second: Int?
        if let found = word.wholeMatch(of: #/(\d{4})[\/.\-](\d{1,2})[\/.\-](\d{1,2})/#) {
            (year, first, second) = (found.1, Int(found.3), Int(found.2))
        } else if let found = word.wholeMatch(of: #/(\d{1,2})\.(\d{1,2})\.(\d{4})/#) {
            (year, first, second) = (found.3, Int(found.1), Int(found.2))
        } else if let found = word.wholeMatch(of: #/(\d{1,2})[\/\-](\d{1,2})[\/\-](\d{4})/#), let one = Int(found.1),
            let two = Int(found.2)
        {
            guard one == two || one > 12 || two > 12 else {
                throw .init(reason: "\(word) may begin with the day or with the month; give it a format:")
            }
            (year, first, second) = one > 12 ? (found.3, one, two) : (found.3, two, one)
        } else {
            return false
        }
        try set(&moment.year, Int(year) ?? 0, text)
        try set(&moment.day, first ?? 0, text)
        try set(&moment.month, second ?? 0, text)
        return true
    }

    /// A day (`26`, `26th`, `26.`) or a year.
    private static func number(_ word: String, _ moment: inout CivilTime, _ text: String) throws(TimeReading.Problem)
        -> Bool
    {
        guard let found = word.lowercased().wholeMatch(of: #/(\d{1,4})(st|nd|rd|th|\.)?/#), let number = Int(found.1)
        else { return false }
        if found.1.count == 4, found.2 == nil {
            try set(&moment.year, number, text)
        } else if found.1.count <= 2 {
            try set(&moment.day, number, text)
        } else {
            return false
        }
        return true
    }

    /// `10:00`, `10:00:30`, `10am`, `10:00` and `AM` after it.
    private static func time(
        _ word: String, next: String, _ moment: inout CivilTime, _ hasTime: inout Bool
    ) throws(TimeReading.Problem) -> Bool {
        let lower = word.lowercased()
        guard
            let found = lower.wholeMatch(of: #/(\d{1,2})(?::(\d\d))?(?::(\d\d))?(a\.?m\.?|p\.?m\.?)?/#),
            let hour = Int(found.1),
            found.2 != nil || found.4 != nil
        else { return false }
        guard !hasTime else { throw .init(reason: "it has more than one time of day; cut one out with match:") }
        hasTime = true
        moment.hour = hour
        moment.minute = found.2.flatMap { Int($0) } ?? 0
        moment.second = found.3.flatMap { Int($0) } ?? 0
        let half = found.4.map(String.init) ?? (isHalf(next) ? next.lowercased() : nil)
        if let half { moment.hour = try TimeText.hour(moment.hour, isAfternoon: half.hasPrefix("p")) }
        return true
    }

    private static func isHalf(_ word: String) -> Bool { word.lowercased().wholeMatch(of: #/[ap]\.?m\.?/#) != nil }

    static func hour(_ hour: Int, isAfternoon: Bool) throws(TimeReading.Problem) -> Int {
        guard (1...12).contains(hour) else { throw .init(reason: "there is no such hour with AM or PM") }
        return hour % 12 + (isAfternoon ? 12 : 0)
    }
}
