// `config.applied`: which configuration was in force, on record in the log before anything is done under it.

import CanonicalJSON
import EventLog
import Observations

enum ConfigurationRecord {
    private static let stream = StreamID(family: "config", subject: "config")

    /// Appends `config.applied` where the configuration is not the last one applied, and in the same commit `watch.renamed` for
    /// each watch that has another name from here on (`was`).
    ///
    /// - Returns: the id of the event that put the configuration in force.
    /// - Throws: `ConfigurationError.wrong` for what may not change from one configuration to the next.
    static func apply(
        _ configuration: Configuration, in log: EventLog, at time: Timestamp
    ) async throws -> String {
        let last = try log.head(of: stream).flatMap { try log.event(at: $0.sequence) }
        let digest = Digest.sha256(configuration.normalised)
        let former = try last.flatMap { try text(of: $0, in: log) }
        let renames = try Renames(configuration, after: former, in: log)
        guard renames.problems.isEmpty else { throw ConfigurationError.wrong(renames.problems) }
        if let last, renames.due.isEmpty, last.data["blob"]?.stringValue == digest.reference { return last.id }
        if let former {
            let refusals = configuration.refusals(after: former)
            guard refusals.isEmpty else { throw ConfigurationError.wrong(refusals) }
        }
        let blob = try log.blobs.put(configuration.normalised)
        let run = RunID.make(at: time)
        let id = EventID(run: run, number: renames.due.count + 1)
        let source = "/cli/\(accountName())"
        let applied = ConfigApplied(
            BlobReference(blob: blob.digest.reference, size: blob.size, type: "application/yaml"))
        let draft = EventDraft(
            type: "config.applied", source: source, subject: stream.subject, id: id, time: time,
            data: try applied.json())
        let drafts = try renames.due.enumerated().map { index, rename in
            EventDraft(
                type: WatchRenamed.type, source: source, subject: rename.name, id: EventID(run: run, number: index + 1),
                time: time, data: try WatchRenamed(was: rename.was).json())
        }
        let isAppended = try await appended(drafts + [draft], after: last?.revision ?? 0, in: log)
        // Another process put a configuration on record in between; it is most likely this one.
        return isAppended ? id.description : try await apply(configuration, in: log, at: time)
    }

    /// When the configuration in force was put on record.
    static func time(in log: EventLog) throws -> Timestamp? {
        try log.head(of: stream).flatMap { try log.event(at: $0.sequence)?.recordedTime }
    }

    /// Whether it is the one that was applied last, and what of it a reload cannot take up where it is not.
    static func state(
        of configuration: Configuration, in log: EventLog
    ) throws -> StatusReport.ConfigurationState {
        let last = try log.head(of: stream).flatMap { try log.event(at: $0.sequence) }
        guard last?.data["blob"]?.stringValue != Digest.sha256(configuration.normalised).reference else {
            return .inForce
        }
        let former = try last.flatMap { try text(of: $0, in: log) }
        return .notTakenUp(restart: former.map(configuration.changedUntilRestart) ?? [])
    }

    private static func appended(_ drafts: [EventDraft], after revision: Int, in log: EventLog) async throws -> Bool {
        do {
            try await log.append(drafts, conditions: [.revision(of: stream, is: revision)])
            return true
        } catch {
            guard case .conditionFailed = error else { throw error }
            return false
        }
    }

    private static func text(of event: Event, in log: EventLog) throws -> String? {
        guard let digest = event.data["blob"]?.stringValue.flatMap({ Digest(reference: $0) }) else { return nil }
        return try log.blobs.get(digest).map { String(decoding: $0, as: UTF8.self) }
    }
}
