// Which watches a collection has items of.

extension ItemQuery {
    /// In the order of their bytes, by the names that they have.
    public func watches() throws -> [String] {
        try database.watches(in: "items")
    }

    /// The names that watches had before they were renamed.
    public func formerNames() throws -> [String] {
        var names: [String] = []
        try database.forEach("SELECT former FROM names ORDER BY former") { names.append($0.text(0)) }
        return names
    }
}

extension Connection {
    /// The names in a table's column `watch`, in the order of their bytes: a seek in its index for each; DISTINCT would walk over
    /// every row.
    func watches(in table: StaticString) throws -> [String] {
        var names: [String] = []
        try forEach(
            dynamic: """
                WITH RECURSIVE names (watch) AS (
                  SELECT min(watch) FROM \(table)
                  UNION ALL SELECT (SELECT min(watch) FROM \(table) WHERE watch > names.watch) FROM names
                  WHERE names.watch IS NOT NULL
                )
                SELECT watch FROM names WHERE watch IS NOT NULL
                """
        ) { names.append($0.text(0)) }
        return names
    }
}
