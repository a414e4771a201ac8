// What an alarm watches, and when it is raised: CloudWatch's terms, each with its one way to be written.

import EventLog
import Projections

/// The state of an alarm, written as CloudWatch writes it.
public enum AlarmState: String, Sendable, CaseIterable {
    case ok = "OK"
    case alarm = "ALARM"
    case insufficientData = "INSUFFICIENT_DATA"
}

/// A side of a number: `>= 1`.
public struct AlarmThreshold: Sendable, Hashable, CustomStringConvertible {
    public enum Comparison: String, Sendable, CaseIterable {
        case greaterOrEqual = ">="
        case greater = ">"
        case less = "<"
        case lessOrEqual = "<="
    }

    public let comparison: Comparison
    public let number: Double

    public init(_ comparison: Comparison, _ number: Double) {
        self.comparison = comparison
        self.number = number
    }

    /// `>= 1`, with or without the space; nil where the text is something else.
    public init?(_ text: String) {
        let longestFirst = Comparison.allCases.sorted { $0.rawValue.count > $1.rawValue.count }
        guard let comparison = longestFirst.first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
        let digits = text.dropFirst(comparison.rawValue.count).drop { $0 == " " }
        // Only what one would write by hand: Double takes "inf" and hexadecimal too.
        guard let number = Double(digits), digits.allSatisfy({ "0123456789.-+eE".contains($0) }), number.isFinite else {
            return nil
        }
        self.init(comparison, number)
    }

    /// Whether a value is on the side that raises the alarm.
    public func isBreached(by value: Double) -> Bool {
        switch comparison {
        case .greaterOrEqual: value >= number
        case .greater: value > number
        case .less: value < number
        case .lessOrEqual: value <= number
        }
    }

    var isUpper: Bool { comparison == .greaterOrEqual || comparison == .greater }

    /// With all its digits: by its text a rule is told from another.
    public var description: String {
        "\(comparison.rawValue) \(Int(exactly: number).map(String.init) ?? "\(number)")"
    }
}

/// What a period without a datapoint counts as.
public enum MissingData: String, Sendable, CaseIterable {
    /// Nothing is known: with no datapoint at all there is not enough data.
    case missing
    /// The state stays what it is.
    case ignore
    /// As one beyond the threshold.
    case breaching
    /// As one within the threshold.
    case notBreaching = "not-breaching"
}

/// `evaluate: 3 of 5`: of the last `periods` datapoints so many have to be beyond the threshold.
public struct AlarmEvaluation: Sendable, Hashable, CustomStringConvertible {
    public let breaching: Int
    public let periods: Int

    /// More periods than anybody needs; their datapoints are kept in memory.
    public static let periodsMax = 100

    public init?(_ breaching: Int, of periods: Int) {
        guard (1...Self.periodsMax).contains(periods), (1...periods).contains(breaching) else { return nil }
        self.breaching = breaching
        self.periods = periods
    }

    /// `3 of 5`; `3` alone is `3 of 3`.
    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let breaching = words.first.flatMap({ Int($0) }) else { return nil }
        if words.count == 1 {
            self.init(breaching, of: breaching)
        } else {
            guard words.count == 3, words[1] == "of", let periods = Int(words[2]) else { return nil }
            self.init(breaching, of: periods)
        }
    }

    public var description: String { "\(breaching) of \(periods)" }
}

/// An alarm as it is defined; what is to happen when it changes is not its business.
public struct AlarmRule: Sendable, Equatable {
    public let name: String
    public let metric: Metric
    /// The watches, or channels, whose datapoints count; of all where nil.
    public let labels: [String]?
    public let statistic: Statistic
    /// Periods begin at whole multiples of this since 1970 (UTC).
    public let periodMilliseconds: Int64
    public let evaluation: AlarmEvaluation
    public let threshold: AlarmThreshold
    public let missing: MissingData
    /// The state before anything is known.
    public let initial: AlarmState

    public init(
        name: String, metric: Metric, labels: [String]?, statistic: Statistic, periodMilliseconds: Int64,
        evaluation: AlarmEvaluation, threshold: AlarmThreshold, missing: MissingData = .missing,
        initial: AlarmState = .insufficientData
    ) {
        self.name = name
        self.metric = metric
        self.labels = labels
        self.statistic = statistic
        self.periodMilliseconds = max(1, periodMilliseconds)
        self.evaluation = evaluation
        self.threshold = threshold
        self.missing = missing
        self.initial = initial
    }

    /// How many periods are looked at, in case some of them have no datapoint. CloudWatch looks at more than it evaluates and does
    /// not say how many; in its documented examples it is two more.
    public var rangePeriods: Int { evaluation.periods + 2 }

    /// Changes when another state could come of the same datapoints.
    var digest: Digest {
        let parts: [String] = [
            metric.name, labels?.joined(separator: "\n") ?? "", statistic.description, String(periodMilliseconds),
            evaluation.description, threshold.description, missing.rawValue, initial.rawValue,
        ]
        return .sha256(Array(parts.joined(separator: "\u{0}").utf8))
    }
}

/// A number as a person would write it: `3`, `0.25`, and a small one with all its digits.
func numberText(_ number: Double) -> String {
    if let whole = Int(exactly: number) { return String(whole) }
    return number.magnitude < 0.01 ? "\(number)" : "\((number * 1000).rounded() / 1000)"
}
