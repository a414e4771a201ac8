// The register of event types: what exists, under which schema number, and what its members mean. docs/events.md is held to it.

import CanonicalJSON

/// One type of event.
public struct EventType: Sendable {
    /// One member of the event's data.
    public struct Member: Sendable {
        public let name: String
        public let isOptional: Bool
        public let meaning: String

        static func always(_ name: String, _ meaning: String) -> Member {
            Member(name: name, isOptional: false, meaning: meaning)
        }

        static func sometimes(_ name: String, _ meaning: String) -> Member {
            Member(name: name, isOptional: true, meaning: meaning)
        }
    }

    /// Such as `session.observed`.
    public let name: String
    /// The N of `dataschema`, `daybook:TYPE/N`.
    public let schema: Int
    /// What the subject looks like.
    public let subject: String
    public let meaning: String
    public let members: [Member]
    /// An example of the data, in canonical JSON.
    public let example: String
    /// Takes data through the Swift type and back; throws where it is not of this type.
    public let roundTrip: @Sendable (JSON) throws -> JSON

    init<Body: EventData>(
        _ body: Body.Type, _ name: String, schema: Int = 1, subject: String, _ meaning: String, members: [Member],
        example: String
    ) {
        self.name = name
        self.schema = schema
        self.subject = subject
        self.meaning = meaning
        self.members = members
        self.example = example
        roundTrip = { json in try Body(json: json).json() }
    }

    /// The type before its first dot; with the subject it names the stream.
    public var family: String { String(name.prefix { $0 != "." }) }

    /// What stands in the event's `dataschema`.
    public var dataSchema: String { "daybook:\(name)/\(schema)" }

    /// Every type that this version writes.
    public static let all: [EventType] =
        collections + runs + notifications + alarms + [configApplied, watchRenamed, reactorStarted]

    public static func named(_ name: String) -> EventType? { all.first { $0.name == name } }

    /// The families that only Daybook itself writes: those of `all`, and those that it is going to have.
    public static let ownFamilies: Set<String> = Set(all.map(\.family)).union([
        "crawl", "download", "evidence", "export", "extension", "page", "post", "stock", "submission", "user",
    ])

    /// Whether a type is made as the log wants it: two or more parts between dots, each of `a-z`, `0-9` and `-`.
    public static func isWellFormed(_ type: String) -> Bool {
        let parts = type.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count >= 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            }
    }
}
