// What an import knows of its watch while it runs: read from the log once, then kept up run by run.

import CanonicalJSON
import EventLog
import Observations

/// One run, ready to be appended.
struct ImportedRun {
    var drafts: [EventDraft]
    var outcome: RunOutcome
    var time: Timestamp
    /// Why it failed, where it did.
    var error: String?
    /// About as many bytes as its lines take.
    var lineBytes: Int
}

/// A watch's recorded state and its latest runs. Takes no more room the longer the history is: of past runs it keeps those that an
/// item which is missed right now may have been missed by.
struct ImportMemory {
    private let definition: WatchDefinition
    private let log: EventLog
    private let source: String
    private let configuration: String?
    private var items: [ItemKey: Recorded]
    /// The state itself where the import has recorded it; it may not be in the log yet.
    private var fields: [ItemKey: [UInt8]] = [:]
    private let before: RecordedState
    /// Oldest first.
    private var recent: [PastRun] = []
    /// Whether runs before the import may matter too.
    private var reachesBack = true
    /// The end of the log when it was read.
    private let start: UInt64
    private var usualKeyless: Int
    /// All recorded states of items that were seen in differing states by one version.
    private var known: [ItemKey: Set<Digest>] = [:]
    /// States that are not in the log yet.
    private var unwritten: [ItemKey: [Digest]] = [:]
    /// Numbers of events, as if nobody else appended: only their order counts.
    private var next: UInt64

    init(
        _ definition: WatchDefinition, _ state: RecordedState, log: EventLog, user: String, configuration: String?
    ) throws(IngestError) {
        self.definition = definition
        self.log = log
        source = "/import/\(user)"
        self.configuration = configuration
        items = state.items
        before = state
        start = state.end
        next = state.end
        usualKeyless = try RunHistory(watch: definition.name, log: log).usualKeyless()
    }

    /// Decides what a version says; nil where there is none, which is no run.
    mutating func run(
        _ read: ReadVersion, of version: PlannedVersion, path: String
    ) throws(IngestError) -> ImportedRun? {
        let reference = GitEvidence(commit: version.version.commit, path: path).reference
        var page: PageContent?
        var failure: String?
        switch read.content {
        case .missing: return nil
        case .failed(let reason): failure = reason
        case .page(let content): page = content
        }
        let keyless = page?.keyless ?? 0
        if let page { try learnDiffering(page.items) }
        let evidence = Evidence(
            pages: page.map { [$0.items] } ?? [], keyless: max(0, keyless - usualKeyless),
            failed: failure != nil, known: known)
        let whole = try evidence.completed { key throws(IngestError) in try recordedFields(of: key) }
        let decision = try decide(whole, at: version.time)
        var summary = RunEnded(decision, of: definition)
        summary.bytes = read.size
        if let page { summary.take(page) }
        if let failure { summary.take(failure, reference) }
        summary = try summary.naming(missedBy: decision, in: log.blobs)
        let record = RunRecord(
            watch: definition.name, kind: definition.kind, run: id(of: version, reference), ended: version.time,
            configuration: configuration,
            origin: RunOrigin(
                source: source, pages: [RunOrigin.Page(time: version.time, evidence: reference)],
                evidence: reference),
            decision: decision)
        remember(decision, at: version.time, keyless: keyless)
        let drafts = try record.drafts(summary)
        return ImportedRun(
            drafts: drafts, outcome: decision.outcome, time: version.time, error: summary.error,
            lineBytes: decision.appended.reduce(700 * drafts.count) { $0 + $1.sighting.fields.count })
    }

    /// The same whenever it is imported, so that the log itself refuses to have it twice.
    private func id(of version: PlannedVersion, _ reference: String) -> RunID {
        .derived(from: Array("import \(definition.name) \(reference)".utf8), at: version.time)
    }

    /// What was decided is on disk.
    mutating func written() { unwritten = [:] }

    // MARK: Deciding

    /// What an item looked like last, for fields that cannot be read this time.
    private func recordedFields(of key: ItemKey) throws(IngestError) -> JSONObject? {
        guard items[key]?.isPresent == true else { return nil }
        guard let bytes = fields[key] else { return try before.fields(of: key, in: log) }
        return (try? JSON.parse(bytes))?.objectValue
    }

    /// A file that lists an item twice, differently, may list the two in any order: going back and forth between them is no change.
    private mutating func learnDiffering(_ sightings: [Sighting]) throws(IngestError) {
        var first: [ItemKey: Digest] = [:]
        first.reserveCapacity(sightings.count)
        for sighting in sightings {
            guard let digest = first[sighting.key] else {
                first[sighting.key] = sighting.digest
                continue
            }
            guard digest != sighting.digest, known[sighting.key] == nil else { continue }
            known[sighting.key] = try recordedStates(of: sighting.key).union(unwritten[sighting.key] ?? [])
        }
    }

    private func recordedStates(of key: ItemKey) throws(IngestError) -> Set<Digest> {
        var states: Set<Digest> = []
        do throws(LogError) {
            var sequences: [UInt64] = []
            for name in try WatchNames(of: definition.name, in: log).all {
                sequences += try log.sequences(
                    of: StreamID(family: definition.kind.family, subject: "\(name)/\(key.text)"))
            }
            for sequence in sequences {
                guard let event = try log.event(at: sequence), event.type == definition.kind.observedType else {
                    continue
                }
                states.insert(.sha256(event.data.canonicalBytes))
            }
        } catch {
            throw .log(error)
        }
        return states
    }

    private func decide(_ evidence: Evidence, at time: Timestamp) throws(IngestError) -> Decision {
        try Decision(evidence, recorded: items, expect: definition.expect) { missed throws(IngestError) in
            var rows = AbsenceRows(missed: missed, at: time, expect: definition.expect)
            for run in recent.reversed() where !rows.isSettled { rows.take(run) }
            if reachesBack, !rows.isSettled {
                try RunHistory(watch: definition.name, log: log).extend(&rows, before: start)
            }
            return rows.confirmed
        }
    }

    private mutating func remember(_ decision: Decision, at time: Timestamp, keyless: Int) {
        for choice in decision.appended {
            let (key, digest) = (choice.sighting.key, choice.sighting.digest)
            items[key] = Recorded(digest: digest, sequence: next)
            fields[key] = choice.sighting.fields
            known[key]?.insert(digest)
            unwritten[key, default: []].append(digest)
            next += 1
        }
        for key in decision.absent {
            items[key] = Recorded(digest: nil, sequence: next)
            fields[key] = nil
            next += 1
        }
        defer { next += 1 }
        if decision.outcome == .completed { usualKeyless = keyless }
        guard !decision.failed, Confirmation.counts(decision.suspicions, found: decision.found) else { return }
        if decision.missed.count == decision.absent.count {
            // Nobody who is still present was missed: every row of misses has ended.
            recent = []
            reachesBack = false
        } else {
            recent.append(PastRun(time: time, sequence: next, counts: true, missed: Set(decision.missed)))
        }
    }
}

extension RunEnded {
    fileprivate mutating func take(_ page: PageContent) {
        keyless = page.keyless > 0 ? page.keyless : nil
        guard page.unreadable > 0 else { return }
        unreadable = page.unreadable
        unreadableFirst = page.unreadableFirst
    }

    fileprivate mutating func take(_ failure: String, _ reference: String) {
        failures = [Failure(url: reference, reason: failure)]
        error = "\(reference): \(failure)"
    }
}
