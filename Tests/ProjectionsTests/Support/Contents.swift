// What a whole SQLite database holds, as text that can be compared: every table's rows in the order of their keys, and the
// schema. It knows nothing of any table, so it goes on holding when tables change.

import CanonicalJSON
import EventLog

@testable import Projections

/// Rows by table.
typealias Contents = [String: [String]]

extension Connection {
    /// Every row of every table, the engine's own included, but for tables that are named. Of a virtual table (FTS5) the rows
    /// count, and not how it keeps them: that depends on how they came in.
    func contents(without left: Set<String> = []) throws -> Contents {
        var contents: Contents = [:]
        for table in try tables() where !left.contains(table) { contents[table] = try rows(of: table) }
        contents["the schema"] = try schema()
        return contents
    }

    private func tables() throws -> [String] {
        var names: [String] = []
        try forEach(
            """
            SELECT name FROM pragma_table_list
            WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite@_%' ESCAPE '@'
            """
        ) { names.append($0.text(0)) }
        return names
    }

    private func rows(of table: String) throws -> [String] {
        var columns: [String] = []
        var keys: [(Int, String)] = []
        try forEach("SELECT name, pk FROM pragma_table_info(?)", table) { row in
            let name = quoted(row.text(0))
            columns.append("quote(\(name))")
            if row.int(1) > 0 { keys.append((row.int(1), name)) }
        }
        let order = keys.isEmpty ? "rowid" : keys.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: ", ")
        var rows: [String] = []
        try forEach(
            dynamic: "SELECT \(columns.joined(separator: " || ',' || ")) FROM \(quoted(table)) ORDER BY \(order)"
        ) { rows.append($0.text(0)) }
        return rows
    }

    private func schema() throws -> [String] {
        var statements: [String] = []
        try forEach("SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name") {
            statements.append($0.text(0))
        }
        return statements
    }

    private func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}

extension ProjectionEngine {
    /// All that every projection holds, by `PROJECTION.TABLE`, and all that it tells.
    func contents() throws -> Contents {
        var all: Contents = [:]
        for name in members.map(\.projection.name) {
            for (table, rows) in try read(name, { try $0.contents() }) { all["\(name).\(table)"] = rows }
            all["\(name), told"] = try told(name)
        }
        return all
    }

    /// All changes, as canonical JSON.
    func told(_ name: String) throws -> [String] {
        try changes(of: name, limit: .max).map(\.data.canonicalText)
    }
}

extension Contents {
    /// One digest for all of it.
    var digest: String {
        let text = sorted { $0.key < $1.key }.map { "\($0.key)\n\($0.value.joined(separator: "\n"))\n" }.joined()
        return Digest.sha256(Array(text.utf8)).hex
    }

    /// Where they differ, at the first row of each table; nothing where the digests are the same.
    func differences(from expected: Contents) -> [String] {
        guard digest != expected.digest else { return [] }
        return Set(keys).union(expected.keys).sorted().compactMap { table in
            let (found, due) = (self[table] ?? [], expected[table] ?? [])
            // By bytes: Swift's equality of strings would call some of them the same that are not.
            let place = zip(found, due).prefix { $0.utf8.elementsEqual($1.utf8) }.count
            guard place < Swift.max(found.count, due.count) else { return nil }
            let row = { (rows: [String]) in rows.indices.contains(place) ? rows[place] : "no row" }
            return "\(table), row \(place): \(row(found)) instead of \(row(due))"
        }
    }
}
