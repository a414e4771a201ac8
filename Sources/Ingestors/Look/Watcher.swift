// One look at a watch is one run: fetch and read, compare with what is recorded, append. It decides nothing else.

import CanonicalJSON
import EventLog
import Extraction
import Logging
import Observations
import Transport

/// Looks at one watch.
public struct Watcher: Sendable {
    public let definition: WatchDefinition
    private let log: EventLog
    private let client: HTTPClient
    private let cache: PageCache
    private let configuration: String?
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger?
    private let cookies = CookieJar()

    /// - Parameters:
    ///   - client: shared by all watches, because it counts rates and connections.
    ///   - configuration: the id of the `config.applied` event that holds. It is what new selectors are put down to.
    public init(
        _ definition: WatchDefinition, log: EventLog, client: HTTPClient, cache: PageCache,
        configuration: String? = nil,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now, logger: Logger? = nil
    ) {
        self.definition = definition
        self.log = log
        self.client = client
        self.cache = cache
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    /// Looks once and records the run. A run that failed out there is a report too; see `IngestError` for what is thrown.
    ///
    /// - Parameter progress: called after each page, from any task.
    public func look(progress: (@Sendable (LookProgress) -> Void)? = nil) async throws(IngestError) -> RunReport {
        let name = "watch-\(identity)"
        guard let lease = try logged({ () throws(LogError) in try Lease.take(name, in: log.dataDirectory) }) else {
            throw .busy(watch: definition.name, holder: Lease.holder(name, in: log.dataDirectory))
        }
        let began = clock()
        let survey = try await SettledSurvey(definition: definition, reader: reader, log: log, progress: progress)
            .survey()
        guard !Task.isCancelled else { throw .cancelled(watch: definition.name) }
        let report = try await record(survey, began: began)
        remember(survey)
        _ = consume lease
        return report
    }

    /// What leases and the page cache know the watch by, whatever it was renamed to and whichever name this process has.
    private var identity: String { (try? WatchNames(of: definition.name, in: log).first) ?? definition.name }

    private var reader: PageReader {
        PageReader(
            watch: identity, fetch: definition.fetch, keep: definition.keep, client: client, cookies: cookies,
            cache: cache, blobs: log.blobs, clock: clock, logger: logger)
    }
}

extension Watcher {
    /// Others may append to the same streams meanwhile (an import): then what is recorded is read anew and decided again.
    private static let triesMax = 5

    private func record(_ survey: Survey, began: Timestamp) async throws(IngestError) -> RunReport {
        let run = RunID.make(at: began)
        let evidence = try evidence(survey)
        var tries = 1
        while true {
            let state = try RecordedState(of: definition.name, definition.kind, in: log)
            let ended = clock()
            let recorded = { (key: ItemKey) throws(IngestError) in try state.fields(of: key, in: log) }
            let whole = try evidence.completed(recorded: recorded)
            let decision = try decide(whole, state, at: ended)
            var summary = try survey.summary(of: decision, definition, seconds: ended.seconds(since: began))
                .naming(missedBy: decision, in: log.blobs)
            if case .items(let rules) = definition.rules {
                summary.lostFields = try state.lostFields(decision, whole, of: rules.fieldNames, fields: recorded)
            }
            let record = RunRecord(
                watch: definition.name, kind: definition.kind, run: run, ended: ended, configuration: configuration,
                origin: survey.origin(
                    watch: definition.name, configuration: configuration, isKept: log.blobs.contains),
                decision: decision)
            let drafts = try record.drafts(summary)
            do throws(LogError) {
                let end = try await append(drafts, onto: state)
                return RunReport(
                    watch: definition.name, run: run, outcome: decision.outcome, summary: summary, end: end,
                    isFirst: state.items.isEmpty, emptyFields: emptyFields(evidence, summary, decision),
                    hasNewRules: survey.pages.contains { $0.before?.reader != $0.page.reader })
            } catch {
                guard case .conditionFailed = error, tries < Self.triesMax else { throw .log(error) }
                tries += 1
            }
        }
    }

    private func emptyFields(_ evidence: Evidence, _ summary: RunEnded, _ decision: Decision) -> [String] {
        guard decision.outcome == .completed, case .items(let rules) = definition.rules else { return [] }
        let lost = summary.lostFields ?? []
        return LostFields.neverFound(of: rules.fieldNames, seen: evidence.pages).filter { !lost.contains($0) }
    }

    private func evidence(_ survey: Survey) throws(IngestError) -> Evidence {
        let hasFailed = !survey.failures.isEmpty
        let usual = survey.keyless > 0 ? try RunHistory(watch: definition.name, log: log).usualKeyless() : 0
        return Evidence(
            pages: survey.pages.map(\.page.content.items), keyless: max(0, survey.keyless - usual),
            topics: survey.topics, failed: hasFailed, isMoving: survey.isMoving, votes: hasFailed ? votes(survey) : [],
            before: hasFailed ? survey.pages.map { Set($0.before?.content.items ?? []) } : [])
    }

    /// What stood on the pages that were not read this time.
    private func votes(_ survey: Survey) -> [Sighting] {
        do {
            let read = Set(survey.pages.map(\.page.url))
            return try cache.pages(of: identity, except: read).flatMap(\.content.items)
        } catch {
            logger?.warning("the page cache cannot be read, so pages that failed have no say: \(error)")
            return []
        }
    }

    private func decide(
        _ evidence: Evidence, _ state: RecordedState, at now: Timestamp
    ) throws(IngestError) -> Decision {
        let history = RunHistory(watch: definition.name, log: log)
        return try Decision(evidence, recorded: state.items, expect: definition.expect) { missed throws(IngestError) in
            try history.confirmed(missed, at: now, expect: definition.expect)
        }
    }

    /// One commit, or as many as it takes; the end of the log after it.
    private func append(_ drafts: [EventDraft], onto state: RecordedState) async throws(LogError) -> UInt64 {
        var end = state.end
        for (number, part) in CommitParts.of(drafts).enumerated() {
            end = try await log.append(part, conditions: number == 0 ? state.untouched : []).end
        }
        return end
    }

    /// Only after the commit: were it lost, the next look would see the same news again.
    private func remember(_ survey: Survey) {
        let read = survey.pages + (survey.topicList.map { [$0] } ?? [])
        do {
            try cache.save(
                read.filter(\.isNews).map(\.page), seen: read.map(\.page), of: identity,
                isWhole: survey.failures.isEmpty)
        } catch {
            logger?.warning("the page cache was not written, so the next look fetches more than it must: \(error)")
        }
    }

    private func logged<T: ~Copyable>(_ body: () throws(LogError) -> T) throws(IngestError) -> T {
        do throws(LogError) { return try body() } catch { throw .log(error) }
    }
}
