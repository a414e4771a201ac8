// A site of two pages that changes while it is being read.

import CanonicalJSON
import EventLog
import Observations
import Testing

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct MovingSiteTests {
    let book: Book

    init() throws { book = try Book() }

    /// Topics a and b, read in that order.
    private func watch(expect: Ingestors.Expectation = Ingestors.Expectation()) throws -> WatchDefinition {
        try book.watch("shelf/{topic}", topics: "topics", expect: expect) { $0.fetch.concurrency = 1 }
    }

    private func begin(a: String, b: String) async throws {
        try await book.site.put("topics", #"<a id="a">a</a><a id="b">b</a>"#)
        try await put("a", [a])
        try await put("b", [b])
        try await book.look(try watch())
        _ = try await book.site.asked()
    }

    /// What the page shows: the first to the first who asks, and so on; the last for good.
    private func put(_ topic: String, _ shelves: [String]) async throws {
        let pages = shelves.map { shelf($0) }
        try await book.site.put(
            "shelf/\(topic)", pages[0],
            ["Then": JSON.array(pages.dropFirst().map(JSON.string)).canonicalText])
    }

    @Test func whoGoesToAPageThatHasBeenReadIsNotMissed() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        try await put("a", ["A=1", "A=1 X=1"])
        try await put("b", ["B=1"])
        let report = try await book.look(try watch())
        #expect(report.outcome == .completed && report.summary.absent == 0 && report.summary.missed == [])
        #expect(try book.present() == "A=1 B=1 X=1")
    }

    @Test func whoIsNowhereWhilePagesStandStillIsGone() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        try await put("b", ["B=1"])
        let report = try await book.look(try watch())
        #expect(report.outcome == .completed && report.summary.absent == 1)
        #expect(try book.present() == "A=1 B=1")
        // The second reading asks whether anything has changed, and no more.
        #expect(try await book.site.asked().map(\.status) == [304, 304, 200, 304, 304, 304])
    }

    @Test func whereNobodyIsMissedThePagesAreReadOnce() async throws {
        try await begin(a: "A=1", b: "B=1")
        try await put("a", ["A=2", "A=3"])
        let report = try await book.look(try watch())
        #expect(report.summary.requests == 3 && report.summary.changed == 1)
    }

    @Test func aPageReadTwiceIsRecordedAsItIsReadLast() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        try await put("a", ["A=2", "A=3 X=1"])
        try await put("b", ["B=1"])
        #expect(try await book.news(try watch()) == ["A=3", "run.completed"])
        let state = try #require(try book.events().last { $0.subject == "w/A" })
        #expect(state.evidence != nil)
        #expect(try await book.news(try watch()) == ["run.completed"])
    }

    @Test func whereTheSiteKeepsMovingNobodyIsGone() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        try await put("a", ["A=1", "A=1 C=1", "A=1 D=1", "A=1 C=1"])
        try await put("b", ["B=1"])
        let report = try await book.look(try watch())
        #expect(report.outcome == .suspect && report.summary.suspicions == [.moving])
        #expect(report.summary.missed == ["X"] && report.summary.absent == 0)
        #expect(try book.present().contains("X=1"))
    }

    @Test func whoIsMissedForLongOnASiteThatAlwaysMovesIsGoneAllTheSame() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        try await put("b", ["B=1"])
        let definition = try watch(expect: Ingestors.Expectation(confirm: 2, confirmOver: 60))
        var absent: [Int] = []
        for _ in 0..<2 {
            try await put("a", ["A=1", "A=1 C=1", "A=1 D=1", "A=1 C=1"])
            absent.append(try await book.look(definition).summary.absent)
            book.wait(seconds: 60)
        }
        #expect(absent == [0, 1])
    }

    @Test func wherePagesFailOnTheSecondReadingTheRunHasFailed() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        try await put("b", ["B=1", "This is no shelf.\u{0}"])
        try await book.site.put("shelf/a", shelf("A=1"))
        try await book.site.put("topics", #"<a id="a">a</a><a id="b">b</a>"#, ["Then": #"["no topics at all"]"#])
        let report = try await book.look(try watch())
        #expect(report.outcome != .completed && report.summary.absent == 0)
        #expect(try book.present().contains("X=1"))
    }

    @Test func evidenceIsWhatWasKeptThoughTheBytesNeverAreTheSameTwice() async throws {
        try await begin(a: "A=1", b: "B=1 X=1")
        let pages = (0..<3).map { shelf("A=2") + "<!-- \($0) -->" }
        try await book.site.put(
            "shelf/a", pages[0], ["Then": JSON.array(pages.dropFirst().map(JSON.string)).canonicalText])
        try await put("b", ["B=1"])
        #expect(try await book.news(try watch()) == ["A=2", "-X", "run.completed"])
        #expect(try #require(try book.events().last { $0.subject == "w/A" }).evidence != nil)
    }

    @Test func linksThatNeverAreTheSameTwiceAreNoMove() async throws {
        let definition = try book.watch("start", next: "a[rel=next]@href")
        func link(_ items: String, _ numbers: ClosedRange<Int>) async throws {
            let pages = numbers.map { shelf(items, next: "more?token=\($0)") }
            try await book.site.put(
                "start", pages[0], ["Then": JSON.array(pages.dropFirst().map(JSON.string)).canonicalText])
        }
        for number in 0...4 { try await book.site.put("more?token=\(number)", shelf(number == 0 ? "B=1 X=1" : "B=1")) }
        try await link("A=1", 0...0)
        try await book.look(definition)
        try await link("A=1", 1...4)
        let report = try await book.look(definition)
        #expect(report.outcome == .completed && report.summary.absent == 1)
    }
}
