// The register of event types, its Swift types and docs/events.md say the same.

import CanonicalJSON
import Foundation
import Observations
import Testing

@Suite struct VocabularyTests {
    static let names = EventType.all.map(\.name)

    @Test func noTypeIsListedTwice() {
        #expect(Set(Self.names).count == Self.names.count)
    }

    @Test(arguments: names) func everyExampleIsCanonicalAndSurvivesItsType(name: String) throws {
        let type = try #require(EventType.named(name))
        let example = try JSON.parse(type.example)
        #expect(example.canonicalText == type.example)
        #expect(try type.roundTrip(example) == example)
    }

    @Test(arguments: names) func everyMemberOfAnExampleIsDescribed(name: String) throws {
        let type = try #require(EventType.named(name))
        let described = Set(type.members.map(\.name))
        guard !described.isEmpty else { return }
        let used = Set(try #require(JSON.parse(type.example).objectValue).keys)
        #expect(used.subtracting(described).isEmpty)
        #expect(Set(type.members.filter { !$0.isOptional }.map(\.name)).subtracting(used).isEmpty)
    }

    @Test(arguments: names) func anAlwaysMemberCannotBeLeftOut(name: String) throws {
        let type = try #require(EventType.named(name))
        let shared = ["error", "failures", "suspicions"]  // of RunEnded, whose three types share one struct
        for member in type.members where !member.isOptional && !(type.family == "run" && shared.contains(member.name)) {
            var object = try #require(JSON.parse(type.example).objectValue)
            object[member.name] = nil
            #expect(throws: ObservationError.self, "\(member.name)") { try type.roundTrip(.object(object)) }
        }
    }

    @Test(arguments: names) func thePageDescribesIt(name: String) throws {
        let type = try #require(EventType.named(name))
        #expect(try page().contains(type.markdown), "docs/events.md lacks this:\n\(type.markdown)")
    }

    @Test func thePageDescribesNothingElse() throws {
        let headings = try page().split(separator: "\n").filter { $0.hasPrefix("### ") }.map(String.init)
        #expect(headings == Self.names.map { "### `\($0)`" })
    }

    private func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/events.md"), encoding: .utf8)
    }
}

@Suite struct EventDataTests {
    @Test func fieldsAreTheDataAndNothingElse() throws {
        let fields: JSON = ["title": "Serverless", "speakers": ["A", "B"], "seats": 40]
        #expect(try Observed(json: fields).json() == fields)
    }

    @Test(arguments: ["[]", "null", "\"text\"", "1"]) func fieldsThatAreNoObjectAreRefused(text: String) throws {
        let json = try JSON.parse(text)
        #expect(throws: ObservationError.self) { try Observed(json: json) }
    }

    @Test func whatARunDoesNotHaveIsLeftOut() throws {
        let object = try #require(try RunEnded(kind: "items").json().objectValue)
        #expect(object["missed"] == nil && object["error"] == nil && object["topics"] == nil)
        #expect(object["observed"] == 0)
    }

    @Test func membersOfLaterVersionsArePassedOver() throws {
        #expect(try ReactorStarted(json: ["from": "00000000000000000007", "mood": "good"]).from.hasSuffix("7"))
    }

    @Test(arguments: RunOutcome.allCases) func anOutcomeIsItsEventType(outcome: RunOutcome) {
        #expect(RunOutcome(type: outcome.type) == outcome)
        #expect(RunOutcome(type: outcome.rawValue) == nil)
    }

    @Test func anErrorSaysWhatWasExpected() {
        let error = #expect(throws: ObservationError.self) { try ConfigApplied(json: ["size": 1]) }
        #expect(error?.description.contains("ConfigApplied") == true)
    }
}
