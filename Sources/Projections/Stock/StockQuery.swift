// Questions to `stock` that other collections do not have: availability, since when, last seen when, and how each watch stands.

import CanonicalJSON
import EventLog
import Observations

/// What is known of an item's stock at one moment.
public struct StockState: Sendable, Equatable {
    /// Of an item that is absent: out of stock.
    public let availability: Availability
    /// Since when it has been that.
    public let since: Timestamp
    /// The time of the last look that saw the item.
    public let lastSeen: Timestamp
}

/// Reads the tables of the projection `stock`, inside `ProjectionEngine.read`.
public struct StockQuery {
    private let database: Connection

    public init(_ database: Connection) { self.database = database }

    /// Nil for the database of another collection.
    init?(ifIn database: Connection) {
        let isThere = try? database.first("SELECT 1 FROM sqlite_master WHERE name = 'stock_runs'") { _ in true }
        guard isThere == true else { return nil }
        self.init(database)
    }

    /// How each watch stood after its last run that had something to say, by name.
    public func statuses(asOf: AsOf = .now) throws -> [String: StockStatus] {
        var statuses: [String: StockStatus] = [:]
        for watch in try database.watches(in: "stock_runs") { statuses[watch] = try status(of: watch, asOf: asOf) }
        return statuses
    }

    private func status(of watch: String, asOf: AsOf) throws -> StockStatus? {
        let limits = asOf.limits
        return try database.first(
            """
            SELECT status FROM stock_runs WHERE watch = ? AND sequence <= ? AND time <= ? AND status IS NOT NULL
            ORDER BY sequence DESC LIMIT 1
            """, watch, limits.sequence, limits.time
        ) { StockStatus(rawValue: $0.text(0)) } ?? nil
    }

    func status(at sequence: UInt64) throws -> StockStatus? {
        try database.first("SELECT status FROM stock_runs WHERE sequence = ?", sequence) {
            StockStatus(rawValue: $0.text(0))
        } ?? nil
    }

    // MARK: Items

    /// What a row's version says of its stock; the row as it held at that moment.
    func state(of row: ItemRow, asOf: AsOf, _ memo: inout [String: Int64]) throws -> StockState? {
        let own = try database.first(
            """
            SELECT stock_versions.item, availability, since FROM stock_versions JOIN items ON items.id = stock_versions.item
            WHERE items.watch = ? AND items.key = ? AND stock_versions.sequence = ?
            """, row.watch, row.key, row.sequence
        ) { (Int64($0.int(0)), Availability(rawValue: $0.text(1)) ?? .unknown, $0.time(2)) }
        guard let (item, availability, since) = own else { return nil }
        let seen = try lastSeen(item, row, asOf: asOf, &memo)
        return StockState(availability: availability, since: since, lastSeen: seen)
    }

    /// - Parameter memo: by watch, the sequence of the last run by that moment.
    private func lastSeen(
        _ item: Int64, _ row: ItemRow, asOf: AsOf, _ memo: inout [String: Int64]
    ) throws -> Timestamp {
        let last = try memo[row.watch] ?? lastRun(of: row.watch, asOf: asOf)
        memo[row.watch] = last
        // What is absent was last seen before it was found to be.
        let end = row.state == .present ? last : min(last, Int64(clamping: row.sequence))
        let seen = try database.first(
            """
            SELECT time FROM stock_runs WHERE watch = ?1 AND looked = 1 AND sequence <= ?2
              AND NOT EXISTS (SELECT 1 FROM stock_misses WHERE item = ?3 AND sequence = stock_runs.sequence)
            ORDER BY sequence DESC LIMIT 1
            """, row.watch, end, item
        ) { $0.time(0) }
        guard row.state == .present else { return seen ?? row.firstSeen }
        return max(seen ?? row.lastChanged, row.lastChanged)
    }

    /// Until when an item was known to be as its row says: the last look that saw it, or that found it absent.
    public func knownUntil(_ row: ItemRow, asOf: AsOf) throws -> Timestamp {
        guard row.state == .absent else { return row.stock?.lastSeen ?? row.lastChanged }
        let limits = asOf.limits
        let look = try database.first(
            """
            SELECT time FROM stock_runs WHERE watch = ? AND looked = 1 AND sequence <= ? AND time <= ?
            ORDER BY sequence DESC LIMIT 1
            """, row.watch, limits.sequence, limits.time
        ) { $0.time(0) }
        return max(look ?? row.lastChanged, row.lastChanged)
    }

    private func lastRun(of watch: String, asOf: AsOf) throws -> Int64 {
        let limits = asOf.limits
        return try database.first(
            "SELECT max(sequence) FROM stock_runs WHERE watch = ? AND sequence <= ? AND time <= ?", watch,
            limits.sequence, limits.time
        ) { Int64($0.int(0)) } ?? 0
    }

    /// `{"key","name","availability","price"?,"url"?,"was"?}`: an item as a change of its watch names it; `was` is the price before.
    func named(_ item: Int64, at sequence: UInt64, priceBefore: JSON?) throws -> JSON? {
        let found = try database.first(
            """
            SELECT items.key, versions.sequence, versions.time, versions.version, versions.packed FROM items
            JOIN versions ON versions.place =
              (SELECT place FROM versions WHERE item = ?1 AND sequence <= ?2 ORDER BY sequence DESC LIMIT 1)
            WHERE items.id = ?1
            """, item, sequence
        ) { row in
            (
                key: row.text(0),
                held: try ItemVersions(database).held(row, 1, item: item, goesBack: false, .sequence(sequence))
            )
        }
        guard let found, let held = found.held else { return nil }
        let availability = try database.first(
            "SELECT availability FROM stock_versions WHERE item = ? AND sequence = ?", item, held.version.sequence
        ) { $0.text(0) }
        guard let availability else { return nil }
        let fields = try JSON.parse(held.state)
        var object = JSONObject([
            ("key", .string(found.key)), ("name", .string(Self.name(fields, key: found.key))),
            ("availability", .string(availability)),
        ])
        object["price"] = fields["price"]
        object["url"] = fields["url"]
        object["was"] = priceBefore
        return .object(object)
    }

    /// What an item is called: its name or title, else its key.
    public static func name(_ fields: JSON, key: String) -> String {
        ["name", "title"].lazy.compactMap { fields[$0]?.stringValue }.first { !$0.isEmpty } ?? key
    }

    /// How many of a watch's present items had which availability after an event: `{"in-stock","out-of-stock","unknown"}`.
    func counts(of watch: String, at sequence: UInt64) throws -> JSON {
        var counts = JSONObject(Availability.allCases.map { ($0.rawValue, 0) })
        try database.forEach(
            """
            SELECT stock_versions.availability, count(*) FROM items
            JOIN stock_versions ON stock_versions.item = items.id AND stock_versions.sequence =
              (SELECT sequence FROM stock_versions WHERE item = items.id AND sequence <= ?2 ORDER BY sequence DESC LIMIT 1)
            WHERE items.watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND stock_versions.present = 1
            GROUP BY stock_versions.availability
            """, watch, sequence
        ) { counts[$0.text(0)] = JSON($0.int(1)) }
        return .object(counts)
    }
}
