// Finding and opening the daybook that a command is about.

import EventLog
import Foundation
import Ingestors
import Projections

/// The log and the projections of one data folder, opened for asking.
package struct Place: Sendable {
    package let log: EventLog
    package let engine: ProjectionEngine
    /// Where the engine keeps its databases, where that is not in the data folder.
    private var aside: FolderAside?

    /// Opens an existing daybook and brings its projections to the log's end, so that one reads what one wrote.
    ///
    /// A disk that is full or may only be read keeps nobody from asking: the tables are then made for this one question elsewhere.
    ///
    /// - Parameter further: projections that not every question needs.
    static func forAsking(
        _ options: PlaceOptions, with further: [any Projection] = []
    ) async throws -> Place {
        let log = try openLog(try dataDirectory(options), create: false)
        let projections = allProjections + further
        do {
            let place = Place(log: log, engine: try ProjectionEngine(log: log, projections: projections))
            try await place.fill(further)
            try await place.engine.catchUp()
            return place
        } catch {
            guard case .storage(_, let reason) = error, let aside = FolderAside() else { throw error }
            Console.current.error(
                "daybook: \(log.dataDirectory)/projections cannot be used (\(reason)); the answer was worked out from the log alone"
            )
            let engine = try ProjectionEngine(log: log, folder: aside.path, projections: projections)
            do { try await engine.catchUp() } catch {
                throw ProjectionError.storage(path: aside.path, reason: "\(error)")
            }
            return Place(log: log, engine: engine, aside: aside)
        }
    }

    init(log: EventLog, engine: ProjectionEngine, aside: FolderAside? = nil) {
        self.log = log
        self.engine = engine
        self.aside = aside
    }

    /// - Parameter clock: what events are recorded by.
    package static func open(
        _ dataDirectory: String, create: Bool, clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws -> Place {
        let log = try openLog(dataDirectory, create: create, headsKept: 4_096, clock: clock)
        let engine = try ProjectionEngine(log: log, projections: allProjections)
        return Place(log: log, engine: engine)
    }

    /// Root does so as the data's owner. A torn tail that is set aside is told on standard error, since it is something the user may want to look at.
    static func openLog(
        _ dataDirectory: String, create: Bool, headsKept: Int = 400_000,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws -> EventLog {
        DataOwner.act(for: dataDirectory)
        let console = Console.current
        do {
            return try EventLog.open(
                dataDirectory, create: create, headsKept: headsKept, clock: clock,
                notices: { console.error("daybook: \($0)") })
        } catch {
            guard case .noData = error, access(dataDirectory, R_OK | X_OK) != 0, errno == EACCES else { throw error }
            throw Failure(
                .world, "cannot read \(dataDirectory): permission denied; ask its owner, or choose another with --data")
        }
    }

    /// Fills those of these projections that have never been filled, which may take a while, and shows how far it is.
    private func fill(_ projections: [any Projection]) async throws(ProjectionError) {
        let missing = try engine.status().filter { status in
            status.generation == 0 && projections.contains { $0.name == status.name }
        }
        guard !missing.isEmpty, Console.current.showsProgress else { return }
        let progress = Progress("Reading the log", unit: "events")
        defer { progress.finish() }
        do throws(ProjectionError) {
            try await engine.rebuild(missing.map(\.name)) { progress.update(Int($0), of: Int($1)) }
        } catch {
            // One that cannot take in an event is filled as far as it goes by whoever catches up next.
            guard case .stopped = error else { throw error }
        }
    }

    /// Those that every command keeps at the log's end.
    static var allProjections: [any Projection] {
        KeyedCollection.kinds + [Runs(), Metrics(), Alarms()] + DaybookApplication.current.projections
    }

    /// The same and those that only some questions need, and that are brought up to date when these are asked.
    static var everyProjection: [any Projection] { allProjections + [Search()] }

    /// The whole configuration, checked; its warnings are told on standard error. `--data` takes precedence over its `data:`.
    static func configuration(_ options: PlaceOptions) throws -> Configuration {
        var configuration = try Configuration.load(options.config)
        for warning in configuration.warnings { Console.current.error("daybook: \(warning)") }
        if let data = options.data { configuration.dataDirectory = data }
        return configuration
    }

    /// `--data`, else the configuration's `data:`. A query needs nothing else of the configuration, so a file that has
    /// an error in a watch does not keep anyone from asking.
    static func dataDirectory(_ options: PlaceOptions) throws -> String {
        if let data = options.data { return data }
        return try Configuration.dataDirectory(at: options.config)
    }
}

/// A folder among the system's temporary ones, gone with this value.
final class FolderAside: Sendable {
    let path: String

    init?() {
        let path = NSTemporaryDirectory() + "daybook-\(UUID())"
        guard mkdir(path, 0o700) == 0 else { return nil }
        self.path = path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension PlaceOptions {
    /// What to do so that a watch that has just been written is looked at: a service has to take up the file first.
    func stepsToCheck(_ watch: String) -> String {
        let check = "daybook check \(watch)"
        guard let data = try? Place.dataDirectory(self), let process = HandOverClient(dataDirectory: data).holder else {
            return check
        }
        return "kill -HUP \(process) (it keeps watch here), then \(check)"
    }
}

extension Configuration {
    /// The watches with these names, in the file's order; all of them when none is named.
    func chosen(_ names: [String]) throws -> [WatchDefinition] {
        for name in names where !watches.contains(where: { $0.name == name }) {
            let known = watches.map(\.name)
            let nearest = NearestName.of(name, in: known).map { "did you mean \"\($0)\"?" }
            throw Failure(
                .usage, "\(file) has no watch \"\(name)\"; \(nearest ?? "it has \(known.joined(separator: ", "))")")
        }
        return names.isEmpty ? watches : watches.filter { names.contains($0.name) }
    }
}

/// The account that runs this process, by uid: `$USER` is whatever one sets it to.
func accountName() -> String {
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return String(getuid()) }
    return String(cString: name)
}
