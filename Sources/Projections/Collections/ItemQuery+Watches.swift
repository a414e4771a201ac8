// Which watches a collection has items of.

extension ItemQuery {
    /// In the order of their bytes, by the names that they have.
    public func watches() throws -> [String] {
        var names: [String] = []
        // A seek in the index for each watch; DISTINCT would walk over every item.
        try database.forEach(
            """
            WITH RECURSIVE names (watch) AS (
              SELECT min(watch) FROM items
              UNION ALL SELECT (SELECT min(watch) FROM items WHERE watch > names.watch) FROM names
              WHERE names.watch IS NOT NULL
            )
            SELECT watch FROM names WHERE watch IS NOT NULL
            """
        ) { names.append($0.text(0)) }
        return names
    }

    /// The names that watches had before they were renamed.
    public func formerNames() throws -> [String] {
        var names: [String] = []
        try database.forEach("SELECT former FROM names ORDER BY former") { names.append($0.text(0)) }
        return names
    }
}
