// A moment in UTC to the millisecond, which is how every time in the log is written.

import Glibc

/// A moment in UTC, to the millisecond, written as RFC 3339 with exactly three digits: `2026-11-21T10:02:03.456Z`.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let millisecondsSinceEpoch: Int64

    /// Moments outside the years 0000 to 9999 cannot be written and are brought to the nearest that can.
    public init(millisecondsSinceEpoch: Int64) {
        self.millisecondsSinceEpoch = min(max(millisecondsSinceEpoch, Self.range.lowerBound), Self.range.upperBound)
    }

    /// Reads RFC 3339 with any offset and any number of fraction digits, cut (not rounded) to milliseconds.
    public init?(_ rfc3339: String) {
        var text = rfc3339
        let milliseconds = text.withUTF8 { Self.parse(UnsafeRawBufferPointer($0)) }
        guard let milliseconds else { return nil }
        self.init(millisecondsSinceEpoch: milliseconds)
    }

    init?(bytes: UnsafeRawBufferPointer) {
        guard let milliseconds = Self.parse(bytes) else { return nil }
        self.init(millisecondsSinceEpoch: milliseconds)
    }

    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public func adding(seconds: Double) -> Timestamp {
        let moved = (Double(millisecondsSinceEpoch) + seconds * 1000).rounded()
        let bounded = min(max(moved, Double(Self.range.lowerBound)), Double(Self.range.upperBound))
        return Timestamp(millisecondsSinceEpoch: bounded.isNaN ? millisecondsSinceEpoch : Int64(bounded))
    }

    public func seconds(since other: Timestamp) -> Double {
        Double(millisecondsSinceEpoch - other.millisecondsSinceEpoch) / 1000
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            write(into: UnsafeMutableRawBufferPointer(buffer))
            return 24
        }
    }
}

extension Timestamp {
    private static let dayLength: Int64 = 86_400_000
    /// 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z.
    private static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    func append(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { buffer in
            write(into: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    /// Writes the 24 characters.
    func write(into out: UnsafeMutableRawBufferPointer) {
        let days = Self.floorDivide(millisecondsSinceEpoch, Self.dayLength)
        var rest = Int(millisecondsSinceEpoch - days * Self.dayLength)
        let date = Self.civil(fromDays: days)
        func digits(_ value: Int, _ count: Int, at place: Int) {
            var value = value
            for index in stride(from: place + count - 1, through: place, by: -1) {
                out[index] = UInt8(ascii: "0") + UInt8(value % 10)
                value /= 10
            }
        }
        out.copyBytes(from: Self.template)
        digits(date.year, 4, at: 0)
        digits(date.month, 2, at: 5)
        digits(date.day, 2, at: 8)
        digits(rest % 1000, 3, at: 20)
        rest /= 1000
        digits(rest % 60, 2, at: 17)
        digits(rest / 60 % 60, 2, at: 14)
        digits(rest / 3600, 2, at: 11)
    }

    private static let template = Array("0000-00-00T00:00:00.000Z".utf8)

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : (value - by + 1) / by
    }

    /// Proleptic Gregorian calendar, after Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
    private static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    private static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count >= 20, text.count <= 64,
            text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
            let hour = number(text, 11, 2), let minute = number(text, 14, 2), let second = number(text, 17, 2),
            (1...12).contains(month), day >= 1, day <= length(ofMonth: month, in: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        guard let (milliseconds, place) = fraction(text), let offset = offset(text, at: place) else { return nil }
        let seconds = Int64(hour * 3600 + minute * 60 + second - offset)
        let result = days(year: year, month: month, day: day) * dayLength + seconds * 1000 + Int64(milliseconds)
        return range.contains(result) ? result : nil
    }

    private static func fraction(_ text: UnsafeRawBufferPointer) -> (milliseconds: Int, next: Int)? {
        guard text[19] == UInt8(ascii: ".") else { return (0, 19) }
        var place = 20
        var milliseconds = 0
        while place < text.count, let digit = number(text, place, 1) {
            if place < 23 { milliseconds = milliseconds * 10 + digit }
            place += 1
        }
        guard place > 20 else { return nil }
        for _ in place..<max(place, 23) { milliseconds *= 10 }
        return (milliseconds, place)
    }

    /// Seconds east of UTC.
    private static func offset(_ text: UnsafeRawBufferPointer, at place: Int) -> Int? {
        guard place < text.count else { return nil }
        if text[place] | 0x20 == UInt8(ascii: "z") { return place + 1 == text.count ? 0 : nil }
        guard place + 6 == text.count, text[place + 3] == UInt8(ascii: ":"),
            let hours = number(text, place + 1, 2), let minutes = number(text, place + 4, 2), hours < 24, minutes < 60
        else { return nil }
        switch text[place] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    private static func length(ofMonth month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
