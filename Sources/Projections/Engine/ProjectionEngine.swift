// The engine as others see it: it keeps projections at the log's end, hands out their tables and their changes, and
// fills them anew when they, or the log, are not what they were.

import CanonicalJSON
import Dispatch
import EventLog
import Foundation
import Synchronization

/// How one projection stands.
public struct ProjectionStatus: Sendable, Equatable {
    public let name: String
    public let version: Int
    /// Which database readers use; 0 when there is none yet.
    public let generation: Int
    /// How many events have been taken in.
    public let checkpoint: UInt64
    /// How many have not.
    public let lag: UInt64
    /// The event that it stopped at, where it did.
    public let failure: ProjectionFailure?
}

/// How far a rebuild has come, over all the projections that it fills in one pass: events taken in, and how many there are.
public typealias RebuildProgress = @Sendable (_ events: UInt64, _ total: UInt64) -> Void

/// Keeps projections beside a log, in `data/projections/NAME-vVERSION-gGENERATION.sqlite`. Several engines, in one process
/// or many, may work on the same folder at the same time.
public final class ProjectionEngine: Sendable {
    struct Member: Sendable {
        let projection: any Projection
        let shelf: Shelf
    }

    let source: any EventSource
    /// Sorted by name: the order in which everyone locks databases.
    let members: [Member]
    let eventsPerBatch: Int
    let loaderSizes: LoaderSizes
    private let generations = Mutex<[String: Generation]>([:])
    /// The databases open for writing; whoever catches up holds the mutex.
    private let stores = Mutex<[String: Store]>([:])
    private let catchingUp = DispatchQueue(label: "daybook.projections.catch-up")
    private let rebuilding = DispatchQueue(label: "daybook.projections.rebuild")

    /// An engine over the log's own folder. Nothing is read or built yet.
    public convenience init(log: EventLog, projections: [any Projection]) throws(ProjectionError) {
        try self.init(source: log, folder: log.dataDirectory + "/projections", projections: projections)
    }

    /// An engine that keeps its databases in a folder of the caller's: for a log whose own cannot be written to.
    public convenience init(
        log: EventLog, folder: String, projections: [any Projection]
    ) throws(ProjectionError) {
        try self.init(source: log, folder: folder, projections: projections)
    }

    init(
        source: any EventSource, folder: String, projections: [any Projection], eventsPerBatch: Int = 20_000,
        loaderSizes: LoaderSizes = LoaderSizes()
    ) throws(ProjectionError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            // Foundation tells it in sentences of its own; the system's word fits into ours.
            mkdir(folder, 0o700)
            throw .storage(path: folder, reason: String(cString: strerror(errno)))
        }
        self.source = source
        self.eventsPerBatch = eventsPerBatch
        self.loaderSizes = loaderSizes
        var members: [Member] = []
        for projection in projections {
            let isTaken = members.contains { $0.projection.name == projection.name }
            guard ProjectionEngine.isName(projection.name), !isTaken else { throw .badName(projection.name) }
            let shelf = Shelf(folder: folder, name: projection.name, version: projection.version)
            members.append(Member(projection: projection, shelf: shelf))
        }
        self.members = members.sorted { $0.projection.name < $1.projection.name }
        for member in members { member.shelf.removeUnused() }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    /// Brings every projection to the log's end as it is when this is called, building what is missing, of another version,
    /// or does not match the log. Afterwards a query sees whatever its caller appended before.
    ///
    /// A projection that meets an event it cannot take in stays before it; `status` names it. That is no error here.
    public func catchUp() async throws(ProjectionError) {
        try await run(on: catchingUp) { cancellation throws(ProjectionError) in
            try ProjectionEngine.explained { try self.catchUp(until: cancellation) }
        }
    }

    /// Fills new generations of these projections (all, when none is named) from the log's first event, beside those in
    /// use, and moves readers over when they have caught up. Throws `.stopped` where an event cannot be taken in; the
    /// old generation then stays.
    public func rebuild(
        _ names: [String] = [], progress: @escaping RebuildProgress = { _, _ in }
    ) async throws(ProjectionError) {
        var titles: Set<String> = []
        for name in names { titles.insert(try member(name).shelf.title) }
        let wanted = titles.isEmpty ? members : members.filter { titles.contains($0.shelf.title) }
        try await run(on: rebuilding) { cancellation throws(ProjectionError) in
            try ProjectionEngine.explained {
                defer { self.letGo() }
                try Builder(engine: self, cancellation: cancellation, progress: progress).rebuild(wanted)
            }
        }
    }

    /// Runs `body` over one unmoving state of a projection's tables. `catchUp` comes first, where it is to be the newest.
    public func read<Result>(_ name: String, _ body: (Connection) throws -> Result) throws -> Result {
        guard let generation = try current(try member(name)) else { throw ProjectionError.notBuilt(name: name) }
        return try generation.read(body)
    }

    /// The changes after a position (from the first one when `nil`), in order, at most `limit`.
    public func changes(
        of name: String, after position: ChangePosition? = nil, limit: Int
    ) throws(ProjectionError) -> [Change] {
        let projection = try member(name).projection
        return try ProjectionEngine.explained {
            try read(name) { try Outbox(projection: projection, database: $0).changes(after: position, limit: limit) }
        }
    }

