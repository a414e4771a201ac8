// Who speaks in which session, from a field `speakers`; and a change whenever that changes.

import CanonicalJSON
import EventLog
import Projections

public struct Speakers: Projection {
    public let name = "speakers"
    public let version = 1
    public let families: Set<String> = ["session", "run", "watch"]
    public let changeKinds = ["speaker.booked", "speaker.dropped"]

    public init() {}

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            CREATE TABLE bookings (
              watch TEXT NOT NULL, session TEXT NOT NULL, speaker TEXT NOT NULL,
              since INTEGER NOT NULL,  -- milliseconds since 1970
              PRIMARY KEY (watch, session, speaker)
            ) WITHOUT ROWID;
            -- Watches that have had their first complete look.
            CREATE TABLE looked (watch TEXT PRIMARY KEY) WITHOUT ROWID;
            """)
    }

    public func createIndexes(_ database: Connection) throws {
        try database.execute("CREATE INDEX bookings_by_speaker ON bookings (speaker)")
    }

    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        switch event.type.string {
        case "session.observed", "session.absent": try see(event, &context)
        case "run.completed":
            try context.database.run("INSERT OR IGNORE INTO looked VALUES (?)", event.subject.string)
        case "watch.renamed": try rename(event, context.database)
        default: break
        }
    }

    /// An absent session's data is `{}`, so that nobody speaks in it.
    private func see(_ event: EventView, _ context: inout FoldContext) throws {
        let subject = event.subject.string
        guard let slash = subject.firstIndex(of: "/") else { throw FoldError("its subject is not WATCH/KEY") }
        let (watch, session) = (String(subject[..<slash]), String(subject[subject.index(after: slash)...]))
        let data = String(decoding: event.data, as: UTF8.self)
        let database = context.database
        let origin = try origin(of: event, watch, database)

        var dropped: [String] = []
        try database.forEach(
            """
            SELECT speaker FROM bookings WHERE watch = ?1 AND session = ?2
            AND speaker NOT IN (SELECT value FROM json_each(?3, '$.speakers') WHERE type = 'text') ORDER BY speaker
            """, watch, session, data
        ) { dropped.append($0.text(0)) }
        for speaker in dropped {
            try database.run(
                "DELETE FROM bookings WHERE watch = ? AND session = ? AND speaker = ?", watch, session, speaker)
            try context.emit(
                "speaker.dropped", subject: "\(watch)/\(speaker)", origin: origin, detail: Array(session.utf8))
        }

        var booked: [String] = []
        try database.forEach(
            """
            SELECT DISTINCT value FROM json_each(?3, '$.speakers') WHERE type = 'text'
            AND value NOT IN (SELECT speaker FROM bookings WHERE watch = ?1 AND session = ?2) ORDER BY value
            """, watch, session, data
        ) { booked.append($0.text(0)) }
        for speaker in booked {
            try database.run("INSERT INTO bookings VALUES (?, ?, ?, ?)", watch, session, speaker, event.observed)
            try context.emit(
                "speaker.booked", subject: "\(watch)/\(speaker)", origin: origin, detail: Array(session.utf8))
        }
    }

    /// Until a watch has had a complete look, what it sees is no news.
    private func origin(of event: EventView, _ watch: String, _ database: Connection) throws -> Origin {
        if event.source.hasPrefix("/import/") { return .import }
        if event.causation != nil { return .reading }
        let hasLooked = try database.first("SELECT 1 FROM looked WHERE watch = ?", watch) { _ in true }
        return hasLooked == true ? .live : .firstLook
    }

    /// The bookings go on under the new name.
    private func rename(_ event: EventView, _ database: Connection) throws {
        guard let was = try event.dataJSON()["was"]?.stringValue else { return }
        try database.run("UPDATE OR REPLACE bookings SET watch = ? WHERE watch = ?", event.subject.string, was)
        try database.run("UPDATE OR REPLACE looked SET watch = ? WHERE watch = ?", event.subject.string, was)
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) -> JSONMembers {
        let parts = change.subject.split(separator: "/", maxSplits: 1).map(String.init)
        return [
            ("watch", .string(parts.first ?? "")), ("speaker", .string(parts.last ?? "")),
            ("session", .string(String(decoding: detail, as: UTF8.self))),
        ]
    }
}
