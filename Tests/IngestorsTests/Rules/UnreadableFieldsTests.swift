// A field that was there and could not be read keeps what is recorded of it.

import CanonicalJSON
import EventLog
import Testing

@testable import Ingestors

@Suite struct UnreadableFieldsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// `A room=1 time=?`: an item, its fields, and `?` for one that could not be read.
        var pages: [[String]]
        var recorded: [String] = []
        var completed: [[String]]

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "nothing was unreadable", pages: [["A r=1"]], recorded: ["A r=2"], completed: [["A r=1"]]),
        Case(
            name: "the recorded value stands in", pages: [["A r=1 t=?"]], recorded: ["A r=1 t=9"],
            completed: [["A r=1 t=9"]]),
        Case(
            name: "what could be read is news all the same", pages: [["A r=2 t=?"]], recorded: ["A r=1 t=9"],
            completed: [["A r=2 t=9"]]),
        Case(
            name: "without a recorded value it is left out", pages: [["A t=?"]], recorded: ["A r=1"], completed: [["A"]]
        ),
        Case(name: "an item that is new or was gone has none", pages: [["A r=1 t=?"]], completed: [["A r=1"]]),
        Case(
            name: "each of several", pages: [["A r=? t=?"]], recorded: ["A r=1 t=9 z=3"], completed: [["A r=1 t=9"]]),
        Case(
            name: "only the items it concerns", pages: [["A t=?", "B"]], recorded: ["A t=1", "B t=2"],
            completed: [["A t=1", "B"]]),
        Case(
            name: "a page that can read it knows better than what is recorded", pages: [["A t=?"], ["A t=2"]],
            recorded: ["A t=1"], completed: [["A t=2"], ["A t=2"]]),
        Case(
            name: "a page on which it is not there knows that too", pages: [["A r=1 t=?"], ["A r=1"]],
            recorded: ["A r=1 t=1"], completed: [["A r=1"], ["A r=1"]]),
        Case(
            name: "no page can read it", pages: [["A t=?"], ["A t=?"]], recorded: ["A t=1"],
            completed: [["A t=1"], ["A t=1"]]),
        Case(
            name: "pages that differ in something else still do", pages: [["A r=1 t=?"], ["A r=2 t=5"]],
            recorded: ["A r=1 t=1"], completed: [["A r=1 t=5"], ["A r=2 t=5"]]),
    ]

    @Test(arguments: cases) func completes(_ test: Case) {
        var states: [ItemKey: JSONObject] = [:]
        for text in test.recorded {
            let sighting = Self.sighting(text)
            states[sighting.key] = try? JSON.parse(sighting.fields).objectValue
        }
        let completed = UnreadableFields.completed(test.pages.map { $0.map(Self.sighting) }) { states[$0] }
        #expect(completed == test.completed.map { $0.map(Self.sighting) })
    }

    @Test func nobodyIsAskedWhereNothingWasUnreadable() {
        var asked = 0
        let pages = [page("A=1 B=2"), page("A=1")]
        let completed = UnreadableFields.completed(pages) { (_: ItemKey) -> JSONObject? in
            asked += 1
            return nil
        }
        #expect(completed == pages && asked == 0)
    }

    private static func sighting(_ text: String) -> Sighting {
        let words = text.split(separator: " ").map(String.init)
        var fields = JSONObject()
        var unreadable: [String] = []
        for word in words.dropFirst() {
            let parts = word.split(separator: "=").map(String.init)
            if parts[1] == "?" { unreadable.append(parts[0]) } else { fields[parts[0]] = .string(parts[1]) }
        }
        let bytes = JSON.object(fields).canonicalBytes
        return Sighting(key: ItemKey(words[0]), digest: .sha256(bytes), fields: bytes, unreadable: unreadable)
    }
}