    /// How every projection stands, in order of names.
    public func status() throws(ProjectionError) -> [ProjectionStatus] {
        try ProjectionEngine.explained { try members.map(status) }
    }

    private func status(_ member: Member) throws -> ProjectionStatus {
        let generation = try current(member)
        let state = try generation?.read { database in
            let events = try database.first("SELECT events FROM engine_checkpoint") { $0.sequence(0) }
            return (events: events ?? 0, failure: try Store.failure(database))
        }
        // The checkpoint was read first, so that an event appended in between counts as lag and not as an excess.
        let end = try source.end()
        let events = state?.events ?? 0
        return ProjectionStatus(
            name: member.projection.name, version: member.projection.version, generation: generation?.number ?? 0,
            checkpoint: events, lag: end > events ? end - events : 0, failure: state?.failure)
    }

    private func member(_ name: String) throws(ProjectionError) -> Member {
        guard let member = members.first(where: { $0.projection.name == name }) else {
            throw .unknown(name: name, known: members.map(\.projection.name))
        }
        return member
    }
}

extension ProjectionEngine {
    /// The generation that the pointer names, opened once and kept until the pointer moves.
    func current(_ member: Member) throws(ProjectionError) -> Generation? {
        let title = member.shelf.title
        let known = generations.withLock { $0[title] }
        if let known, known.number == member.shelf.currentNumber() { return known }
        let opened = try member.shelf.openCurrent()
        return generations.withLock { generations in
            // Another thread may have been quicker; the higher number is the newer one.
            if let other = generations[title], other !== known, other.number >= opened?.number ?? 0 { return other }
            generations[title] = opened
            return opened
        }
    }

    /// Closes what the pointers have left, so that it can be removed.
    private func letGo() {
        for member in members { _ = try? current(member) }
        stores.withLock { stores in
            for member in members where stores[member.shelf.title]?.generation.number != member.shelf.currentNumber() {
                stores[member.shelf.title] = nil
            }
        }
    }

    private func catchUp(until cancellation: Cancellation) throws {
        try stores.withLock { stores in
            repeat {
                try openStores(&stores, cancellation)
                // The checkpoints have been read before the end, so none can rightly lie beyond it.
                let end = try source.end()
                let open = members.compactMap { stores[$0.shelf.title] }
                try Feeder(source: source, eventsPerBatch: eventsPerBatch, cancellation: cancellation).feed(
                    open, to: end)
                // Where a rebuild has moved the pointer meanwhile, the new generation must have what this one has.
            } while members.contains { stores[$0.shelf.title]?.generation.number != $0.shelf.currentNumber() }
        }
    }

    /// Makes sure that every member has a store that belongs to this log, building those that have none.
    private func openStores(_ stores: inout [String: Store], _ cancellation: Cancellation) throws {
        var line: KnownLine?
        for member in members {
            stores[member.shelf.title] = try openStore(member, having: stores[member.shelf.title], &line)
        }
        let missing = members.filter { stores[$0.shelf.title] == nil }
        guard !missing.isEmpty else { return }
        try Builder(engine: self, cancellation: cancellation).build(missing)
        for member in missing {
            guard let store = try openStore(member, having: nil, &line) else {
                throw ProjectionError.storage(
                    path: member.shelf.databasePath(member.shelf.currentNumber() ?? 0),
                    reason: "it does not match the log although it has just been built")
            }
            stores[member.shelf.title] = store
        }
    }

    /// A line's digest, for those who ask for the same one: most often all projections have come equally far.
    struct KnownLine {
        let sequence: UInt64
        let digest: Digest
    }

    /// The current generation, open for writing; `nil` when there is none that belongs to this log.
    func openStore(_ member: Member, having known: Store?, _ line: inout KnownLine?) throws -> Store? {
        guard let generation = try current(member) else { return nil }
        if let known, known.generation === generation {
            try known.refresh()
            return try source.end() < known.next ? nil : known
        }
        guard let store = try Store.open(member.projection, generation) else { return nil }
        let end = try source.end()
        guard store.next > 0 else { return store }
        guard store.next <= end, let digest = try digest(at: store.next - 1, &line) else { return nil }
        return digest.hex == store.digest ? store : nil
    }

    private func digest(at sequence: UInt64, _ line: inout KnownLine?) throws -> Digest? {
        if let line, line.sequence == sequence { return line.digest }
        let digest = try source.digestOfLine(at: sequence)
        line = digest.map { KnownLine(sequence: sequence, digest: $0) }
        return digest
    }

    /// Runs blocking work on a thread where it may block, telling it when the calling task is cancelled.
    private func run(
        on queue: DispatchQueue, _ body: @escaping @Sendable (Cancellation) throws(ProjectionError) -> Void
    ) async throws(ProjectionError) {
        let cancellation = Cancellation()
        let result: Result<Void, ProjectionError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: Result { () throws(ProjectionError) in try body(cancellation) })
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        try result.get()
    }

    /// Gives foreign errors a sentence of ours.
    static func explained<Result>(_ body: () throws -> Result) throws(ProjectionError) -> Result {
        do {
            return try body()
        } catch let error as ProjectionError {
            throw error
        } catch let error as SQLiteError {
            throw .storage(path: "in the data folder's projections/", reason: error.description)
        } catch {
            throw .log(reason: "\(error)")
        }
    }
}
