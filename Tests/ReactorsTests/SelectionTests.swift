import CanonicalJSON
import Projections
import Testing

@testable import Reactors

@Suite("What a reactor is told of")
struct SelectionTests {
    @Test(
        "patterns of kinds",
        arguments: [
            ("session.added", "session.added", true), ("session.added", "session.addedX", false),
            ("session.*", "session.updated", true), ("session.*", "item.updated", false), ("*", "run.failed", true),
            ("*.added", "item.added", true), ("*.added", "item.updated", false), ("s*n.u*d", "session.updated", true),
            ("session.*", "session.", true), ("session.*x*", "session.updated", false), ("a*a", "a", false),
            ("", "", true), ("", "a", false),
        ])
    func patterns(_ pattern: String, _ kind: String, _ expected: Bool) {
        #expect(Selection.matches(pattern, kind) == expected)
    }

    @Test("only live changes, and those of origins that are included")
    func origins() {
        let live = Selection(ReactorDefinition(name: "r", on: ["*"], to: []))
        let more = Selection(ReactorDefinition(name: "r", on: ["*"], to: [], include: [.firstLook]))
        #expect(Origin.allCases.filter { live.concerns(kind: "k", origin: $0) } == [.live])
        #expect(Set(Origin.allCases.filter { more.concerns(kind: "k", origin: $0) }) == [.live, .firstLook])
    }

    @Test(
        "filters",
        arguments: [
            (#".watch == "reinvent""#, Selection.Answer.chosen), (#".watch == "other""#, .passedOver),
            (".missing", .passedOver), ("empty", .passedOver), (".fields.price.amount > 100", .chosen),
            (#".changes | any(.field == "room")"#, .chosen),
        ])
    func filters(_ text: String, _ expected: Selection.Answer) throws {
        let change: JSON = [
            "watch": "reinvent", "fields": ["price": ["amount": 120]], "changes": [["field": "room", "new": "Aria 3"]],
        ]
        let selection = Selection(ReactorDefinition(name: "r", on: ["*"], filter: try .init(text), to: []))
        #expect(selection.answer(change) == expected)
    }

    @Test("a filter that fails is not a no")
    func failingFilter() throws {
        let selection = Selection(
            ReactorDefinition(name: "r", on: ["*"], filter: try .init(".title | tonumber"), to: []))
        guard case .undecided(let reason) = selection.answer(["title": "x"]) else {
            Issue.record("it was decided")
            return
        }
        #expect(reason.contains("tonumber"))
    }

    @Test("the choice changes with what decides it, and with nothing else")
    func choice() throws {
        let plain = ReactorDefinition(name: "r", on: ["a", "b"], to: ["x"])
        var same = ReactorDefinition(name: "s", on: ["b", "a"], to: ["x"], from: .beginning)
        same.message = try MessageTemplate("{{title}}")
        same.retry.attempts = 2
        #expect(plain.choice == same.choice)
        let others = [
            ReactorDefinition(name: "r", on: ["a"], to: ["x"]),
            ReactorDefinition(name: "r", on: ["a", "b"], to: ["y"]),
            ReactorDefinition(name: "r", on: ["a", "b"], to: ["x"], include: [.import]),
            ReactorDefinition(name: "r", on: ["a", "b"], filter: try .init(".x"), to: ["x"]),
        ]
        #expect(Set((others + [plain]).map(\.choice)).count == 5)
    }
}

@Suite("Pages of changes")
struct PagesTests {
    func page(_ elements: [UInt64], from start: UInt64 = 0, to end: UInt64 = 100, isCut: Bool = false) -> Page<UInt64> {
        Page(elements: elements, start: start, end: end, isCut: isCut)
    }

    func row(_ pages: Page<UInt64>...) -> ([UInt64], [UInt64]) {
        let row = merged(pages) { $0 }
        return (row.elements, row.upTo)
    }

    @Test("are merged by sequence and cover all that the projections have come to")
    func merge() {
        #expect(row(page([1, 4]), page([2, 3])) == ([1, 2, 3, 4], [100, 100]))
        #expect(row(page([]), page([])) == ([], [100, 100]))
        #expect(row(page([1, 200]), page([150])) == ([1], [100, 100]), "what came in meanwhile is for the next time")
    }

    @Test("a cut page ends before its last event and holds the others there")
    func cut() {
        #expect(row(page([1, 4, 7], isCut: true), page([2, 8])) == ([1, 2, 4], [7, 7]))
        #expect(row(page([1, 9], isCut: true), page([2, 5], isCut: true)) == ([1, 2], [5, 5]))
    }

    @Test("one event with more changes than a page covers nothing")
    func oneEvent() {
        #expect(row(page([5, 5, 5], from: 5, isCut: true)) == ([], [5]))
    }

    @Test("a projection that has stopped holds nobody back, and nobody goes back")
    func stopped() {
        #expect(row(page([1, 50]), page([2], to: 10)) == ([1, 2, 50], [100, 10]))
        #expect(row(page([20, 30], isCut: true), page([], from: 60)) == ([20], [30, 60]))
    }

    @Test("at one sequence the projections' order counts")
    func ties() {
        let pages = [["a9", "a9"], ["b1", "b9"]].map { Page(elements: $0, start: 0, end: 10, isCut: false) }
        #expect(merged(pages) { UInt64($0.dropFirst()) ?? 0 }.elements == ["b1", "a9", "a9", "b9"])
    }
}
