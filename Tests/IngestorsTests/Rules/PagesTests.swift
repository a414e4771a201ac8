// URLs from templates, and which page follows which.

import Testing
import Transport

@testable import Ingestors

@Suite struct URLTemplateTests {
    @Test(arguments: [
        (
            "https://c.example/s?topic={topic}&page={page}", "Serverless", 2,
            "https://c.example/s?topic=Serverless&page=2"
        ),
        ("https://c.example/{topic}/{topic}", "a", 1, "https://c.example/a/a"),
        ("https://c.example/{topic}", "R&D / 100% é", 1, "https://c.example/R%26D%20%2F%20100%25%20%C3%A9"),
        ("https://c.example/{topic}", "../../admin?x#y", 1, "https://c.example/..%2F..%2Fadmin%3Fx%23y"),
        ("https://c.example/{topic}", "{page}", 7, "https://c.example/%7Bpage%7D"),
        ("https://c.example/{topic}", "a-._~Z9\n\u{7}", 1, "https://c.example/a-._~Z9%0A%07"),
        ("https://c.example/fixed?q={other}", "x", 3, "https://c.example/fixed?q={other}"),
    ])
    func fillsIn(template: String, topic: String, page: Int, url: String) {
        #expect(URLTemplate(template).url(topic: topic, page: page) == url)
    }

    @Test(arguments: [
        ("https://{topic}.example/", true), ("https://{topic}/", true), ("https://c.example/{topic}", false),
        ("https://c.example?t={topic}", false), ("{topic}", false),
    ])
    func knowsWhenContentChoosesTheHost(template: String, chooses: Bool) {
        #expect(URLTemplate(template).hasTopicInAuthority == chooses)
    }
}

@Suite struct PageSequenceTests {
    static let numbered: URLTemplate = "https://c.example/?page={page}"

    /// Walks a sequence over pages that are given; the URLs asked for, and how it ended.
    private func walk(_ template: URLTemplate, pagesMax: Int = 10, _ pages: [(items: String, next: String?)]) -> (
        [String], String
    ) {
        var sequence = PageSequence(template: template, topic: nil, pagesMax: pagesMax)
        var urls = [sequence.first().url]
        for page in pages {
            let items = page.items.split(separator: " ").map { ItemKey(String($0)) }
            switch sequence.next(after: items, next: page.next) {
            case .fetch(let request): urls.append(request.url)
            case .end: return (urls, "end")
            case .endWithout: return (urls, "endWithout")
            case .tooMany(let limit): return (urls, "more than \(limit)")
            }
        }
        return (urls, "open")
    }

    @Test func aURLWithoutAPageIsOnePage() {
        #expect(walk("https://c.example/", [("A B", nil)]) == (["https://c.example/"], "end"))
    }

    @Test func pagesAreCountedUntilOneIsEmpty() {
        let (urls, how) = walk(Self.numbered, [("A", nil), ("B", nil), ("", nil)])
        #expect(urls == ["1", "2", "3"].map { "https://c.example/?page=\($0)" })
        #expect(how == "end")
    }

    @Test func anEmptyFirstPageIsTheLast() {
        #expect(walk(Self.numbered, [("", nil)]).1 == "end")
    }

    @Test(arguments: [["A B", "A B"], ["A B", "C", "C"], ["A B", "C", "A B"]])
    func aPageThatRepeatsAnEarlierOneEndsItAndDoesNotCount(pages: [String]) {
        let (urls, how) = walk(Self.numbered, pages.map { ($0, nil) })
        #expect(urls.count == pages.count)
        #expect(how == "endWithout")
    }

    @Test func aPageThatOnlyOverlapsDoesNotEndIt() {
        #expect(walk(Self.numbered, [("A B", nil), ("B C", nil), ("B A", nil)]).1 == "open")
    }

    @Test func aSiteThatNeverEndsIsEnded() {
        let (urls, how) = walk(Self.numbered, pagesMax: 3, [("A", nil), ("B", nil), ("C", nil), ("D", nil)])
        #expect(urls.count == 3)
        #expect(how == "more than 3")
    }

    @Test func linksAreFollowedToThePageWithoutOne() {
        let (urls, how) = walk(
            "https://c.example/", [("A", "https://c.example/2"), ("B", "https://c.example/3"), ("C", nil)])
        #expect(urls == ["https://c.example/", "https://c.example/2", "https://c.example/3"])
        #expect(how == "end")
    }

    @Test func aLinkPassesOverAnEmptyPage() {
        #expect(walk("https://c.example/", [("", "https://c.example/2"), ("A", nil)]).0.count == 2)
    }

    @Test(arguments: ["https://c.example/", "https://c.example/2"]) func aLinkBackEndsIt(back: String) {
        let (urls, how) = walk("https://c.example/", [("A", "https://c.example/2"), ("B", back)])
        #expect(urls.count == 2)
        #expect(how == "end")
    }

    @Test func linksWithoutEndAreEnded() {
        let pages = (2...9).map { ("A", "https://c.example/\($0)" as String?) }
        #expect(walk("https://c.example/", pagesMax: 4, pages).1 == "more than 4")
    }

    @Test func afterLinksThereIsNoCounting() {
        #expect(walk(Self.numbered, [("A", "https://c.example/?page=2&s=1"), ("B", nil)]).1 == "end")
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/a?page={page}", "http://127.0.0.1:8080/b", GuardScope.configured),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8081/b", .content),
        ("http://127.0.0.1:8080/a", "https://127.0.0.1:8080/b", .content),
        ("http://Shop.example/a", "http://shop.EXAMPLE/b", .configured),
        ("http://shop.example/a", "http://shop.example.evil/b", .content),
        ("http://shop.example/a", "http://shop.example@10.0.0.1/b", .content),
        ("http://shop.example/a", "http://10.0.0.1/shop.example", .content),
        ("http://{topic}/a", "http://x/b", .content),
    ])
    func aLinkElsewhereIsContentsChoice(template: String, link: String, scope: GuardScope) {
        var sequence = PageSequence(template: URLTemplate(template), topic: "x", pagesMax: 9)
        _ = sequence.first()
        guard case .fetch(let request) = sequence.next(after: ["A"], next: link) else {
            Issue.record("the link was not followed")
            return
        }
        #expect(request.scope == scope)
    }

    @Test func aHostThatATopicNamesIsContentsChoiceToo() {
        var sequence = PageSequence(template: "https://{topic}.example/", topic: "x", pagesMax: 9)
        #expect(sequence.first().scope == .content)
    }
}
