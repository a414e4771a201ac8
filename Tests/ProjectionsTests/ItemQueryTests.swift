import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("Questions to a collection")
struct ItemQueryTests {
    private let workshop = Workshop()

    private func ask<Result>(_ events: [TestEvent], _ body: (ItemQuery) throws -> Result) async throws -> Result {
        let engine = try workshop.engine(MemoryLog(events), [KeyedCollection.sessions])
        try await engine.catchUp()
        return try engine.read("sessions") { try body(ItemQuery($0)) }
    }

    private let story = [
        saw("w/a", ["t": 1, "u": "x"], at: 1000), saw("w/a", ["t": 2], at: 2000), missed("w/a", at: 3000),
        saw("w-2/a", ["t": 9], at: 4000), saw("w/B", [:], at: 5000), saw("w/x/y", [:], at: 6000),
    ]

    @Test("a list is ordered by the bytes of watch and key, and filtered by either and by state")
    func lists() async throws {
        try await ask(story) { query throws in
            let names = { (rows: [ItemRow]) in rows.map { "\($0.watch)/\($0.key)" } }
            #expect(names(try query.list()) == ["w/B", "w/a", "w/x/y", "w-2/a"])
            #expect(names(try query.list(watch: "w")) == ["w/B", "w/a", "w/x/y"])
            #expect(names(try query.list(state: .absent)) == ["w/a"])
            #expect(names(try query.list(watch: "w", state: .present)) == ["w/B", "w/x/y"])
            #expect(names(try query.list(watch: "none")) == [])
        }
    }

    @Test("a key finds its items in all watches, and WATCH/KEY one of them")
    func shows() async throws {
        try await ask(story) { query throws in
            #expect(try query.show("a").map(\.watch) == ["w", "w-2"])
            #expect(try query.show("a", watch: "w-2").map(\.watch) == ["w-2"])
            #expect(try query.show("w/a").map(\.version) == [3])
            #expect(try query.show("x/y").map(\.key) == ["x/y"])
            #expect(try query.show("w/x/y").map(\.key) == ["x/y"])
            #expect(try query.show("A").isEmpty)
        }
    }

    @Test("rows are written in the documented shape")
    func lines() async throws {
        try await ask(story) { query throws in
            let text = { (line: [UInt8]) in String(decoding: line, as: UTF8.self) }
            let row = try #require(try query.show("w/a").first)
            #expect(
                text(row.line)
                    == #"{"watch":"w","key":"a","version":3,"state":"absent","fields":{"t":2},"#
                    + #""firstSeen":"1970-01-01T00:00:01.000Z","lastChanged":"1970-01-01T00:00:03.000Z","#
                    + #""sequence":"00000000000000000002"}"#)
            let versions = try query.history("w/a").map { text($0.line) }
            #expect(versions.count == 3)
            #expect(
                versions[1]
                    == #"{"watch":"w","key":"a","version":2,"since":"1970-01-01T00:00:02.000Z","#
                    + #""until":"1970-01-01T00:00:03.000Z","state":"present","changes":"#
                    + #"[{"field":"t","new":2,"old":1},{"field":"u","old":"x"}],"fields":{"t":2},"#
                    + #""sequence":"00000000000000000001"}"#)
            #expect(!versions[2].contains("until"))
        }
    }

    @Test(
        "a diff is between the two newest versions, or any two",
        arguments: [
            (Int?.none, Int?.none, #"2 3 []"#), (1, 2, #"1 2 [{"field":"t","new":2,"old":1},{"field":"u","old":"x"}]"#),
            (2, 1, #"2 1 [{"field":"t","new":1,"old":2},{"field":"u","new":"x"}]"#),
            (nil, 2, #"1 2 [{"field":"t","new":2,"old":1},{"field":"u","old":"x"}]"#), (nil, 1, "1 1 []"),
            (1, 9, "none"),
        ])
    func diffs(from: Int?, to: Int?, expected: String) async throws {
        let rows = try await ask(story) { try $0.diff("w/a", from: from, to: to) }
        let texts = rows.map { "\($0.from) \($0.to) \(String(decoding: $0.changes, as: UTF8.self))" }
        #expect(texts == (expected == "none" ? [] : [expected]))
    }

    @Test("a diff says which states it is between")
    func diffLine() async throws {
        let row = try #require(try await ask(story) { try $0.diff("w/a") }.first)
        #expect(
            String(decoding: row.line, as: UTF8.self)
                == #"{"watch":"w","key":"a","from":{"version":2,"state":"present"},"#
                + #""to":{"version":3,"state":"absent"},"changes":[]}"#)
    }
}
