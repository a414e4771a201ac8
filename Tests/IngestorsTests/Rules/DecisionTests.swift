// From what was seen and what is recorded to what is appended.

import Observations
import Testing

@testable import Ingestors

@Suite struct DecisionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var pages: [String]
        var recorded = ""
        var failed = false
        var votes = ""
        /// What each page showed before; as it does now where this is nil.
        var before: [String]?
        var appended = ""
        var unchanged = 0
        var absent = ""
        var missed = ""
        var outcome: RunOutcome = .completed

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "a first look appends everything", pages: ["A=1 B=2"], appended: "A=1 B=2"),
        Case(name: "what did not change is not appended", pages: ["A=1 B=2"], recorded: "A=1 B=2", unchanged: 2),
        Case(name: "what changed is", pages: ["A=1 B=3"], recorded: "A=1 B=2", appended: "B=3", unchanged: 1),
        Case(
            name: "a complete run concludes absence at once", pages: ["A=1"], recorded: "A=1 B=2", unchanged: 1,
            absent: "B", missed: "B"),
        Case(name: "what is absent already is not missed", pages: ["A=1"], recorded: "A=1 B=-", unchanged: 1),
        Case(
            name: "absent and seen again is appended", pages: ["A=1 B=2"], recorded: "A=1 B=-", appended: "B=2",
            unchanged: 1),
        Case(
            name: "absences are in the order of keys", pages: ["M=1"], recorded: "Z=1 M=1 a=1 B=1", unchanged: 1,
            absent: "B Z a", missed: "B Z a"),
        Case(name: "an overlap that disagrees does not flap", pages: ["A=1", "A=2"], recorded: "A=2", unchanged: 1),
        Case(
            name: "a failed run appends what it saw", pages: ["A=2"], recorded: "A=1 B=1", failed: true,
            appended: "A=2", outcome: .failed),
        Case(
            name: "a failed run concludes nothing and lists nothing", pages: ["A=1"], recorded: "A=1 B=1", failed: true,
            unchanged: 1, outcome: .failed),
        Case(
            name: "a failed page's last reading speaks for silence", pages: ["A=2"], recorded: "A=1", failed: true,
            votes: "A=1", unchanged: 1, outcome: .failed),
        Case(
            name: "but not against what is new on a good page", pages: ["A=2"], recorded: "A=1", failed: true,
            votes: "A=1", before: ["A=1"], appended: "A=2", outcome: .failed),
        Case(
            name: "but only for the recorded state", pages: ["A=2"], recorded: "A=1", failed: true, votes: "A=3",
            appended: "A=2", outcome: .failed),
        Case(
            name: "and never for an item that is absent", pages: ["A=2"], recorded: "A=-", failed: true, votes: "A=-",
            appended: "A=2", outcome: .failed),
        Case(
            name: "what only a failed page showed is not seen", pages: [], recorded: "A=1", failed: true, votes: "A=1",
            outcome: .failed),
        Case(name: "nothing found is suspect", pages: [""], recorded: "A=1", missed: "A", outcome: .suspect),
        Case(
            name: "too many missed is suspect, and what was seen is appended", pages: ["A=2"],
            recorded: "A=1 B=1 C=1 D=1 E=1 F=1 G=1", appended: "A=2", missed: "B C D E F G", outcome: .suspect),
    ]

    @Test(arguments: cases) func decides(_ it: Case) {
        let evidence = Evidence(
            pages: it.pages.map(page), failed: it.failed, votes: page(it.votes),
            before: (it.before ?? it.pages).map { Set(page($0)) })
        let decision = Decision(evidence, recorded: recorded(it.recorded), expect: Expectation()) { _ in [] }
        #expect(
            decision.appended.map { "\($0.sighting.key)=\($0.sighting.state)" }.joined(separator: " ") == it.appended)
        #expect(decision.unchanged == it.unchanged)
        #expect(decision.absent.map(\.text).joined(separator: " ") == it.absent)
        #expect(decision.missed.map(\.text).joined(separator: " ") == it.missed)
        #expect(decision.outcome == it.outcome)
        #expect(decision.found == decision.appended.count + decision.unchanged)
    }

    @Test func aRunThatMayOnlyConfirmConcludesWhatIsConfirmed() {
        var asked: [ItemKey: UInt64] = [:]
        let decision = Decision(
            Evidence(pages: [items(0..<50)]), recorded: recorded(items(0..<100)), expect: Expectation()
        ) { missed in
            asked = missed
            return ["I60", "I70"]
        }
        #expect(asked.count == 50)
        #expect(asked["I99"] == 99)
        #expect(decision.absent == ["I60", "I70"])
        #expect(decision.missed.count == 50)
        #expect(decision.suspicions == [.drop])
    }

    @Test(arguments: [Suspicion.items, .topics, .keyless])
    func aRunThatLooksWrongOtherwiseDoesNotEvenAsk(suspicion: Suspicion) {
        var evidence = Evidence(pages: [items(0..<50)])
        var expect = Expectation()
        switch suspicion {
        case .items: expect.items = ItemBounds(from: 60) ?? .some
        case .topics: evidence.topics = 0
        default: evidence.keyless = 1
        }
        let decision = Decision(evidence, recorded: recorded(items(0..<100)), expect: expect) { _ in
            Issue.record("asked what is confirmed")
            return []
        }
        #expect(decision.suspicions.contains(suspicion))
        #expect(decision.absent.isEmpty)
    }

    private func recorded(_ sightings: [Sighting]) -> [ItemKey: Recorded] {
        var states: [ItemKey: Recorded] = [:]
        for (number, sighting) in sightings.enumerated() {
            states[sighting.key] = Recorded(digest: sighting.digest, sequence: UInt64(number))
        }
        return states
    }

    private func recorded(_ text: String) -> [ItemKey: Recorded] { IngestorsTests.recorded(text) }
}
