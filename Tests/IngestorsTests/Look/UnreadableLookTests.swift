// Looks at pages on which a field is there and cannot be read: nothing changes by it, and nothing is lost.

import CanonicalJSON
import EventLog
import Extraction
import Observations
import Testing

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct UnreadableLookTests {
    let book: Book

    init() throws { book = try Book() }

    private func watch(topics: String? = nil, _ path: String = "shelf") throws -> WatchDefinition {
        let rules = try ItemRules(
            items: "li", key: "@id",
            fields: [
                ("is", FieldRule("b")), ("room", FieldRule("i")), ("starts", FieldRule(select: "time", as: .time)),
            ])
        return try book.watch(path, topics: topics) { $0.rules = .items(rules) }
    }

    private func put(_ time: String, room: String = "1", at path: String = "shelf") async throws {
        try await book.site.put(
            path, #"<title>x</title><li id="A"><b>a</b><i>\#(room)</i><time>\#(time)</time></li>"#)
    }

    /// The states that were appended, in canonical JSON.
    private func states() throws -> [String] {
        try book.events().filter { $0.type == "item.observed" }.map { $0.data.canonicalText }
    }

    @Test func aTimeThatSaysTBAIsNoChange() async throws {
        try await put("2027-03-10T09:30:00Z")
        try await book.look(try watch())
        try await put("TBA")
        let report = try await book.look(try watch())
        #expect(report.summary.changed == 0 && report.summary.unreadable == 1 && report.outcome == .completed)
        // Read from the cache it is still what it was.
        #expect(try await book.look(try watch()).summary.changed == 0)
        try await put("2027-03-10T09:30:00Z")
        #expect(try await book.look(try watch()).summary.changed == 0)
        #expect(try states().count == 1)
    }

    @Test func whatElseChangesIsRecordedWithTheValueThatIsKnown() async throws {
        try await put("2027-03-10T09:30:00Z")
        try await book.look(try watch())
        try await put("TBA", room: "2")
        #expect(try await book.look(try watch()).summary.changed == 1)
        #expect(try await book.look(try watch()).summary.changed == 0)
        #expect(
            try states() == [
                #"{"is":"a","room":"1","starts":"2027-03-10T09:30:00Z"}"#,
                #"{"is":"a","room":"2","starts":"2027-03-10T09:30:00Z"}"#,
            ])
    }

    @Test func aFieldThatIsNotThereAnyMoreIsGone() async throws {
        try await put("2027-03-10T09:30:00Z")
        try await book.look(try watch())
        try await put("")
        try await book.look(try watch())
        #expect(try states().last == #"{"is":"a","room":"1"}"#)
    }

    @Test func whatWasNeverReadableIsLeftOutUntilItIs() async throws {
        try await put("TBA")
        try await book.look(try watch())
        #expect(try await book.look(try watch()).summary.changed == 0)
        try await put("2027-03-10T09:30:00Z")
        try await book.look(try watch())
        #expect(try states() == [#"{"is":"a","room":"1"}"#, #"{"is":"a","room":"1","starts":"2027-03-10T09:30:00Z"}"#])
    }

    @Test func anotherTopicThatCanReadItIsBelieved() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await put("2027-03-10T09:30:00Z", at: "x")
        try await put("2027-03-10T09:30:00Z", at: "y")
        let watch = try watch(topics: "topics", "{topic}")
        try await book.look(watch)
        try await put("TBA", at: "x")
        try await put("2027-03-11T09:30:00Z", at: "y")
        let report = try await book.look(watch)
        #expect(report.summary.changed == 1 && report.summary.conflicts == 0)
        #expect(try states().last == #"{"is":"a","room":"1","starts":"2027-03-11T09:30:00Z"}"#)
    }
}
