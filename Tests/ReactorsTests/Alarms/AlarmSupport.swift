// Alarms in as few words as a test can do with: a minute a period, times in seconds since 1970.

import EventLog
import Projections
import Testing

@testable import Reactors

/// `>= 1` of the sum of `run.errors` over a minute, once, unless told otherwise.
func rule(
    _ metric: String = "run.errors", _ statistic: Statistic = .sum, _ threshold: String = ">= 1",
    evaluate: String = "1 of 1", missing: MissingData = .missing, period: Int64 = 60, labels: [String]? = ["w"],
    initial: AlarmState = .insufficientData
) throws -> AlarmRule {
    AlarmRule(
        name: "a", metric: try #require(Metric.named(metric)), labels: labels, statistic: statistic,
        periodMilliseconds: period * 1000, evaluation: try #require(AlarmEvaluation(evaluate)),
        threshold: try #require(AlarmThreshold(threshold)), missing: missing, initial: initial)
}

func at(_ seconds: Double) -> Timestamp { Timestamp(millisecondsSinceEpoch: Int64(seconds * 1000)) }

/// Datapoints at these seconds.
func points(_ values: KeyValuePairs<Double, Double>, of metric: String = "run.errors", label: String = "w")
    -> [Datapoint]
{
    values.enumerated().map { index, point in
        Datapoint(
            metric: metric, label: label, recorded: at(point.key), sequence: UInt64(index), value: point.value)
    }
}

/// What an alarm that begins at 0 comes to by `end`: `SECONDS STATE`, one for each change.
func story(_ rule: AlarmRule, _ datapoints: [Datapoint], until end: Double, state: AlarmState? = nil) -> [String] {
    var walk = AlarmWalk(rule, state: state ?? rule.initial, since: at(0), isNew: true)
    return walk.advance(to: at(end), taking: datapoints).map { told($0) }
}

func told(_ transition: AlarmTransition) -> String {
    "\(numberText(transition.time.seconds(since: at(0)))) \(transition.to.rawValue)"
}
