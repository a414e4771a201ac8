// Alarms in as few words as a test can do with: a minute a period, times in seconds since 1970.

import CanonicalJSON
import EventLog
import Foundation
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

/// A log whose runs are looked at by alarms.
struct Station {
    let log: EventLog
    let engine: ProjectionEngine
    let time: TestTime
    let channel: ScriptedChannel
    private let ids: EventIDs

    init(_ folder: String, time: TestTime = TestTime(), channel: ScriptedChannel = ScriptedChannel()) throws {
        self.channel = channel
        log = try EventLog.open(folder + "/data", create: true, clock: { time.now })
        engine = try ProjectionEngine(log: log, projections: [Runs(), Metrics(), Alarms()])
        self.time = time
        ids = EventIDs(at: time.now)
    }

    func run(_ watch: String = "w", _ outcome: String) async throws {
        let draft = EventDraft(
            type: "run.\(outcome)", source: "/watches/\(watch)", subject: watch, id: ids.next(), time: time.now,
            data: ["kind": "items", "observed": 1, "seconds": 0.5])
        _ = try await log.append([draft])
    }

    /// Somebody silences the alarm from now on.
    func silence(for seconds: Double) async throws {
        let until = time.now.adding(seconds: seconds).description
        _ = try await log.append([
            EventDraft(
                type: "alarm.silenced", source: "/cli/ann", subject: "a", id: ids.next(), time: time.now,
                data: ["until": .string(until), "reason": "moving", "by": "ann"])
        ])
    }

    func dispatcher(_ alarms: [AlarmDefinition], since: Timestamp) throws -> Dispatcher {
        try Dispatcher(
            log: log, engine: engine, projections: ["alarms", "runs"],
            reactors: [ReactorDefinition.alarms(alarms)].compactMap(\.self), channels: ["out": channel],
            alarms: AlarmPlan(alarms, since: since), pace: time.pace)
    }

    /// Evaluates and tells once, as a check does at its end.
    func check(_ alarms: [AlarmDefinition], since: Timestamp, wait: Duration = .seconds(30)) async throws {
        let dispatcher = try dispatcher(alarms, since: since)
        try await dispatcher.start()
        _ = try await dispatcher.runUntilIdle(wait: wait)
    }

    /// Deletes what is derived, as a user may at any time.
    func forget() {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: log.dataDirectory + "/reactors.sqlite" + suffix)
        }
    }

    func changes() throws -> [String] {
        try events("alarm.changed").map { "\($0.subject) \($0.data["state"]?.stringValue ?? "?")" }
    }

    func events(_ type: String) throws -> [Event] {
        try (0..<log.end()).compactMap { try log.event(at: $0) }.filter { $0.type == type }
    }
}

func alarm(
    missing: MissingData = .notBreaching, on states: Set<AlarmState> = [.alarm, .ok]
) throws -> AlarmDefinition {
    AlarmDefinition(
        try rule(missing: missing), actions: Dictionary(uniqueKeysWithValues: states.map { ($0, ["out"]) }))
}
