// What may stand in a watch of a page, and what is said of keys that belong to another kind.

import Ingestors
import Testing

@testable import DaybookApp

@Suite("A page's watch in daybook.yaml")
struct PageKeysTests {
    private func page(_ lines: String...) -> String {
        (["watches:", "  news:", "    kind: page", #"    fetch: { url: "https://example.org/news" }"#]
            + lines.map { "    " + $0 }).joined(separator: "\n") + "\n"
    }

    @Test("needs a URL and nothing else")
    func least() throws {
        let watch = try #require(try parse(page()).watches.first)
        #expect(watch.kind == .page && watch.name == "news")
        guard case .page = watch.rules else { Issue.record("it is no page's"); return }
    }

    @Test("may say what is read, at what times, and what is kept")
    func all() throws {
        let yaml = page(
            "select: main", "remove: [nav, .ad]", #"ignore: '^\d+ visitors'"#, "as: html", "every: 1h", "evidence: none"
        )
        let configuration = try parse(yaml)
        #expect(configuration.warnings.isEmpty && configuration.watches[0].keep == .none)
        #expect(
            configuration.watchSettings[0].page
                == .init(select: "main", remove: ["nav", ".ad"], ignore: [#"^\d+ visitors"#], form: "html"))
        #expect(configuration.schedule(of: "news") == .every(.seconds(3600)))
        #expect(try parse(configuration.normalisedText).normalisedText == configuration.normalisedText)
    }

    @Test(
        "is told what is wrong with it",
        arguments: [
            (
                "items: li",
                "5: watches.news.items: this is a key of sessions, items and stock; a watch of kind page has no such key"
            ),
            ("selct: main", #"5: watches.news.selct: unknown key; did you mean "select"?"#),
            ("as: lines", #"5: watches.news.as: expected one of text or html, got "lines""#),
            ("remove: 'xpath://a'", #"5: watches.news.remove: "xpath://a" must be a CSS selector of elements"#),
            (
                "ignore: ['a', '(']",
                #"5: watches.news.ignore[2]: "(" is no regular expression (missing closing parenthesis, at byte 2)"#
            ),
            (
                "select: '@id'",
                #"5: watches.news.select: an attribute alone is no part of a page; write "ELEMENT@attribute""#
            ),
        ])
    func wrong(_ line: String, _ said: String) {
        #expect(problems(page(line)) == ["daybook.yaml:" + said])
    }

    @Test("takes no placeholders and no pages")
    func placeholders() {
        let yaml = "watches: { w: { kind: page, fetch: { url: \"https://x.example/{page}\", pages-max: 3 } } }\n"
        #expect(
            problems(yaml) == [
                "daybook.yaml:1: watches.w.fetch.url: the placeholder {page} is unknown; none can stand here",
                #"daybook.yaml:1: watches.w.fetch.pages-max: unknown key; known here are url, engine, rate, retries, timeout, "#
                    + "max-size, headers and user-agent",
            ])
    }

    @Test("has keys that other kinds do not have")
    func others() {
        #expect(
            watchProblems(adding: "ignore: x") == [
                "daybook.yaml:8: watches.talks.ignore: this is a key of page; a watch of kind sessions has no such key"
            ])
    }

    @Test("is taken for one by its keys where it does not say what it is")
    func withoutKind() {
        let yaml = "watches: { w: { fetch: { url: \"https://x.example/\" }, select: main } }\n"
        #expect(
            problems(yaml) == [
                #"daybook.yaml:1: watches.w: the key "kind" is missing: one of sessions, items, stock or page is due"#
            ])
    }
}
