// Questions to `metrics`.

import EventLog

/// One number of a metric, and the event that gave it.
public struct Datapoint: Sendable, Equatable {
    public let metric: String
    /// The watch or the channel that it is about.
    public let label: String
    public let recorded: Timestamp
    public let sequence: UInt64
    public let value: Double

    public init(metric: String, label: String, recorded: Timestamp, sequence: UInt64, value: Double) {
        self.metric = metric
        self.label = label
        self.recorded = recorded
        self.sequence = sequence
        self.value = value
    }
}

/// Reads the tables of `metrics`, inside `ProjectionEngine.read`.
public struct MetricQuery {
    private let database: Connection

    public init(_ database: Connection) { self.database = database }

    /// A metric's datapoints from a time on, in the order in which they were recorded.
    ///
    /// - Parameter labels: those of these watches or channels; of all where nil.
    public func datapoints(
        of metric: String, labels: [String]?, from: Timestamp, before end: UInt64 = .max
    ) throws -> [Datapoint] {
        var found: [Datapoint] = []
        for series in try self.series(of: metric, labels) {
            try database.forEach(
                """
                SELECT recorded, sequence, value FROM datapoints WHERE series = ? AND recorded >= ? AND sequence < ?
                ORDER BY recorded, sequence
                """, series.id, from, end
            ) { found.append(Datapoint(metric, series.label, $0)) }
        }
        return found.sorted { ($0.sequence, $0.label) < ($1.sequence, $1.label) }
    }

    /// The newest datapoint of each series before a time.
    public func last(of metric: String, labels: [String]?, before time: Timestamp) throws -> [Datapoint] {
        try series(of: metric, labels).compactMap { series in
            try database.first(
                """
                SELECT recorded, sequence, value FROM datapoints WHERE series = ? AND recorded < ?
                ORDER BY recorded DESC, sequence DESC LIMIT 1
                """, series.id, time
            ) { Datapoint(metric, series.label, $0) }
        }
    }

    /// All datapoints that events from `sequence` on, and before `end`, have given, in order.
    public func datapoints(from sequence: UInt64, before end: UInt64) throws -> [Datapoint] {
        var found: [Datapoint] = []
        try database.forEach(
            """
            SELECT recorded, sequence, value, metric, label FROM datapoints JOIN series ON series.id = series
            WHERE sequence >= ? AND sequence < ? ORDER BY sequence, series
            """, sequence, end
        ) { found.append(Datapoint($0.text(3), $0.text(4), $0)) }
        return found
    }

    private func series(of metric: String, _ labels: [String]?) throws -> [(id: Int64, label: String)] {
        var found: [(id: Int64, label: String)] = []
        try database.forEach("SELECT id, label FROM series WHERE metric = ? ORDER BY label", metric) {
            found.append((Int64($0.int(0)), $0.text(1)))
        }
        guard let labels else { return found }
        let isByWatch = Metric.named(metric)?.label == .watch
        let names = Set(
            try labels.map { Array((isByWatch ? try NameTable(database).resolved($0) : $0).utf8) })
        return found.filter { names.contains(Array($0.label.utf8)) }
    }
}

extension Datapoint {
    fileprivate init(_ metric: String, _ label: String, _ row: ResultRow) {
        self.init(
            metric: metric, label: label, recorded: row.time(0), sequence: row.sequence(1), value: row.double(2))
    }
}
