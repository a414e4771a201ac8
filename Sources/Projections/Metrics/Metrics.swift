// `metrics`: every datapoint of every metric, by when it was recorded. Alarms are evaluated over these, now and over the past.

import EventLog

/// The projection of metrics. It tells no changes.
public struct Metrics: Projection {
    public let name = "metrics"
    public let version = 2
    public let families: Set<String> = Set(
        Metric.all.flatMap(\.families) + Metric.sources.flatMap(\.families) + ["watch"])

    public init() {}

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            \(NameTable.definition)
            CREATE TABLE series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL, label TEXT NOT NULL, UNIQUE (metric, label));
            CREATE TABLE datapoints (
              series INTEGER NOT NULL, recorded INTEGER NOT NULL, sequence INTEGER NOT NULL, value REAL NOT NULL,
              PRIMARY KEY (series, recorded, sequence)
            ) WITHOUT ROWID;
            """ + Metric.sources.map(\.tables).joined())
    }

    public func createIndexes(_ database: Connection) throws {
        try database.execute("CREATE INDEX datapoints_by_sequence ON datapoints (sequence)")
    }

    /// What was brought in from elsewhere gives no numbers, as it says nothing about how this daybook does; how things stand by it is
    /// known all the same.
    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        if event.type == NameTable.eventType { return try rename(event, context.database) }
        let writer = SeriesWriter(
            database: context.database, event: event, isSilent: Origin.imported(event) != nil)
        for source in Metric.sources { try source.fold(event, into: writer) }
    }

    private func rename(_ event: EventView, _ database: Connection) throws {
        guard let former = try NameTable(database).rename(event) else { return }
        let watches = Metric.all.filter { $0.label == .watch }.map(\.name)
        try former.withUnsafeBytes { former in
            for metric in watches {
                try database.run(
                    "UPDATE OR IGNORE series SET label = ? WHERE metric = ? AND label = ?",
                    TextInPlace(event.subject.raw), metric, TextInPlace(former))
            }
            for source in Metric.sources { try source.rename(former, to: event.subject.raw, database) }
        }
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers { [] }
}
