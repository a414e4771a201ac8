// What can be measured of a daybook, for alarms: the register of metrics. A later kind adds its source to `Metric.sources`.

import EventLog

/// A quantity of which the log gives a number now and again.
public struct Metric: Sendable, Equatable {
    /// What tells its series apart, and what an alarm can narrow it to.
    public enum Label: String, Sendable { case watch, channel }

    /// Where its numbers come from.
    public enum Shape: Sendable, Equatable {
        /// Each datapoint stands for itself.
        case datapoints
        /// The seconds that have gone by since the newest datapoint's value, a time in milliseconds: one number at each period's end.
        case age
    }

    /// Such as `run.errors`.
    public let name: String
    public let label: Label
    public let shape: Shape
    /// What it counts, such as `seconds`.
    public let unit: String
    /// What a datapoint is, as the configuration's reference says it.
    public let about: String
    /// The families whose events make its datapoints.
    public let families: Set<String>

    init(
        _ name: String, by label: Label, shape: Shape = .datapoints, unit: String, families: Set<String>,
        _ about: String
    ) {
        self.name = name
        self.label = label
        self.shape = shape
        self.unit = unit
        self.about = about
        self.families = families
    }

    /// Every metric that there is. A source that is added, or that says other numbers, needs a new `Metrics.version`.
    static let sources: [any MetricSource] = [RunMetrics(), DeliveryMetrics(), StockMetrics()]

    public static let all: [Metric] = sources.flatMap(\.metrics)

    public static func named(_ name: String) -> Metric? { all.first { $0.name.utf8.elementsEqual(name.utf8) } }
}

/// Where some metrics come from: what an event says about them.
protocol MetricSource: Sendable {
    var metrics: [Metric] { get }
    /// Beside those of its metrics, families that it has to see to know how things stand.
    var families: Set<String> { get }
    /// Tables of its own, for what is to be known between events; their names begin with its family.
    var tables: String { get }
    func fold(_ event: EventView, into series: SeriesWriter) throws
    /// A watch goes on under another name.
    func rename(_ former: UnsafeRawBufferPointer, to name: UnsafeRawBufferPointer, _ database: Connection) throws
}

extension MetricSource {
    var families: Set<String> { [] }
    var tables: String { "" }
    func rename(_ former: UnsafeRawBufferPointer, to name: UnsafeRawBufferPointer, _ database: Connection) throws {}
}

/// Where a source puts its datapoints: always at the event's own sequence and recorded time, since an alarm may only know what
/// had been recorded.
struct SeriesWriter {
    let database: Connection
    let event: EventView
    /// Nothing is put there.
    let isSilent: Bool

    /// What the watch of this name is called now.
    func watch(_ name: UnsafeRawBufferPointer) throws -> String {
        try NameTable(database).resolved(String(decoding: name, as: UTF8.self))
    }

    /// Values are never negative: of a sum it must be known that it only grows.
    func add(_ metric: String, _ label: String, _ value: Double) throws {
        guard !isSilent else { return }
        try database.run(
            "INSERT OR REPLACE INTO datapoints (series, recorded, sequence, value) VALUES (?, ?, ?, ?)",
            try series(metric, label), event.recorded, event.sequence, max(0, value))
    }

    /// The newest value so far.
    func last(_ metric: String, _ label: String) throws -> Double? {
        try database.first(
            """
            SELECT value FROM datapoints WHERE series = (SELECT id FROM series WHERE metric = ? AND label = ?)
            ORDER BY recorded DESC, sequence DESC LIMIT 1
            """, metric, label
        ) { $0.double(0) }
    }

    private func series(_ metric: String, _ label: String) throws -> Int64 {
        let known = try database.first("SELECT id FROM series WHERE metric = ? AND label = ?", metric, label) {
            Int64($0.int(0))
        }
        if let known { return known }
        try database.run("INSERT INTO series (metric, label) VALUES (?, ?)", metric, label)
        return database.lastInsertedRow
    }
}
