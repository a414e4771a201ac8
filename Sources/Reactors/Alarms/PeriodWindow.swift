// The newest periods of one alarm, with what was recorded in each.

import EventLog
import Projections

struct PeriodWindow: Sendable {
    private let rule: AlarmRule
    /// By number; a period without datapoints is not there.
    private var values: [Int64: PeriodValues] = [:]
    /// The newest period with a datapoint.
    private var newest: Int64?
    /// Of an age: the milliseconds since 1970 that it counts from, by label.
    private var origins: [String: Double] = [:]
    /// Of an age: the first period without its number yet.
    private var unsampled: Int64 = .min

    init(_ rule: AlarmRule) { self.rule = rule }

    private var isAge: Bool { rule.metric.shape == .age }

    /// Takes one in; they come in the order in which they were recorded.
    mutating func take(_ datapoint: Datapoint) {
        let number = rule.period(of: datapoint.recorded)
        guard !isAge else {
            sample(before: number)
            origins[datapoint.label] = datapoint.value
            return
        }
        values[number, default: PeriodValues()].add(datapoint.value, for: rule.statistic)
        newest = max(newest ?? number, number)
        forget(before: number - Int64(rule.rangePeriods) - 1)
    }

    /// The evaluation range at a moment: it ends with the period that the moment lies in where that one is decided though it is not
    /// over, else with the one before it.
    mutating func range(at moment: Timestamp) -> [EvaluatedPeriod] {
        let present = rule.period(of: moment)
        sample(before: present)
        let decided = isAge ? nil : values[present]?.decidedValue(rule.statistic, rule.threshold)
        let last = decided == nil ? present - 1 : present
        return (last - Int64(rule.rangePeriods) + 1...last).map { number in
            let value = number == present ? decided : values[number]?.value(rule.statistic)
            return EvaluatedPeriod(start: rule.start(ofPeriod: number), value: value)
        }
    }

    /// Whether, as long as nothing is recorded, each further period's end evaluates to what this one did.
    func isSettled(at boundary: Timestamp) -> Bool {
        let first = rule.period(of: boundary) - Int64(rule.rangePeriods)
        guard isAge else { return newest.map { $0 < first } ?? true }
        guard !origins.isEmpty else { return true }
        // Ages only grow: once all that is looked at is on the side where they end up, it stays there.
        return (first..<first + Int64(rule.rangePeriods)).allSatisfy { number in
            guard let value = values[number]?.value(rule.statistic) else { return false }
            return rule.statistic == .count || rule.threshold.isBreached(by: value) == rule.threshold.isUpper
        }
    }

    /// An age is measured at each period's end. Those that nobody has asked for are left out.
    private mutating func sample(before end: Int64) {
        guard isAge, !origins.isEmpty else {
            unsampled = max(unsampled, end)
            return
        }
        let first = end - Int64(rule.rangePeriods) - 1
        for number in max(first, unsampled)..<max(first, unsampled, end) {
            let moment = Double(rule.start(ofPeriod: number + 1).millisecondsSinceEpoch)
            var value = PeriodValues()
            for origin in origins.values { value.add(max(0, moment - origin) / 1000, for: rule.statistic) }
            values[number] = value
        }
        unsampled = max(unsampled, end)
        forget(before: first)
    }

    private mutating func forget(before number: Int64) {
        guard values.count > 2 * rule.rangePeriods + 4 else { return }
        values = values.filter { $0.key >= number }
    }
}
