// The keys of alarms.

import Projections
import Reactors

extension TableDefinition {
    static let alarm = TableDefinition(
        title: "An alarm",
        about:
            "Raised when a number that is taken from the log goes beyond a threshold, with the semantics of CloudWatch's alarms "
            + "([Alarms](#alarms)). An alarm is told when its state changes, and then no more until it changes again.",
        keys: [
            KeyDefinition(
                name: "metric", type: .choice(ValueType.Choice.metrics), need: .required, about: "What is measured.",
                example: "run.errors"),
            KeyDefinition(
                name: "watch", type: .oneOrMany(.scalar(.text)),
                about:
                    "Whose datapoints count, of metrics about watches: a watch, or a list of them. Left out, those of all.",
                example: "reinvent"),
            KeyDefinition(
                name: "channel", type: .oneOrMany(.scalar(.text)),
                about: "The same of metrics about deliveries: a channel, or a list of them.", example: "team"),
            KeyDefinition(
                name: "statistic", type: .scalar(.statistic), need: .required,
                about:
                    "What becomes of a period's datapoints: `sum`, `average`, `minimum`, `maximum`, `count`, or a percentile from `p0` to "
                    + "`p100`.", example: "p99.9"),
            KeyDefinition(
                name: "period", type: .scalar(.duration), need: .required,
                about: "How long a period is, of which each makes one number.", example: "60s"),
            KeyDefinition(
                name: "evaluate", type: .scalar(.evaluation), standard: "1 of 1",
                about:
                    "How many of how many periods have to be beyond the threshold. `3` is `3 of 3`. Two more periods are looked at, in "
                    + "case some have no datapoint.", example: "3 of 5"),
            KeyDefinition(
                name: "threshold", type: .scalar(.threshold), need: .required,
                about: "A comparison (`>=`, `>`, `<`, `<=`) and a number: what raises the alarm.", example: "\">= 1\""),
            KeyDefinition(
                name: "missing", type: .choice(ValueType.Choice.missingData), standard: "missing",
                about: "What a period without a datapoint counts as, where too few have one."),
            action("on-alarm", "ALARM"), action("on-ok", "OK"), action("on-insufficient-data", "INSUFFICIENT_DATA"),
        ])

    private static func action(_ name: String, _ state: String) -> KeyDefinition {
        KeyDefinition(
            name: name, type: .oneOrMany(.scalar(.text)), about: "The channels to tell when it comes to \(state).",
            example: "[team]")
    }

    static let defaultAlarm = TableDefinition(
        title: "default-alarm",
        about:
            "The alarm that each watch has without being asked: `failing:WATCH`, raised when several looks in a row have failed. "
            + "`default-alarm: false` is short for `default-alarm: { raise: false }`.",
        keys: [
            KeyDefinition(
                name: "raise", type: .scalar(.flag), standard: "true", about: "Whether there is such an alarm."),
            KeyDefinition(
                name: "failures", type: .scalar(.count(1...1000)), standard: "5",
                about: "How many looks in a row have to fail."),
            KeyDefinition(
                name: "to", type: .oneOrMany(.scalar(.text)),
                about:
                    "The channels to tell, both when it is raised and when a look succeeds again. Left out, these are the channels of "
                    + "every reactor whose `on` takes changes of such a watch, or of its runs.", example: "[team]"),
        ])
}

extension ValueType.Choice {
    static let metrics = Metric.all.map { ValueType.Choice(name: $0.name, about: $0.about) }

    static let missingData = [
        ValueType.Choice(
            name: "missing", about: "unknown: where there is no datapoint at all the state is INSUFFICIENT_DATA"),
        ValueType.Choice(name: "ignore", about: "nothing: the state stays as it is"),
        ValueType.Choice(name: "breaching", about: "beyond the threshold"),
        ValueType.Choice(name: "not-breaching", about: "within the threshold"),
    ]
}
