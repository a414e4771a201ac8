// What runs say in numbers.

import EventLog

struct RunMetrics: MetricSource {
    private static func metric(
        _ name: String, shape: Metric.Shape = .datapoints, unit: String, _ about: String
    ) -> Metric {
        Metric(name, by: .watch, shape: shape, unit: unit, families: ["run"], about)
    }

    let metrics = [
        metric("run.errors", unit: "runs", "1 for each failed run, 0 for any other: their sum counts failed runs"),
        metric("run.suspects", unit: "runs", "1 for each suspect run, 0 for any other"),
        metric(
            "run.failures-in-a-row", unit: "runs",
            "after each run, how many have failed since the last one that understood what it saw"),
        metric("run.duration", unit: "seconds", "how long each run took"),
        metric("run.items", unit: "items", "how many items each run saw that did not fail"),
        metric(
            "run.age", shape: .age, unit: "seconds",
            "at the end of each period, the time since the last completed run, or since the first run where none was"),
    ]

    func fold(_ event: EventView, into series: SeriesWriter) throws {
        guard event.family.raw.elementsEqual("run".utf8), let outcome = outcome(event) else { return }
        let watch = try series.watch(event.subject.raw)
        let failed = outcome == .failed
        try series.add("run.errors", watch, failed ? 1 : 0)
        try series.add("run.suspects", watch, outcome == .suspect ? 1 : 0)
        let failures = failed ? try (series.last("run.failures-in-a-row", watch) ?? 0) + 1 : 0
        try series.add("run.failures-in-a-row", watch, failures)
        let numbers = try RunNumbers(event.data)
        if let seconds = numbers.seconds { try series.add("run.duration", watch, seconds) }
        if !failed, let observed = numbers.observed { try series.add("run.items", watch, observed) }
        let isFirst = try series.last("run.age", watch) == nil
        if outcome == .completed || isFirst {
            try series.add("run.age", watch, Double(event.observed.millisecondsSinceEpoch))
        }
    }

    private func outcome(_ event: EventView) -> RunOutcome? {
        let type = event.type.raw
        return RunOutcome.allCases.first { type.elementsEqual("run.\($0.rawValue)".utf8) }
    }
}

/// The members of a run event's data that are measured, read where they lie.
private struct RunNumbers {
    var seconds: Double?
    var observed: Double?

    init(_ data: UnsafeRawBufferPointer) throws {
        var members = try CanonicalMembers(data)
        while let member = try members.next() {
            if member.key.elementsEqual(#""seconds""#.utf8) { seconds = Self.number(member.value) }
            if member.key.elementsEqual(#""observed""#.utf8) { observed = Self.number(member.value) }
        }
    }

    private static func number(_ value: UnsafeRawBufferPointer) -> Double? {
        Double(String(decoding: value, as: UTF8.self))
    }
}
