// A moment that a query is asked about: `--as-of POINT`.

import EventLog
import Projections

/// A place in the log or a time, as people write it.
public enum Point: Equatable, Sendable {
    /// Up to and including this event.
    case sequence(UInt64)
    /// What had been observed by then.
    case observed(Timestamp)
    /// What had been recorded by then; differs from `observed` where a history was imported.
    case recorded(Timestamp)

    static let forms =
        "a sequence (1234), a time (2026-11-21T10:00:00Z, or 2026-11-21 10:00:00 for UTC), `2h ago`, or `recorded:` before a time"

    /// `nil` where the text is none of the forms, or lies before the log's time (1970).
    init?(_ text: String, now: Timestamp = .now()) {
        if let time = text.dropping(prefix: "recorded:") {
            guard let timestamp = Point.time(String(time), now: now) else { return nil }
            self = .recorded(timestamp)
        } else if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let sequence = UInt64(text) else { return nil }
            self = .sequence(sequence)
        } else {
            guard let timestamp = Point.time(text, now: now) else { return nil }
            self = .observed(timestamp)
        }
    }

    /// The same, as the value of an option.
    init(_ text: String, for option: String) throws {
        guard let point = Point(text) else {
            throw Failure(.usage, "\(option): \"\(text)\" is not a point; give \(Point.forms)")
        }
        self = point
    }

    private static func time(_ text: String, now: Timestamp) -> Timestamp? {
        guard text.hasSuffix(" ago") else { return Timestamp(text) ?? Timestamp(completed(text)) }
        guard let seconds = seconds(in: String(text.dropLast(4))) else { return nil }
        return now.adding(seconds: -seconds)
    }

    /// As tables print times, `2026-11-21 10:02:03` or a date alone, which are UTC.
    private static func completed(_ text: String) -> String {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let date = parts.first else { return "" }
        return "\(date)T\(parts.count > 1 ? parts[1] : "00:00:00")Z"
    }

    /// `2h`, `1h30m`, `3 days`.
    private static func seconds(in text: String) -> Double? {
        let units: [String: Double] = [
            "s": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60, "minutes": 60, "h": 3_600,
            "hour": 3_600,
            "hours": 3_600, "d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800, "week": 604_800, "weeks": 604_800,
        ]
        var rest = text.filter { $0 != " " }[...]
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let count = Double(number), let size = units[String(unit)] else { return nil }
            total += count * size
        }
        return text.isEmpty ? nil : total
    }

    /// What the projections are asked for; recorded times become the last sequence recorded by then.
    func resolved(in log: EventLog) throws -> AsOf {
        switch self {
        case .sequence(let sequence): .sequence(sequence)
        case .observed(let time): .observed(time)
        case .recorded(let time): .recorded(events: try log.end(recordedBy: time))
        }
    }
}

extension String {
    /// What follows `prefix`, where the text begins with it.
    func dropping(prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
