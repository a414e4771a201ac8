// A recorded history becomes a watch's past: each saved version a run, at the time it was saved. Versions are read ahead and understood
// on all cores; what they mean is decided one after the other, as for live looks, and appended many runs at a time.

import EventLog
import Observations
import Transport

/// Imports the versions of one file into one watch.
public struct HistoryImport: Sendable {
    private let definition: WatchDefinition
    private let repository: GitRepository
    private let path: String
    private let history: [SavedVersion]
    private let log: EventLog
    private let user: String
    private let configuration: String?
    var limits = ImportBatch.Limits()

    /// So many versions are read before they are wanted: enough to keep the cores busy while a commit is written.
    private static let versionsAhead = 12

    /// - Parameters:
    ///   - history: all versions of the file, as `GitRepository.versions` has them.
    ///   - user: who imports; events say `/import/USER`.
    ///   - configuration: the id of the `config.applied` event that holds.
    public init(
        _ definition: WatchDefinition, _ history: [SavedVersion], of path: String, in repository: GitRepository,
        log: EventLog, user: String, configuration: String? = nil
    ) {
        self.definition = definition
        self.history = history
        self.path = path
        self.repository = repository
        self.log = log
        self.user = user
        self.configuration = configuration
    }

    /// Imports what is not in the log yet. Where the task is cancelled it ends after a whole run, and the report says what is left;
    /// another import goes on there.
    ///
    /// - Parameter progress: called after each version.
    public func run(
        progress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws(IngestError) -> ImportReport {
        let names = try logged { () throws(LogError) in try WatchNames(of: definition.name, in: log) }
        let name = "watch-\(names.first)"
        guard let lease = try logged({ () throws(LogError) in try Lease.take(name, in: log.dataDirectory) }) else {
            throw .busy(watch: definition.name, holder: Lease.holder(name, in: log.dataDirectory))
        }
        let report = try await importAll(progress)
        _ = consume lease
        return report
    }

    private func importAll(
        _ progress: @escaping @Sendable (ImportProgress) -> Void
    ) async throws(IngestError) -> ImportReport {
        let state = try RecordedState(of: definition.name, definition.kind, in: log)
        let runs = try logged { () throws(LogError) in
            try log.head(of: StreamID(family: "run", subject: definition.name))
        }
        let past = try ImportedPast(state, of: definition.name, among: history, path, in: log)
        try await refuseRewritten(past)
        let plan = try plan(after: past)
        let report = ImportReport(
            watch: definition.name, path: path, versions: history.count, earlier: plan.done)
        let session = ImportSession(
            plan: plan, path: path, limits: limits, progress: progress,
            memory: try ImportMemory(definition, state, log: log, user: user, configuration: configuration),
            writer: ImportWriter(definition, state, log: log, runs: runs?.revision ?? 0), report: report)
        return try await run(session, plan)
    }

    /// What came after a rewritten commit would be imported a second time, over what it was the first time. That a branch went
    /// whose commits another has taken up is no rewriting.
    private func refuseRewritten(_ past: ImportedPast) async throws(IngestError) {
        guard !past.unknown.isEmpty, let from = try await repository.lost(of: past.unknown).last else { return }
        throw .history(
            "the history of \(path) has been rewritten since it was imported into the watch \(definition.name): commit "
                + "\(from.prefix(12)) is no longer in it; what is on record stays, so import the new history into a watch "
                + "of its own")
    }

    private func plan(after past: ImportedPast) throws(IngestError) -> ImportPlan {
        do throws(ImportPlan.Refusal) { return try ImportPlan(history, after: past) } catch {
            switch error {
            case .newer(let newest, let next):
                throw .history(
                    "the watch \(definition.name) has events of \(newest), which are newer than the history's next version "
                        + "(\(next)), and a watch's past cannot be added to; import into a watch of its own")
            }
        }
    }

    private func run(_ session: ImportSession, _ plan: ImportPlan) async throws(IngestError) -> ImportReport {
        guard !plan.versions.isEmpty else { return session.report }
        let reader = VersionReader(definition, path: path)
        do {
            return try await repository.withVersions(
                plan.versions.map(\.version), of: path, sizeMax: definition.fetch.limits.size
            ) { objects in
                try await session.run(objects, reader, ahead: Self.versionsAhead)
            }
        } catch {
            throw GitCommand.explained(error)
        }
    }

    private func logged<T: ~Copyable>(_ body: () throws(LogError) -> T) throws(IngestError) -> T {
        do throws(LogError) { return try body() } catch { throw .log(error) }
    }
}

extension ImportedPast {
    /// - Parameter watch: its runs, under whatever name, say how far the history has been imported.
    init(
        _ state: RecordedState, of watch: String, among history: [SavedVersion], _ path: String, in log: EventLog
    ) throws(IngestError) {
        newest = state.newest
        let known = Set(history.map(\.commit))
        do throws(LogError) {
            // Most often the newest one; where one has looked since, further back.
            try RunHistory(watch: watch, log: log).forEachPastRun { event throws(LogError) in
                newest = max(newest ?? event.time, event.time)
                guard let evidence = event.evidence.flatMap(GitEvidence.init),
                    evidence.path.utf8.elementsEqual(path.utf8)
                else { return true }
                guard known.contains(evidence.commit) else {
                    unknown.append(evidence.commit)
                    return true
                }
                commit = evidence.commit
                return false
            }
        } catch {
            throw .log(error)
        }
    }
}
