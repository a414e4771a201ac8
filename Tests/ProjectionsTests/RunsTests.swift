import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("Runs")
struct RunsTests {
    private let workshop = Workshop()

    @Test("a failed or suspect run is told each time, a completed one when the one before was either")
    func changes() async throws {
        try await expect(
            Runs(),
            when: [
                ran("w"), ran("w"), ran("w", .failed), ran("v", .failed), ran("w", .failed), ran("w"), ran("w"),
                ran("w", .suspect), ran("w"), ran("w", .failed), ran("w", .suspect), ran("w").imported,
            ],
            then: [
                "run.failed w", "run.failed v", "run.failed w", "run.recovered w", "run.suspect w", "run.recovered w",
                "run.failed w", "run.suspect w", "run.recovered w",
            ])
    }

    @Test("a run that was imported is no news of today")
    func origins() async throws {
        let log = MemoryLog([ran("w", .failed), ran("w", .failed).imported, ran("w").imported])
        let engine = try workshop.engine(log, [Runs()])
        try await engine.catchUp()
        #expect(try engine.changes(of: "runs", limit: .max).map(\.origin) == [.live, .import, .import])
    }

    @Test(
        "failures count up until a run understands what it sees",
        arguments: [
            ([], RunOutcome.completed, 0, "nothing"), ([], .failed, 1, "run.failed"),
            ([.failed], .failed, 2, "run.failed"),
            ([.failed, .failed], .suspect, 0, "run.suspect"), ([.failed], .completed, 0, "run.recovered"),
            ([.suspect], .failed, 1, "run.failed"), ([.completed], .completed, 0, "nothing"),
        ] as [([RunOutcome], RunOutcome, Int, String)])
    func step(before: [RunOutcome], outcome: RunOutcome, failures: Int, kind: String) {
        let time = Timestamp(millisecondsSinceEpoch: 1)
        let known = before.reduce(RunRecord?.none) { RunRecord.after($0, outcome: $1, at: time).0 }
        let (record, told) = RunRecord.after(known, outcome: outcome, at: Timestamp(millisecondsSinceEpoch: 2))
        #expect(record.failuresInARow == failures)
        #expect(told ?? "nothing" == kind)
        #expect((record.lastGood?.millisecondsSinceEpoch == 2) == (outcome == .completed))
    }

    private let story = [
        saw("w/a", [:], at: 1), saw("w/b", [:], at: 1), ran("w", at: 1000, ["kind": "sessions", "observed": 2]),
        missed("w/a", at: 2000), missed("w/a", at: 2000), saw("w/b", ["t": 1], at: 2000), ran("w", at: 2000),
        saw("v/a", [:], at: 2000, family: "item"), ran("v", .suspect, at: 2000, ["suspicions": ["drop"]]),
        ran("w", .failed, at: 3000, ["error": "no answer", "failures": [["url": "u"]], "kind": "sessions"]),
    ]

    @Test("a watch's newest run says how the watch stands, now and at any moment")
    func watches() async throws {
        let engine = try workshop.engine(MemoryLog(story), [Runs()])
        try await engine.catchUp()
        try engine.read("runs") { database throws in
            let stand = { (asOf: AsOf) in
                try RunQuery(database).watches(asOf: asOf).map { "\($0.watch) \($0.outcome) \($0.items)" }
            }
            #expect(try stand(.now) == ["v suspect 1", "w failed 1"])
            #expect(try stand(.sequence(5)) == ["w completed 2"])
            #expect(try stand(.sequence(1)) == [])
            #expect(try stand(.observed(Timestamp(millisecondsSinceEpoch: 2999))) == ["v suspect 1", "w completed 1"])
            #expect(try RunQuery(database).runs(of: "w", limit: 2).map(\.outcome) == [.failed, .completed])
            let newest = try #require(try RunQuery(database).watches().last)
            #expect(
                JSON.object(newest.statusMembers).canonicalText
                    == #"{"error":"no answer","failuresInARow":1,"items":1,"kind":"sessions","#
                    + #""lastGood":"1970-01-01T00:00:02.000Z","lastRun":"1970-01-01T00:00:03.000Z","outcome":"failed","#
                    + #""sequence":"00000000000000000009","watch":"w"}"#)
        }
    }

    @Test("a change of a run says what went wrong")
    func changeData() async throws {
        let engine = try workshop.engine(MemoryLog(story), [Runs()])
        try await engine.catchUp()
        let change = try #require(try engine.changes(of: "runs", limit: 9).last)
        #expect(change.kind == "run.failed")
        #expect(change.origin == .live)
        #expect(change.data["error"] == "no answer")
        #expect(change.data["failures"] == [["url": "u"]])
        #expect(change.data["failuresInARow"] == 1)
        #expect(change.data["watch"] == "w")
        #expect(change.data["outcome"] == "failed")
    }
}
