// `search`: the texts of all items of all collections, as they are now, in a full-text index.

import CanonicalJSON
import EventLog

/// The projection that `daybook search` asks. It knows the newest state of each item and no other.
///
/// While a generation is filled, an event only replaces an item's text; the index is made of what is left at the end
/// (`createIndexes`), and from then on triggers keep it. So a history in which every item changed a hundred times costs the
/// index one pass over the items.
public struct Search: Projection {
    public let name = "search"
    public let version = 1
    public let families = Set(KeyedCollection.kinds.map(\.family) + ["watch"])

    public init() {}

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            \(NameTable.definition)
            CREATE TABLE items (
              id INTEGER PRIMARY KEY, family TEXT NOT NULL, watch TEXT NOT NULL, key TEXT NOT NULL,
              present INTEGER NOT NULL,
              sequence INTEGER NOT NULL,   -- of the event that it was last observed or found absent by
              title TEXT NOT NULL, body TEXT NOT NULL,
              UNIQUE (watch, key, family)
            );
            """)
    }

    public func createIndexes(_ database: Connection) throws {
        try database.execute(
            """
            CREATE VIRTUAL TABLE texts USING fts5(
              key, title, body, content=items, content_rowid=id, prefix='2 3', tokenize='unicode61 remove_diacritics 2'
            );
            INSERT INTO texts (texts) VALUES ('rebuild');
            CREATE TRIGGER item_added AFTER INSERT ON items BEGIN
              INSERT INTO texts (rowid, key, title, body) VALUES (new.id, new.key, new.title, new.body);
            END;
            CREATE TRIGGER item_reworded AFTER UPDATE OF title, body ON items BEGIN
              INSERT INTO texts (texts, rowid, key, title, body)
              VALUES ('delete', old.id, old.key, old.title, old.body);
              INSERT INTO texts (rowid, key, title, body) VALUES (new.id, new.key, new.title, new.body);
            END;
            """)
    }

    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        let type = event.type.raw
        if event.type == NameTable.eventType {
            try rename(event, context.database)
        } else if type.hasSuffix(".observed") {
            try see(event, context.database)
        } else if type.hasSuffix(".absent") {
            let place = try ItemPlace(subject: event.subject.raw)
            try context.database.run(
                """
                UPDATE items SET present = 0, sequence = ?4
                WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2 AND family = ?3
                """, TextInPlace(place.watch), TextInPlace(place.key), TextInPlace(event.family.raw), event.sequence)
        }
    }

    /// Texts are written only where they differ, which is what moves the index.
    private func see(_ event: EventView, _ database: Connection) throws {
        let place = try ItemPlace(subject: event.subject.raw)
        let text = try ItemWords(event.data)
        let known = try database.first(
            """
            SELECT id, title, body FROM items
            WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2 AND family = ?3
            """, TextInPlace(place.watch), TextInPlace(place.key), TextInPlace(event.family.raw)
        ) { row in
            let isSame = row.bytes(1).elementsEqual(text.title) && row.bytes(2).elementsEqual(text.body)
            return (id: Int64(row.int(0)), isSame: isSame)
        }
        switch known {
        case (let id, true)?:
            try database.run("UPDATE items SET present = 1, sequence = ? WHERE id = ?", event.sequence, id)
        case (let id, false)?:
            try text.bound { title, body in
                try database.run(
                    "UPDATE items SET present = 1, sequence = ?, title = ?, body = ? WHERE id = ?", event.sequence,
                    title, body, id)
            }
        case nil:
            try text.bound { title, body in
                try database.run(
                    """
                    INSERT INTO items (family, watch, key, present, sequence, title, body)
                    VALUES (?1, coalesce((SELECT watch FROM names WHERE former = ?2), ?2), ?3, 1, ?4, ?5, ?6)
                    """, TextInPlace(event.family.raw), TextInPlace(place.watch), TextInPlace(place.key),
                    event.sequence, title, body)
            }
        }
    }

    private func rename(_ event: EventView, _ database: Connection) throws {
        guard let former = try NameTable(database).rename(event) else { return }
        try former.withUnsafeBytes { former in
            try database.run(
                "UPDATE OR IGNORE items SET watch = ? WHERE watch = ?", TextInPlace(event.subject.raw),
                TextInPlace(former))
        }
    }

    /// It tells of no changes.
    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers { [] }
}
