import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("Metrics")
struct MetricsTests {
    private let workshop = Workshop()

    /// All datapoints of a metric, as `LABEL VALUE @SECONDS`.
    private func series(_ metric: String, _ events: [TestEvent], labels: [String]? = nil) async throws -> [String] {
        let engine = try workshop.engine(MemoryLog(events, twiceBy: 2), [Metrics()])
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.failure == nil })
        return try engine.read("metrics") {
            try MetricQuery($0).datapoints(of: metric, labels: labels, from: Timestamp(millisecondsSinceEpoch: 0)).map {
                "\($0.label) \($0.value) @\($0.recorded.millisecondsSinceEpoch / 1000)"
            }
        }
    }

    private let looks = [
        ran("w", .failed, at: 1000, ["seconds": 0.5]), ran("w", .failed, at: 2000),
        ran("w", .suspect, at: 3000, ["observed": 4, "seconds": 1.25]), ran("v", .failed, at: 4000),
        ran("w", at: 5000, ["observed": 7, "seconds": 2]), ran("w", .failed, at: 6000).imported,
    ]

    @Test(
        "what runs say in numbers",
        arguments: [
            ("run.errors", ["w 1.0 @1", "w 1.0 @2", "w 0.0 @3", "v 1.0 @4", "w 0.0 @5"]),
            ("run.suspects", ["w 0.0 @1", "w 0.0 @2", "w 1.0 @3", "v 0.0 @4", "w 0.0 @5"]),
            ("run.failures-in-a-row", ["w 1.0 @1", "w 2.0 @2", "w 0.0 @3", "v 1.0 @4", "w 0.0 @5"]),
            ("run.duration", ["w 0.5 @1", "w 1.25 @3", "w 2.0 @5"]), ("run.items", ["w 4.0 @3", "w 7.0 @5"]),
            // Since when there has been no good look: since the first one, and then since each good one.
            ("run.age", ["w 1000.0 @1", "v 4000.0 @4", "w 5000.0 @5"]),
        ])
    func runs(metric: String, expected: [String]) async throws {
        #expect(try await series(metric, looks) == expected)
    }

    @Test("a metric can be asked of some watches alone")
    func labels() async throws {
        #expect(try await series("run.errors", looks, labels: ["v", "x"]) == ["v 1.0 @4"])
    }

    @Test("a renamed watch goes on with what it had")
    func renamed() async throws {
        var renamed = ran("u", at: 7000)
        (renamed.type, renamed.data) = ("watch.renamed", ["was": "w"])
        let events = looks + [renamed, ran("u", .failed, at: 8000), ran("w", .failed, at: 9000)]
        #expect(
            try await series("run.failures-in-a-row", events, labels: ["w"])
                == ["u 1.0 @1", "u 2.0 @2", "u 0.0 @3", "u 0.0 @5", "u 1.0 @8", "u 2.0 @9"])
    }

    private func told(_ outcome: String, at time: Int64) -> TestEvent {
        var event = TestEvent(
            type: "notification.\(outcome)", subject: "r/hook/\(time)", data: ["channel": "hook"], time: time)
        // A run that began at 1,000 s.
        event.causation = "\(RunID.make(at: Timestamp(millisecondsSinceEpoch: 1_000_000))).3"
        return event
    }

    @Test("each try at telling somebody counts, with how long it is since there was something to tell")
    func deliveries() async throws {
        let tries = [
            told("failed", at: 1_002_000), told("parked", at: 1_004_500), told("delivered", at: 1_006_000),
            told("held", at: 1_007_000), told("retried", at: 1_008_000),
        ]
        #expect(try await series("delivery.failures", tries) == ["hook 1.0 @1002", "hook 1.0 @1004", "hook 0.0 @1006"])
        #expect(try await series("delivery.lag", tries) == ["hook 2.0 @1002", "hook 4.5 @1004", "hook 6.0 @1006"])
    }

    @Test("how much is in stock after each look; what cannot be told stays as it was")
    func stock() async throws {
        func sees(_ key: String, _ availability: String) -> TestEvent {
            saw("s/\(key)", ["availability": .string(availability)], family: "stock")
        }
        let ended: (Int64, RunOutcome) -> TestEvent = { ran("s", $1, at: $0, ["kind": "stock"]) }
        let events = [
            sees("a", "in-stock"), sees("b", "in-stock"), ended(1000, .completed), sees("a", "unknown"),
            ended(2000, .completed), sees("b", "out-of-stock"), ended(3000, .suspect), missed("s/a", family: "stock"),
            ended(4000, .failed), ended(5000, .completed), ran("w", at: 6000, ["kind": "items"]),
        ]
        #expect(try await series("stock.in-stock", events) == ["s 2.0 @1", "s 2.0 @2", "s 1.0 @3", "s 0.0 @5"])
    }

    @Test("what an import brought counts as stock, and gives no number by itself")
    func importedStock() async throws {
        func sees(_ key: String, _ availability: String) -> TestEvent {
            saw("s/\(key)", ["availability": .string(availability)], family: "stock")
        }
        let ended: (Int64) -> TestEvent = { ran("s", at: $0, ["kind": "stock"]) }
        let events = [
            sees("a", "in-stock").imported, sees("b", "in-stock").imported, ended(1000).imported, ended(2000),
            sees("a", "unknown"), sees("b", "out-of-stock"), ended(3000),
        ]
        #expect(try await series("stock.in-stock", events) == ["s 2.0 @2", "s 1.0 @3"])
    }

    @Test("no two metrics have one name, and each has a source that sees its events")
    func register() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        for metric in Metric.all { #expect(metric.families.isSubset(of: Metrics().families), "\(metric.name)") }
    }
}
