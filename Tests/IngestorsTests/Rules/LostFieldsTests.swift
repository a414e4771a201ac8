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
