// Topics and pages over a real site: counting, links, order, and whose choice a URL is.

import CanonicalJSON
import EventLog
import Extraction
import Observations
import Testing
import Transport

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct PagingTests {
    let book: Book

    init() throws { book = try Book() }

    @Test func pagesAreReadUntilOneIsEmpty() async throws {
        try await book.site.put("p/1", shelf("A=1 B=1"))
        try await book.site.put("p/2", shelf("C=1"))
        try await book.site.put("p/3", shelf(""))
        #expect(try await book.news(try book.watch("p/{page}")) == ["A=1", "B=1", "C=1", "run.completed"])
        #expect(try await book.site.asked().map(\.path) == ["p/1", "p/2", "p/3"])
        #expect(try await book.look(try book.watch("p/{page}")).summary.notModified == 3)
    }

    @Test func aPageShownAgainBeyondTheLastEndsThem() async throws {
        try await book.site.put("p/1", shelf("A=1 B=1"))
        try await book.site.put("p/2", shelf("C=1"))
        try await book.site.put("p/3", shelf("C=7"))
        #expect(try await book.news(try book.watch("p/{page}")) == ["A=1", "B=1", "C=1", "run.completed"])
    }

    @Test func morePagesThanMayBeIsAFailure() async throws {
        for page in 1...3 { try await book.site.put("p/\(page)", shelf("K\(page)=1")) }
        let report = try await book.look(try book.watch("p/{page}") { $0.fetch.pagesMax = 2 })
        #expect(report.outcome == .failed && report.summary.observed == 2)
        #expect(report.summary.error?.contains("more than 2 pages") == true)
    }

    @Test func aPageThatFailsEndsItsTopicAndIsNamed() async throws {
        try await book.site.put("x/1", shelf("A=1"))
        try await book.site.put("x/2", "no", ["Status": "403"])
        try await book.site.put("topics", #"<a id="x"></a>"#)
        let report = try await book.look(try book.watch("{topic}/{page}", topics: "topics"))
        #expect(report.summary.failures?.map(\.page) == [2])
        #expect(report.summary.failures?.map(\.topic) == ["x"])
        #expect(report.summary.observed == 1)
    }

    @Test func linksAreFollowedAndALoopEndsThem() async throws {
        try await book.site.put("start", shelf("A=1", next: "two"))
        try await book.site.put("two", shelf("B=1", next: "three?x=1"))
        try await book.site.put("three?x=1", shelf("C=1", next: "start"))
        let definition = try book.watch("start", next: "a[rel=next]@href")
        #expect(try await book.news(definition) == ["A=1", "B=1", "C=1", "run.completed"])
        #expect(try await book.look(definition).summary.notModified == 3)
    }

    @Test func aLinkMayNotLeadIntoAPrivateNetworkAndTakesNoSecretsThere() async throws {
        let elsewhere = book.site.url("two").replacing("127.0.0.1", with: "localhost")
        try await book.site.put("start", shelf("A=1", next: elsewhere))
        try await book.site.put("two", shelf("B=1"))
        let definition = try book.watch("start", next: "a[rel=next]@href") {
            $0.fetch.headers = ["Authorization": "Bearer x"]
        }
        let report = try await book.look(definition)
        #expect(report.outcome == .failed)
        #expect(report.summary.error?.contains("private address") == true)
        let asked = try await book.site.asked()
        #expect(asked.map(\.path) == ["start"])
        #expect(asked.first?.headers["authorization"] == "Bearer x")
    }

    @Test func theOrderIsThatOfTopicsWhoeverAnswersFirst() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a><a id="z"></a>"#)
        try await book.site.put("x", shelf("A=1 S=x"), ["After": "y"])
        try await book.site.put("y", shelf("B=1 S=y"), ["After": "z"])
        try await book.site.put("z", shelf("C=1 S=z"))
        let news = try await book.news(try book.watch("{topic}", topics: "topics"))
        #expect(news == ["A=1", "S=x", "B=1", "C=1", "run.completed"])
    }

    @Test func atMostSoManyTopicsAreAskedAtOnce() async throws {
        // The first waits for the second, which with one at a time would never be asked: so two are.
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1"), ["After": "y"])
        try await book.site.put("y", shelf("B=1"))
        let report = try await book.look(try book.watch("{topic}", topics: "topics") { $0.fetch.concurrency = 2 })
        #expect(report.outcome == .completed)
        let asked = try await book.site.asked().map(\.path)
        #expect(asked.contains("y") && asked.firstIndex(of: "y") ?? 9 < asked.firstIndex(of: "x") ?? 0)
    }

    @Test func topicsAreAskedForConditionallyToo() async throws {
        try await book.site.put("topics", #"<a id="x"></a>"#)
        try await book.site.put("x", shelf("A=1"))
        let definition = try book.watch("{topic}", topics: "topics")
        try await book.look(definition)
        _ = try await book.site.asked()
        let report = try await book.look(definition)
        #expect(report.summary.topics == 1 && report.summary.notModified == 2)
        #expect(try await book.site.asked().map(\.status) == [304, 304])
    }

    @Test func pagesThatAreNoMoreAreForgotten() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1"))
        try await book.site.put("y", shelf("A=1"))
        let definition = try book.watch("{topic}", topics: "topics")
        try await book.look(definition)
        try await book.site.put("topics", #"<a id="x"></a>"#)
        try await book.look(definition)
        let cache = try PageCache.open(book.folder)
        #expect(try cache.page(.page, book.site.url("x"), of: "w") != nil)
        #expect(try cache.page(.page, book.site.url("y"), of: "w") == nil)
    }
}
