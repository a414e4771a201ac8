// Projections as of a moment, in databases of their own that nobody keeps up: to be looked at with any SQLite tool.

import EventLog
import Foundation

/// Fills databases as they stood at a point of the past.
public struct PastState: Sendable {
    /// One filled database.
    public struct Database: Sendable, Equatable {
        public let projection: String
        public let path: String
    }

    private let source: any EventSource
    private let projections: [any Projection]
    private let point: AsOf

    public init(of projections: [any Projection], asOf point: AsOf, in log: EventLog) {
        self.init(of: projections, asOf: point, source: log)
    }

    init(of projections: [any Projection], asOf point: AsOf, source: any EventSource) {
        self.point = point
        switch point {
        case .now:
            self.source = source
            self.projections = projections
        case .sequence(let last):
            self.source = PrefixSource(source: source, events: last == .max ? last : last + 1)
            self.projections = projections
        case .observed(let time):
            // What was observed by then may stand anywhere in the log.
            self.source = source
            self.projections = projections.map { ObservedBy(time: time, projection: $0) }
        }
    }

    /// Writes `FOLDER/NAME.sqlite` for each projection, one file each without companions; the folder is made. Throws
    /// `.stopped` where an event cannot be taken in, and leaves nothing.
    public func fill(
        into folder: String, progress: @escaping RebuildProgress = { _, _ in }
    ) async throws(ProjectionError) -> [Database] {
        let workshop = folder + "/.filling"
        defer { try? FileManager.default.removeItem(atPath: workshop) }
        let filled = try await databases(in: workshop, progress: progress)
        return try ProjectionEngine.explained {
            try filled.map { name, path in
                // Alone in its file, and readable where nothing can be written beside it.
                try Connection(path, .share).execute("PRAGMA journal_mode=DELETE")
                let place = "\(folder)/\(name).sqlite"
                guard rename(path, place) == 0 else {
                    throw ProjectionError.storage(path: place, reason: String(cString: strerror(errno)))
                }
                return Database(projection: name, path: place)
            }
        }
    }

    private func databases(
        in folder: String, progress: @escaping RebuildProgress
    ) async throws(ProjectionError) -> [(String, String)] {
        let engine = try ProjectionEngine(source: source, folder: folder, projections: projections)
        try await engine.rebuild(progress: progress)
        return engine.members.map { ($0.projection.name, $0.shelf.databasePath($0.shelf.currentNumber() ?? 1)) }
    }
}

/// A log's first events.
private struct PrefixSource: EventSource {
    let source: any EventSource
    let events: UInt64

    func end() throws -> UInt64 { min(events, try source.end()) }
    func digestOfLine(at sequence: UInt64) throws -> Digest? { try source.digestOfLine(at: sequence) }
    func read(from: UInt64, to: UInt64, _ body: (EventView) throws -> Void) throws {
        try source.read(from: from, to: to, body)
    }
}

/// A projection that only sees what had been observed by a time.
private struct ObservedBy: Projection {
    let time: Timestamp
    let projection: any Projection

    var name: String { projection.name }
    var version: Int { projection.version }
    var families: Set<String> { projection.families }

    func createTables(_ database: Connection) throws { try projection.createTables(database) }
    func createIndexes(_ database: Connection) throws { try projection.createIndexes(database) }

    func fold(_ event: EventView, into context: inout FoldContext) throws {
        if event.observed <= time { try projection.fold(event, into: &context) }
    }

    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        try projection.describe(change, detail: detail, in: database)
    }
}
