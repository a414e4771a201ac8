import CanonicalJSON
import EventLog
import Ingestors
import Observations
import Reactors
import Testing

@testable import DaybookApp

@Suite("What a look came to")
struct RunTextTests {
    @Test(
        "what became of notifications is said where there were any",
        arguments: [
            (0, 0, 0, nil), (3, 0, 0, "notifications: 3 delivered"),
            (
                1_200, 2, 1,
                "notifications: 1,200 delivered, 2 to be tried again, 1 given up (daybook deliveries list --state parked)"
            ),
        ] as [(Int, Int, Int, String?)])
    func deliveries(delivered: Int, waiting: Int, parked: Int, text: String?) {
        var report = DispatchReport()
        report.delivered = delivered
        report.waiting = waiting
        report.parked = parked
        #expect(RunText.deliveries(report) == text)
    }

    @Test(
        "of a page it says whether its text is new, changed or the same",
        arguments: [(1, true, "its text is new"), (1, false, "its text changed"), (0, false, "nothing changed")])
    func pages(changed: Int, isFirst: Bool, text: String) throws {
        var run = RunEnded(kind: "page")
        run.changed = changed
        let whole: JSON = [
            "watch": "news", "run": .string(RunID.make().description), "outcome": "completed",
            "summary": try run.json(), "end": "1",
            "isFirst": .bool(isFirst),
        ]
        let report = try #require(RunReport(whole: whole))
        let line = RunText.line(report, Recorder().console)
        #expect(line.hasPrefix("news: \(text) ("))
        #expect(RunReport(whole: report.whole)?.isFirst == isFirst)
    }

    @Test(
        "fields that no item has are named with what to do",
        arguments: [
            ([], ""), (["a"], "; field a was found in none of 1,966 items; see its selector"),
            (["a", "b"], "; fields a, b were found in none of 1,966 items; see their selectors"),
        ])
    func emptyFields(names: [String], text: String) throws {
        var run = RunEnded(kind: "sessions")
        run.observed = 1_966
        let whole: JSON = [
            "watch": "w", "run": .string(RunID.make().description), "outcome": "completed", "summary": try run.json(),
            "end": "1", "emptyFields": .array(names.map(JSON.string)), "hasNewRules": true,
        ]
        let report = try #require(RunReport(whole: whole))
        #expect(RunText.line(report, Recorder().console).hasPrefix("w: 1,966 seen, nothing changed\(text) ("))
        #expect(RunText.line(report, naming: false, Recorder().console).hasPrefix("w: 1,966 seen, nothing changed ("))
        let again = RunReport(whole: report.whole)
        #expect(again?.emptyFields == names && again?.hasNewRules == true)
    }

    @Test("each suspicion has words of its own")
    func doubts() {
        let texts = Suspicion.allCases.map { suspicion in
            var run = RunEnded(kind: "sessions")
            run.suspicions = [suspicion]
            run.missed = ["a", "b"]
            return RunText.doubts(run)
        }
        #expect(Set(texts).count == Suspicion.allCases.count)
        #expect(texts.contains("it missed 2 of what is known, more than `expect.drop` allows"))
    }
}
