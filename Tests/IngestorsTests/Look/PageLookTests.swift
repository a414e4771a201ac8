// Looks at one page's text.

import CanonicalJSON
import EventLog
import Extraction
import Observations
import Testing
import Transport

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct PageLookTests {
    let book: Book

    init() throws { book = try Book() }

    private func watch(_ select: String? = nil, ignore: [String] = []) throws -> WatchDefinition {
        var fetch = WatchDefinition.Fetch(url: URLTemplate(book.site.url("page")), retries: 0)
        fetch.limits.size = 8 << 20
        return WatchDefinition(name: "w", fetch: fetch, text: try TextRules(select: select, ignore: ignore))
    }

    private func put(_ body: String, _ how: [String: String] = [:]) async throws {
        try await book.site.put("page", "<!doctype html><title>T</title>" + body, how)
    }

    /// What was appended after the first look: states in canonical JSON, other events by type.
    private func news(_ watch: WatchDefinition) async throws -> [String] {
        let before = try book.log.end()
        try await book.look(watch)
        return try book.events(from: before).map { $0.type == "page.observed" ? $0.data.canonicalText : $0.type }
    }

    @Test func aPageIsOneItemThatIsAppendedWhenItsTextDiffers() async throws {
        try await put("<p>a<p>b")
        #expect(try await news(try watch()) == [#"{"text":["a","b"],"title":"T"}"#, "run.completed"])
        #expect(try book.events().first?.subject == "w/page")
        #expect(try book.events().first?.evidence != nil)
        #expect(try await news(try watch()) == ["run.completed"])
        try await put("<div>a</div><div class=new>b</div>")
        #expect(try await news(try watch()) == ["run.completed"])
        try await put("<p>a<p>c")
        #expect(try await news(try watch()) == [#"{"text":["a","c"],"title":"T"}"#, "run.completed"])
    }

    @Test func aLineThatIsIgnoredIsNoNews() async throws {
        try await put("<p>a<p>12:00")
        #expect(try await news(try watch(ignore: [#"^\d+:"#])) == [#"{"text":["a"],"title":"T"}"#, "run.completed"])
        try await put("<p>a<p>12:01")
        #expect(try await news(try watch(ignore: [#"^\d+:"#])) == ["run.completed"])
    }

    @Test func newSelectorsAreAReading() async throws {
        try await put("<p>a<i>b</i>")
        try await book.look(try watch(), configuration: "old.1")
        try await book.look(try watch("i"), configuration: "new.1")
        let last = try book.events().last { $0.type == "page.observed" }
        #expect(last?.causation == "new.1" && last?.data.canonicalText == #"{"text":["b"]}"#)
    }

    @Test(arguments: [
        ("<p>x", [:], "finds nothing on the page"), ("<h1>Just a moment...</h1>", [:], "Just a moment"),
        ("", ["Status": "404"], "404"), ("", ["Status": "503"], "503"), ("x", ["Type": "image/png"], "image/png"),
    ])
    func whereNobodyCouldTellTheRunFailsAndTheTextStays(
        _ body: String, _ how: [String: String], _ reason: String
    ) async throws {
        try await put("<main>a</main>")
        try await book.look(try watch("main"))
        try await put(body, how)
        #expect(try await news(try watch("main")) == ["run.failed"])
        let error = try #require(try book.lastRun()?.error)
        #expect(error.contains(reason) && error.hasPrefix("http"), "\(error)")
        try await put("<main>a</main>")
        #expect(try await news(try watch("main")) == ["run.completed"])
    }

    @Test(arguments: ["<main> </main>", "<main><script>x</script></main>"])
    func aPageWithoutTextIsSuspectAndTheTextStays(_ body: String) async throws {
        try await put("<main>a</main>")
        try await book.look(try watch("main"))
        try await put(body)
        for _ in 0..<4 {
            book.wait(seconds: 3600)
            #expect(try await news(try watch("main")) == ["run.suspect"])
        }
        #expect(try book.lastRun()?.suspicions == [.items])
        try await put("<main>a</main>")
        #expect(try await news(try watch("main")) == ["run.completed"])
    }

    @Test func aTextLargerThanAnEventFailsTheRun() async throws {
        try await put(String(repeating: "<p>a line of some length", count: 60_000))
        #expect(try await news(try watch()) == ["run.failed"])
        #expect(try book.lastRun()?.error?.contains("larger than an event may be (1 MiB); take a part of it") == true)
    }
}
