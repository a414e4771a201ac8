import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("A keyed collection")
struct KeyedCollectionTests {
    private let workshop = Workshop()
    private let sessions = KeyedCollection.sessions

    @Test("counts versions from 1 and names what changed")
    func versions() async throws {
        try await expect(
            sessions, given: [ran("w"), saw("w/a", ["t": 1, "room": "x"])],
            when: [
                saw("w/a", ["t": 1, "room": "x"]), saw("w/a", ["t": 2, "room": "y"]), missed("w/a"), missed("w/a"),
                saw("w/a", ["t": 2, "room": "y"]), saw("w/a", ["t": 2]),
            ],
            then: [
                #"session.updated w/a v2 live ["room", "t"]"#, "session.withdrawn w/a v3 live",
                "session.returned w/a v4 live", #"session.updated w/a v5 live ["room"]"#,
            ])
    }

    @Test("does not withdraw what it never saw")
    func unknown() async throws {
        try await expect(sessions, when: [missed("w/a"), saw("w/a", [:])], then: ["session.added w/a v1 first-look"])
    }

    @Test("keeps watches, keys with slashes and canonically equivalent keys apart")
    func identities() async throws {
        try await expect(
            sessions, given: [ran("w"), ran("v")],
            when: [
                saw("w/a", [:]), saw("v/a", [:]), saw("w/a/b", [:]), saw("w/caf\u{e9}", [:]), saw("w/cafe\u{301}", [:]),
                saw("w/\"\\", [:]),
            ],
            then: [
                "session.added w/a v1 live", "session.added v/a v1 live", "session.added w/a/b v1 live",
                "session.added w/caf\u{e9} v1 live", "session.added w/cafe\u{301} v1 live",
                "session.added w/\"\\ v1 live",
            ])
    }

    @Test("sees its own family only")
    func families() async throws {
        let history = [saw("w/a", [:], family: "item"), missed("w/a", family: "item")]
        try await expect(sessions, when: history, then: [])
        try await expect(
            KeyedCollection.items, when: history,
            then: ["item.added w/a v1 first-look", "item.withdrawn w/a v2 first-look"])
    }

    @Test("calls first look what comes before a watch's first complete run, watch by watch")
    func firstLook() async throws {
        try await expect(
            sessions,
            when: [
                saw("w/a", [:]), ran("w", .suspect), saw("w/b", [:]), ran("w", .failed), saw("w/c", [:]), ran("w"),
                saw("w/d", [:]), saw("v/a", [:]), missed("w/a"),
            ],
            then: [
                "session.added w/a v1 first-look", "session.added w/b v1 first-look", "session.added w/c v1 first-look",
                "session.added w/d v1 live", "session.added v/a v1 first-look", "session.withdrawn w/a v2 live",
            ])
    }

    @Test("tells imports and new readings of old pages from news, an import first of all")
    func origins() async throws {
        try await expect(
            sessions, given: [ran("w")],
            when: [
                saw("w/a", [:]).imported, saw("w/b", [:]).reread, saw("w/c", [:]).reread.imported,
                missed("w/a").imported,
                missed("w/b").reread, saw("v/a", [:]).imported, saw("v/b", [:]).reread,
            ],
            then: [
                "session.added w/a v1 import", "session.added w/b v1 reading", "session.added w/c v1 import",
                "session.withdrawn w/a v2 import", "session.withdrawn w/b v2 reading", "session.added v/a v1 import",
                "session.added v/b v1 reading",
            ])
    }

    @Test("says in a change all that a reactor needs")
    func changeData() async throws {
        let engine = try workshop.engine(
            MemoryLog([ran("w"), saw("w/a", ["t": 1]), saw("w/a", ["t": 2], at: 1_700_000_000_123)]), [sessions])
        try await engine.catchUp()
        let change = try #require(try engine.changes(of: "sessions", limit: 9).last)
        let run = "0199c0de-0000-7000-8000-000000000001"
        #expect(
            change.data.canonicalText
                == #"{"changes":[{"field":"t","new":2,"old":1}],"event":"\#(run).3","fields":{"t":2},"key":"a","#
                + #""kind":"session.updated","origin":"live","projection":"sessions","run":"\#(run)","#
                + #""sequence":"00000000000000000002","state":"present","subject":"w/a","#
                + #""time":"2023-11-14T22:13:20.123Z","version":2,"watch":"w"}"#)
        #expect(change.position == ChangePosition(sequence: 2, ordinal: 0))
    }

    @Test("hands out changes in order, from any position")
    func paging() async throws {
        let engine = try workshop.engine(MemoryLog(history(seed: 1, count: 300)))
        try await engine.catchUp()
        let all = try engine.told("sessions")
        var paged: [Change] = []
        while true {
            let page = try engine.changes(of: "sessions", after: paged.last?.position, limit: 7)
            if page.isEmpty { break }
            paged += page
        }
        #expect(all.count > 50)
        #expect(paged.map(\.data.canonicalText) == all)
        #expect(paged.map(\.position) == paged.map(\.position).sorted())
    }
}
