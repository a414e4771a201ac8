import CanonicalJSON
import Testing

@testable import Projections

/// What every keyed collection does. The examples speak of sessions and hold for each kind.
@Suite("Specification of collections")
struct CollectionSpecification {
    @Test("an item's life", arguments: KeyedCollection.plain, lives)
    func life(of kind: KeyedCollection, example: Example) async throws { try await expect(kind, example.about(kind)) }

    @Test("where a change came from", arguments: KeyedCollection.plain, origins)
    func origin(of kind: KeyedCollection, example: Example) async throws {
        try await expect(kind, example.about(kind))
    }

    @Test("who is who", arguments: KeyedCollection.plain, identities)
    func identity(of kind: KeyedCollection, example: Example) async throws {
        try await expect(kind, example.about(kind))
    }
}

/// A watch that has had its first complete look, at one session.
private let looked = [saw("w/a", ["room": "1", "title": "A"]), ran("w")]

private let lives = [
    Example(
        "is seen for the first time", given: [ran("w")],
        when: saw("w/a", ["title": "A"]),
        told: ["session.added w/a v1 live"], rows: [#"w/a v1 present {"title":"A"}"#]),
    Example(
        "seen again as it was, it tells nothing", given: looked,
        when: saw("w/a", ["room": "1", "title": "A"]),
        rows: [#"w/a v1 present {"room":"1","title":"A"}"#]),
    Example(
        "with another field it is a new version that names the field", given: looked,
        when: saw("w/a", ["room": "2", "title": "A"]),
        told: [#"session.updated w/a v2 live ["room"]"#], rows: [#"w/a v2 present {"room":"2","title":"A"}"#]),
    Example(
        "a field that comes and one that goes are changes too", given: looked,
        when: saw("w/a", ["day": "Mon", "title": "A"]),
        told: [#"session.updated w/a v2 live ["day", "room"]"#], rows: [#"w/a v2 present {"day":"Mon","title":"A"}"#]),
    Example(
        "missed by a complete look it is withdrawn, and keeps what it last looked like", given: looked,
        when: missed("w/a"),
        told: ["session.withdrawn w/a v2 live"], rows: [#"w/a v2 absent {"room":"1","title":"A"}"#]),
    Example(
        "missed again it tells nothing", given: looked + [missed("w/a")],
        when: missed("w/a"),
        rows: [#"w/a v2 absent {"room":"1","title":"A"}"#]),
    Example(
        "never seen it cannot be missed", given: [ran("w")],
        when: missed("w/a"), rows: []),
    Example(
        "back as it was it has returned", given: looked + [missed("w/a")],
        when: saw("w/a", ["room": "1", "title": "A"]),
        told: ["session.returned w/a v3 live"], rows: [#"w/a v3 present {"room":"1","title":"A"}"#]),
    Example(
        "back with another field it has returned, and names the field", given: looked + [missed("w/a")],
        when: saw("w/a", ["room": "2", "title": "A"]),
        told: [#"session.returned w/a v3 live ["room"]"#], rows: [#"w/a v3 present {"room":"2","title":"A"}"#]),
    Example(
        "a run that failed or is suspect says nothing about it", given: looked,
        when: ran("w", .failed), ran("w", .suspect),
        rows: [#"w/a v1 present {"room":"1","title":"A"}"#]),
    Example(
        "two states between two batches are two versions", given: looked,
        when: saw("w/a", ["title": "B"]), saw("w/a", ["title": "C"]),
        told: [#"session.updated w/a v2 live ["room", "title"]"#, #"session.updated w/a v3 live ["title"]"#],
        rows: [#"w/a v3 present {"title":"C"}"#]),
]

private let origins = [
    Example(
        "before a watch's first complete run it is first look", given: [ran("w", .suspect), ran("w", .failed)],
        when: saw("w/a", [:]),
        told: ["session.added w/a v1 first-look"]),
    Example(
        "in the first complete run too: its event comes last",
        when: saw("w/a", [:]), ran("w"), saw("w/b", [:]),
        told: ["session.added w/a v1 first-look", "session.added w/b v1 live"]),
    Example(
        "of another watch that has had one it is no help", given: looked,
        when: saw("v/a", [:]),
        told: ["session.added v/a v1 first-look"]),
    Example(
        "what was imported is import, and makes no later look live by itself",
        when: saw("w/a", ["t": 1]).imported, saw("w/a", ["t": 2]),
        told: ["session.added w/a v1 import", #"session.updated w/a v2 first-look ["t"]"#]),
    Example(
        "the same page read otherwise is reading", given: looked,
        when: saw("w/a", ["title": "A"]).reread,
        told: [#"session.updated w/a v2 reading ["room"]"#]),
    Example(
        "an import that was read otherwise is import", given: looked,
        when: saw("w/a", ["title": "A"]).reread.imported,
        told: [#"session.updated w/a v2 import ["room"]"#]),
]

private let identities = [
    Example(
        "the same key in two watches is two items", given: looked + [ran("v")],
        when: saw("v/a", [:]),
        told: ["session.added v/a v1 live"],
        rows: ["v/a v1 present {}", #"w/a v1 present {"room":"1","title":"A"}"#]),
    Example(
        "a key may have slashes, and quotes", given: [ran("w")],
        when: saw("w/a/b", [:]), saw("w/\"", [:]),
        told: ["session.added w/a/b v1 live", "session.added w/\" v1 live"],
        rows: ["w/\" v1 present {}", "w/a/b v1 present {}"]),
    Example(
        "keys that look alike are two where their bytes differ", given: [ran("w")],
        when: saw("w/caf\u{e9}", [:]), saw("w/cafe\u{301}", [:]),
        told: ["session.added w/caf\u{e9} v1 live", "session.added w/cafe\u{301} v1 live"],
        rows: ["w/cafe\u{301} v1 present {}", "w/caf\u{e9} v1 present {}"]),
    Example(
        "under its watch's new name it is the same item", given: looked,
        when: renamed("w", to: "v"), saw("v/a", ["title": "A"]),
        told: [#"session.updated v/a v2 live ["room"]"#], rows: [#"v/a v2 present {"title":"A"}"#]),
    Example(
        "under the old name, from a process that knows no other, it is too", given: looked + [renamed("w", to: "v")],
        when: missed("w/a"), saw("w/b", [:]),
        told: ["session.withdrawn w/a v2 live", "session.added w/b v1 live"],
        rows: [#"v/a v2 absent {"room":"1","title":"A"}"#, "v/b v1 present {}"]),
    Example(
        "what is none of its family is none of its business", given: looked,
        when: TestEvent(type: "stock.observed", subject: "w/a", data: ["room": "9"], time: 0),
        missed("w/a", family: "stock"),
        rows: [#"w/a v1 present {"room":"1","title":"A"}"#]),
]

extension KeyedCollection: CustomTestStringConvertible {
    public var testDescription: String { name }
}
