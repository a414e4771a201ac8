import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("Search", .timeLimit(.minutes(5)))
struct SearchTests {
    private let workshop = Workshop()

    private func ask<Result>(_ events: [TestEvent], _ body: (SearchQuery) throws -> Result) async throws -> Result {
        let engine = try workshop.engine(MemoryLog(events), [Search()])
        try await engine.catchUp()
        return try engine.read("search") { try body(SearchQuery($0)) }
    }

    private let story = [
        saw("re/KEY-7", ["title": "Event sourcing at scale", "abstract": "Logs, all the way down.", "seats": 300]),
        saw(
            "re/B",
            ["title": "Lunch", "abstract": "Of event logs and sourcing food", "speakers": ["Ada", "Grace Höpper"]]),
        saw("shop/lamp", ["name": "Desk lamp", "price": ["amount": 9, "currency": "USD"]], family: "item"),
        saw("news/page", ["text": ["The venue", "opens at ten."]], family: "page"),
    ]

    private func keys(_ query: SearchQuery, _ text: String) throws -> [String] {
        guard let words = SearchWords(text) else { return ["none"] }
        return try query.find(words, limit: 10).rows.map(\.key)
    }

    @Test(
        "finds what has all the words: in keys, titles, texts and lists of texts, whatever their case and accents",
        arguments: [
            ("sourcing", ["KEY-7", "B"]), ("event sourcing", ["KEY-7", "B"]), ("\"event sourcing\"", ["KEY-7"]),
            ("key-7", ["KEY-7"]), ("KEY*", ["KEY-7"]), ("sourc", []), ("sourc*", ["KEY-7", "B"]), ("hopper", ["B"]),
            ("LAMP", ["lamp"]), ("usd", []), ("300", []), ("venue ten", ["page"]), ("venue lamp", []),
            ("\"way down\" logs", ["KEY-7"]),
        ] as [(String, [String])])
    func finds(text: String, expected: [String]) async throws {
        #expect(try await ask(story) { try keys($0, text) } == expected)
    }

    @Test("a word in the key counts more than one in the title, and that more than one in a text")
    func ranked() async throws {
        let events = [
            saw("w/1", ["title": "other", "text": "apple"]), saw("w/2", ["title": "apple", "text": "other"]),
            saw("w/apple", ["title": "other", "text": "other"]),
        ]
        #expect(try await ask(events) { try keys($0, "apple") } == ["apple", "2", "1"])
    }

