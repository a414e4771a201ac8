// Questions to `search`.

import CanonicalJSON

/// An item that has the words.
public struct SearchRow: Sendable, Equatable {
    /// A piece of the text around the words.
    public struct Piece: Sendable, Equatable {
        public let text: String
        /// Whether it is one of the words that were searched for.
        public let isMatch: Bool

        public init(_ text: String, isMatch: Bool) {
            self.text = text
            self.isMatch = isMatch
        }
    }

    /// The collection that it is in: `sessions`.
    public let kind: String
    public let watch: String
    public let key: String
    public let state: ItemState
    /// Of the event that it was last observed, or found absent, by.
    public let sequence: UInt64
    public let title: String
    /// Where the words stand; of the title where they are there.
    public let snippet: [Piece]

    /// `{"kind","watch","key","state","title","snippet","matches":[…],"sequence"}`, without a newline.
    public var line: [UInt8] {
        var line = JSONLine()
        line.add("kind", kind)
        line.add("watch", watch)
        line.add("key", key)
        line.add("state", state.rawValue)
        line.add("title", title)
        line.add("snippet", snippet.map(\.text).joined())
        line.add("matches", .array(snippet.filter(\.isMatch).map { .string($0.text) }))
        line.add("sequence", sequenceText(sequence))
        return line.finished
    }
}

/// Reads the tables of `search`, inside `ProjectionEngine.read`.
public struct SearchQuery {
    private let database: Connection

    public init(_ database: Connection) { self.database = database }

    /// The items that have all the words, best first, and how many there are without the limit. A word in the key counts most,
    /// then one in the title.
    ///
    /// - Parameter kind: a collection: `sessions`.
    public func find(
        _ words: SearchWords, kind: String? = nil, watch: String? = nil, state: ItemState? = nil, limit: Int
    ) throws -> (rows: [SearchRow], total: Int) {
        var rows: [SearchRow] = []
        let family = kind.map { kind in KeyedCollection.kinds.first { $0.name == kind }?.family ?? "" }
        let watch = try watch.map(NameTable(database).resolved)
        let isPresent = state.map { $0 == .present }
        let chosen = """
            FROM texts JOIN items ON items.id = texts.rowid
            WHERE texts MATCH ?1 AND (?2 IS NULL OR items.family = ?2) AND (?3 IS NULL OR items.watch = ?3)
              AND (?4 IS NULL OR items.present = ?4)
            """
        try database.forEach(
            dynamic: """
                SELECT items.family, items.watch, items.key, items.present, items.sequence, items.title,
                  snippet(texts, -1, char(1), char(2), '…', 16)
                \(chosen) ORDER BY bm25(texts, 10.0, 5.0, 1.0), items.watch, items.key LIMIT ?5
                """, words.expression, family, watch, isPresent, limit
        ) { rows.append(SearchRow($0)) }
        var total = rows.count
        guard rows.count == limit else { return (rows, total) }
        try database.forEach(
            dynamic: "SELECT count(*) \(chosen)", words.expression, family, watch, isPresent
        ) { total = $0.int(0) }
        return (rows, total)
    }
}

extension SearchRow {
    fileprivate init(_ row: ResultRow) {
        let family = row.text(0)
        self.init(
            kind: KeyedCollection.kinds.first { $0.family == family }?.name ?? family, watch: row.text(1),
            key: row.text(2), state: ItemState(present: row.bool(3)), sequence: row.sequence(4), title: row.text(5),
            snippet: SearchRow.pieces(row.text(6)))
    }

    /// Cuts a snippet at the marks around its matches. Marks that stood in the text itself may make it look as though more
    /// matched, and nothing worse.
    static func pieces(_ marked: String) -> [Piece] {
        var pieces: [Piece] = []
        var isMatch = false
        var text = String.UnicodeScalarView()
        func end() {
            if !text.isEmpty { pieces.append(Piece(String(text), isMatch: isMatch)) }
            text = String.UnicodeScalarView()
        }
        for scalar in marked.unicodeScalars {
            switch scalar.value {
            case 1, 2:
                end()
                isMatch = scalar.value == 1
            default: text.append(scalar)
            }
        }
        end()
        return pieces
    }
}
