// The alarms of daybook.yaml: what they become, and what is said about wrong ones.

import Projections
import Reactors
import Testing

@testable import DaybookApp

@Suite("Alarms in the configuration")
struct AlarmConfigurationTests {
    private func yaml(_ alarm: String, more: String = "") -> String {
        "watches:\n\(soundWatch)\nchannels: { team: { terminal: true }, log: { file: ./log.txt } }\n\(more)alarms:\n  errors: { \(alarm) }\n"
    }

    private let sound = "metric: run.errors, watch: talks, statistic: sum, period: 60s, threshold: '>= 1'"

    @Test("every key has its meaning")
    func everyKey() throws {
        let text = "\(sound), evaluate: 3 of 5, missing: not-breaching, on-alarm: [team, log], on-ok: team"
        let alarm = try #require(try parse(yaml(text)).alarms.first)
        #expect(alarm.rule.name == "errors" && alarm.rule.metric.name == "run.errors" && alarm.rule.labels == ["talks"])
        #expect(alarm.rule.statistic == .sum && alarm.rule.periodMilliseconds == 60_000)
        #expect("\(alarm.rule.evaluation) \(alarm.rule.threshold)" == "3 of 5 >= 1")
        #expect(alarm.rule.missing == .notBreaching)
        #expect(alarm.actions == [.alarm: ["team", "log"], .ok: ["team"], .insufficientData: []])
    }

    @Test("what is left out has CloudWatch's default")
    func defaults() throws {
        let text = "metric: run.duration, statistic: p99.9, period: 5m, threshold: '> 30'"
        let alarm = try #require(try parse(yaml(text)).alarms.first)
        #expect("\(alarm.rule.evaluation)" == "1 of 1" && alarm.rule.missing == .missing)
        #expect(alarm.rule.labels == ["talks"])
    }

    @Test(
        "what is wrong is told with what would be right",
        arguments: [
            ("metric: run.eros, statistic: sum, period: 1m, threshold: '>= 1'", "metric: expected one of run.errors,"),
            (
                "metric: run.errors, statistic: median, period: 1m, threshold: '>= 1'",
                "statistic: expected sum, average,"
            ),
            (
                "metric: run.errors, statistic: sum, period: 1m, threshold: '1'",
                "threshold: expected a comparison and a number"
            ),
            (
                "metric: run.errors, statistic: sum, period: 1m, threshold: '>= 1', evaluate: 3 of 2",
                "evaluate: expected how many"
            ),
            ("metric: run.errors, statistic: sum, period: 1, threshold: '>= 1'", "period: expected a duration"),
            (
                "metric: run.errors, statistic: sum, period: 0s, threshold: '>= 1'",
                "period: expected a period of at least"
            ),
            ("metric: run.errors, statistic: sum, period: 1m", "the key \"threshold\" is missing"),
            (
                "metric: run.errors, watch: talk, statistic: sum, period: 1m, threshold: '>= 1'",
                "watch: there is no watch \"talk\"; did you mean \"talks\"?"
            ),
            (
                "metric: run.errors, channel: team, statistic: sum, period: 1m, threshold: '>= 1'",
                "channel: run.errors is not measured by channel but by watch"
            ),
            (
                "metric: delivery.lag, watch: talks, statistic: sum, period: 1m, threshold: '>= 1'",
                "watch: delivery.lag is not measured by watch but by channel"
            ),
            (
                "metric: run.errors, statistic: sum, period: 1m, threshold: '>= 1', on-ok: [taem]",
                "on-ok: there is no channel \"taem\"; did you mean \"team\"?"
            ),
            (
                "metric: run.errors, statistic: sum, period: 1m, threshold: '>= 1', missing: breeching",
                "missing: expected one of missing, ignore, breaching"
            ),
        ])
    func wrong(alarm: String, said: String) {
        let told = problems(yaml(alarm))
        #expect(told.count == 1 && told[0].contains("alarms.errors") && told[0].contains(said), "\(told)")
    }

    @Test("the name of the reactor that tells of alarms is taken")
    func reservedName() {
        let told = problems(yaml(sound, more: "reactors: { alarms: { on: run.failed, to: team } }\n"))
        #expect(
            told.count == 1 && told[0].contains("reactors.alarms: a reactor cannot be called \"alarms\""), "\(told)")
    }

    @Test(
        "each watch has an alarm of its own, which is told where reactors tell of such a watch",
        arguments: [
            ("", [String]()), ("reactors: { r: { on: session.added, to: [team, log] } }\n", ["log", "team"]),
            ("reactors: { r: { on: '*.failed', to: log } }\n", ["log"]),
            ("reactors: { r: { on: item.added, to: log } }\n", []),
            ("reactors: { r: { on: session.*, to: log, shadow: true } }\n", []),
            ("default-alarm: { to: team, failures: 2 }\n", ["team"]),
        ])
    func defaultAlarm(more: String, channels: [String]) throws {
        let alarm = try #require(try parse(yaml(sound, more: more)).alarms.last)
        #expect(alarm.rule.name == "failing:talks")
        #expect(alarm.actions[.alarm] == channels && alarm.actions[.ok] == channels)
        #expect(alarm.rule.threshold.number == (more.contains("failures") ? 2 : 5))
    }

    @Test("it can be done without")
    func noDefaultAlarm() throws {
        #expect(try parse(yaml(sound, more: "default-alarm: false\n")).alarms.map(\.rule.name) == ["errors"])
        #expect(problems("watches: {}\ndefault-alarm: maybe\n").count == 1)
    }
}
