// Fields that some items had and none has any more.

import CanonicalJSON
import EventLog
import Extraction
import Observations
import Testing

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct LostFieldsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// What changed items had: the names of their fields.
        var before: [String]
        /// What they have now.
        var now: [String]
        /// What the others have.
        var others: [String] = []
        var lost: [String]

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "nothing changed", before: [], now: [], others: ["a b"], lost: []),
        Case(name: "a field went from the only item", before: ["a b"], now: ["a"], lost: ["b"]),
        Case(name: "it went from all of them", before: ["a b", "b"], now: ["a", ""], others: ["a"], lost: ["b"]),
        Case(name: "another item still has it", before: ["a b"], now: ["a"], others: ["b"], lost: []),
        Case(name: "another that changed still has it", before: ["a b", "a b"], now: ["a", "b"], lost: []),
        Case(name: "several went", before: ["z b", "c"], now: ["", ""], lost: ["b", "c", "z"]),
        Case(name: "a field came", before: ["a"], now: ["a b"], lost: []),
    ]

    @Test(arguments: cases) func names(_ test: Case) {
        func sighting(_ names: String) -> Sighting {
            let bytes = JSON.object(object(names)).canonicalBytes
            return Sighting(key: "K", digest: .sha256(bytes), fields: bytes)
        }
        func object(_ names: String) -> JSONObject {
            JSONObject(names.split(separator: " ").map { (String($0), JSON.string("x")) })
        }
        let now = test.now.map(sighting)
        let lost = LostFields.names(
            changed: zip(test.before.map(object), now).map { ($0, $1) }, seen: [now, test.others.map(sighting)])
        #expect(lost == test.lost)
    }

    @Test(arguments: [
        (["a", "b"], ["", "c"], ["a", "b"]), (["a", "b"], ["b", ""], ["a"]), (["a"], ["a"], []), (["a", "b"], [], []),
    ]) func neverFound(wanted: [String], items: [String], expected: [String]) {
        let sightings = items.map { name in
            let bytes =
                name.isEmpty ? Array("{}".utf8) : JSON.object(JSONObject([(name, JSON.string("x"))])).canonicalBytes
            return Sighting(key: "K", digest: .sha256(bytes), fields: bytes)
        }
        #expect(LostFields.neverFound(of: wanted, seen: [sightings]) == expected)
        #expect(LostFields.neverFound(of: wanted, seen: [[], sightings]) == expected)
    }

    @Test func aFieldThatCannotBeReadWasFound() {
        let bytes = Array("{}".utf8)
        let sighting = Sighting(key: "K", digest: .sha256(bytes), fields: bytes, unreadable: ["starts"])
        #expect(LostFields.neverFound(of: ["starts", "room"], seen: [[sighting]]) == ["room"])
    }

    @Test func aLookNamesWhatNoItemHasAndSaysWhetherThatMayBeNew() async throws {
        let book = try Book()
        try await book.site.put("shelf", shelf("A=1 B=1"))
        let slip = try book.watch(fields: ["is": "b", "trak": "> trakc"])
        let first = try await book.look(slip)
        #expect(first.emptyFields == ["trak"] && first.hasNewRules && first.isFirst)
        let second = try await book.look(slip)
        #expect(second.emptyFields == ["trak"] && !second.hasNewRules && !second.isFirst)
        let changed = try await book.look(try book.watch(fields: ["is": "b", "trak": "> trakkc"]))
        #expect(changed.emptyFields == ["trak"] && changed.hasNewRules)
        #expect(try await book.look(try book.watch()).emptyFields.isEmpty)
    }

    @Test func aCompleteRunSaysSoOnceAndAFailedOneNever() async throws {
        let book = try Book()
        try await book.site.put("shelf", shelf("A=1 B=1"))
        #expect(try await book.look(try book.watch()).summary.lostFields == nil)
        try await book.site.put("shelf", shelf("A=1 B=1").replacing("<b>", with: "<u>").replacing("</b>", with: "</u>"))
        #expect(try await book.look(try book.watch()).summary.lostFields == ["is"])
        #expect(try book.lastRun()?.lostFields == ["is"])
        #expect(try await book.look(try book.watch()).summary.lostFields == nil)
    }
}