    @Test("it knows how things are now: absent ones are said to be, former texts are not found")
    func newest() async throws {
        let events = [
            saw("w/a", ["title": "old words"]), saw("w/a", ["title": "new words"]), saw("w/b", ["title": "new"]),
            missed("w/b"), saw("w/c", ["title": "new"]), missed("w/c"), saw("w/c", ["title": "new"]),
        ]
        try await ask(events) { query throws in
            let words = try #require(SearchWords("new"))
            let rows = try query.find(words, limit: 10).rows
            #expect(
                Set(rows.map { "\($0.key) \($0.state.rawValue) \($0.sequence)" }) == [
                    "a present 1", "b absent 3", "c present 6",
                ])
            #expect(try query.find(words, state: .absent, limit: 10).rows.map(\.key) == ["b"])
            #expect(try keys(query, "old") == [])
        }
    }

    @Test("is narrowed down by collection and watch, and says how many there are beyond the limit")
    func narrowed() async throws {
        let events =
            (0..<7).map { saw("w/\($0)", ["title": "same"]) } + [saw("v/x", ["title": "same"], family: "item")]
        try await ask(events) { query throws in
            let words = try #require(SearchWords("same"))
            #expect(try query.find(words, limit: 3).total == 8)
            #expect(try query.find(words, limit: 3).rows.count == 3)
            #expect(try query.find(words, kind: "items", limit: 9).rows.map(\.watch) == ["v"])
            #expect(try query.find(words, watch: "w", limit: 9).total == 7)
            #expect(try query.find(words, watch: "none", limit: 9).rows == [])
        }
    }

    @Test("a renamed watch's items are found under its new name, and by its former one")
    func renamed() async throws {
        let events = [
            saw("w/a", ["title": "one"]),
            TestEvent(type: "watch.renamed", subject: "v", data: ["was": "w"], time: 0),
            saw("w/a", ["title": "two"]), saw("v/b", ["title": "two"]),
        ]
        try await ask(events) { query throws in
            let words = try #require(SearchWords("two"))
            for name in ["v", "w"] {
                #expect(
                    try query.find(words, watch: name, limit: 9).rows.map { "\($0.watch)/\($0.key)" } == ["v/a", "v/b"])
            }
        }
    }

    @Test("an index that was made at the end and one that was kept event by event find the same", arguments: 0..<3)
    func builtAndKept(seed: Int) async throws {
        let log = MemoryLog()
        let kept = try workshop.engine(log, [Search()], batch: 7, in: "kept")
        try await kept.catchUp()
        for part in 0..<10 {
            log.append(history(seed: seed * 10 + part, count: 30))
            try await kept.catchUp()
        }
        let built = try workshop.engine(log, [Search()], in: "built")
        try await built.catchUp()
        #expect(try kept.contents()["search.items"] == built.contents()["search.items"])
        for text in ["x", "y", "p", "caf*", "k1", "k*"] {
            let words = try #require(SearchWords(text))
            let found = try [kept, built].map { engine in
                try engine.read("search") { Set(try SearchQuery($0).find(words, limit: 1000).rows.map(\.line)) }
            }
            #expect(found[0] == found[1])
        }
    }

    @Test(
        "no text makes the index say that it is no query",
        arguments: [
            "a AND", "OR", "NOT a", "NEAR(a b)", "title:a", "{title}: a", "a^b", "^a", "(a", "a)", "\"a", "a\"b\"c\"",
            "'a'", "a''",
            "a;drop table items", "*", "**", "a*b", "\"a*\"", "a -b", "--", "+a", "\u{0}a", "a\u{0}b", "💡", "a\\", "%",
            "_a_",
            String(repeating: "a ", count: 5000), String(repeating: "\"", count: 99) + "a",
        ])
    func foreign(text: String) async throws {
        guard let words = SearchWords(text) else { return }
        try await ask(story) { query throws in _ = try query.find(words, limit: 5) }
    }

    @Test("what has no letter and no digit is no search", arguments: ["", "  ", "!?", "*", "\"\"", "\"--\" +", "💡"])
    func none(text: String) { #expect(SearchWords(text) == nil) }

    @Test(
        "words, beginnings and phrases are told apart",
        arguments: [
            ("a b", ["a", "b"]), ("a* b", ["a*+", "b"]), ("\"a b\" c", ["a b", "c"]), ("\"a*\"", ["a*"]),
            ("a\"b c", ["a", "b c"]), ("a - b", ["a", "b"]),
        ])
    func terms(text: String, expected: [String]) {
        #expect(SearchWords(text)?.terms.map { $0.text + ($0.isPrefix ? "+" : "") } == expected)
    }

    @Test("a snippet shows where the words are, and a line has it as plain text")
    func snippets() async throws {
        try await ask(story) { query throws in
            let words = try #require(SearchWords("\"way down\""))
            let row = try #require(try query.find(words, limit: 1).rows.first)
            #expect(row.snippet.map { $0.isMatch ? "[\($0.text)]" : $0.text }.joined() == "Logs, all the [way down].")
            #expect(
                String(decoding: row.line, as: UTF8.self)
                    == #"{"kind":"sessions","watch":"re","key":"KEY-7","state":"present","title":"Event sourcing at scale","#
                    + #""snippet":"Logs, all the way down.","matches":["way down"],"sequence":"00000000000000000000"}"#)
        }
    }

    @Test("what looks like the index's own marks in a text only looks so")
    func marks() async throws {
        let rows = try await ask([saw("w/a", ["title": "x", "text": "one \u{2}two\u{1} three"])]) {
            try $0.find(try #require(SearchWords("two")), limit: 1).rows
        }
        #expect(rows.first?.snippet.map(\.text).joined() == "one two three")
    }
}
