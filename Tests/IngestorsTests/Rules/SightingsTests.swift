// One item seen several times in a run counts once.

import Testing

@testable import Ingestors

@Suite struct SightingsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var pages: [String]
        var recorded = ""
        var chosen: String
        var conflicts = 0

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "nothing", pages: [], chosen: ""),
        Case(name: "one page", pages: ["A=1 B=2"], chosen: "A=1 B=2"),
        Case(name: "the same item twice and equal is no conflict", pages: ["A=1", "A=1"], chosen: "A=1"),
        Case(name: "the first in page order wins", pages: ["A=1", "A=2"], chosen: "A=1", conflicts: 1),
        Case(
            name: "the recorded one wins over the first", pages: ["A=1", "A=2"], recorded: "A=2", chosen: "A=2",
            conflicts: 1),
        Case(
            name: "the recorded one stays over later ones", pages: ["A=2", "A=1"], recorded: "A=2", chosen: "A=2",
            conflicts: 1),
        Case(name: "neither is the recorded one", pages: ["A=1", "A=2"], recorded: "A=3", chosen: "A=1", conflicts: 1),
        Case(
            name: "three differing sightings are one conflict", pages: ["A=1", "A=2", "A=3"], recorded: "A=3",
            chosen: "A=3", conflicts: 1),
        Case(name: "two on one page", pages: ["A=1 A=2"], chosen: "A=1", conflicts: 1),
        Case(name: "a late difference counts", pages: ["A=1", "A=1", "A=2"], chosen: "A=1", conflicts: 1),
        Case(
            name: "each item has its own conflict", pages: ["A=1 B=1 C=1", "A=2 B=2 C=1"], recorded: "B=2",
            chosen: "A=1 B=2 C=1", conflicts: 2),
        Case(
            name: "an absent item has no recorded state to prefer", pages: ["A=1", "A=2"], recorded: "A=-",
            chosen: "A=1", conflicts: 1),
        Case(
            name: "the order is that of the first sighting", pages: ["B=1", "A=1 B=2"], recorded: "B=2",
            chosen: "B=2 A=1", conflicts: 1),
    ]

    @Test(arguments: cases) func choosesOneSightingForEachItem(_ it: Case) {
        let sightings = Sightings(pages: it.pages.map(page), recorded: recorded(it.recorded))
        #expect(sightings.choices.map { "\($0.sighting.key)=\($0.sighting.state)" }.joined(separator: " ") == it.chosen)
        #expect(sightings.conflicts == it.conflicts)
    }

    @Test func theChoiceKnowsItsPage() {
        let sightings = Sightings(pages: ["A=1 B=1", "C=1", "A=2"].map(page), recorded: recorded("A=2"))
        #expect(sightings.choices.map(\.page) == [2, 0, 1])
    }

    @Test func keysAreTheirBytes() {
        let composed: ItemKey = "caf\u{e9}"
        let decomposed: ItemKey = "cafe\u{301}"
        let sightings = Sightings(pages: [[seen(composed, "1"), seen(decomposed, "2")]], recorded: [:])
        #expect(sightings.choices.count == 2)
        #expect(sightings.conflicts == 0)
        #expect(composed != decomposed)
        #expect(decomposed < composed, "ordered by UTF-8, in which e stands before é")
    }
}
