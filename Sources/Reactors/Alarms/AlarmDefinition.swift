// An alarm as the configuration describes it: its rule, and who is told. Telling is a reactor like any other, made of all of them.

import CanonicalJSON
import EventLog
import JSONQuery
import Projections

/// A rule, and the channels that its changes are told on.
public struct AlarmDefinition: Sendable {
    public var rule: AlarmRule
    /// Names of channels, by the state that the alarm comes to.
    public var actions: [AlarmState: [String]]

    public init(_ rule: AlarmRule, actions: [AlarmState: [String]]) {
        self.rule = rule
        self.actions = actions
    }

    /// The alarm that every watch has without being asked: it is raised when so many looks in a row have failed, and cleared by the
    /// first that does not. Nothing of it is on record before it is raised.
    public static func failing(_ watch: String, failures: Int, to channels: [String]) -> AlarmDefinition? {
        guard let metric = Metric.named(AlarmRule.builtInMetric), let once = AlarmEvaluation(1, of: 1) else {
            return nil
        }
        let rule = AlarmRule(
            name: "failing:\(watch)", metric: metric, labels: [watch], statistic: .latest, periodMilliseconds: 1000,
            evaluation: once, threshold: AlarmThreshold(.greaterOrEqual, Double(failures)), missing: .ignore,
            initial: .ok)
        return AlarmDefinition(rule, actions: [.alarm: channels, .ok: channels])
    }
}

extension AlarmRule {
    fileprivate static let builtInMetric = "run.failures-in-a-row"

    /// Whether it is the rule of the alarm that every watch has: no other has its statistic.
    var isBuiltIn: Bool { metric.name == Self.builtInMetric && statistic == .latest }
}

/// All alarms of one configuration.
public struct AlarmPlan: Sendable {
    public var alarms: [AlarmDefinition]
    /// When the configuration was put in force: where an alarm begins that is not on record yet.
    public var since: Timestamp

    public init(_ alarms: [AlarmDefinition], since: Timestamp) {
        self.alarms = alarms
        self.since = since
    }
}

extension ReactorDefinition {
    /// The name of the reactor that tells of alarms; no other may have it.
    public static let alarmsName = "alarms"

    /// The one that tells on each channel the changes that it is named for; nil where nobody is to be told. One reactor for all, so that
    /// a channel hears of an alarm's changes in order, whatever states it is told.
    public static func alarms(_ alarms: [AlarmDefinition]) -> ReactorDefinition? {
        var wanted: [String: JSONObject] = [:]
        for alarm in alarms {
            for channel in Set(alarm.actions.values.joined()).sorted() {
                let states = AlarmState.allCases.filter { alarm.actions[$0]?.contains(channel) == true }
                wanted[channel, default: JSONObject()][alarm.rule.name] = .array(states.map { .string($0.rawValue) })
            }
        }
        guard !wanted.isEmpty else { return nil }
        var definition = ReactorDefinition(name: alarmsName, on: [AlarmChanges.kind], to: wanted.keys.sorted())
        definition.channelFilters = wanted.compactMapValues { states in
            try? Filter(".state as $state | (\(JSON.object(states).canonicalText)[.alarm] // []) | any(. == $state)")
        }
        return definition
    }
}

enum AlarmChanges {
    static let kind = "alarm.changed"
}
