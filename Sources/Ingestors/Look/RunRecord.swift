// A run as events: what it observed, what is absent, and the run event that says how it went.

import CanonicalJSON
import EventLog
import Observations
import Transport

/// Turns a survey and the decision about it into drafts.
struct RunRecord {
    let definition: WatchDefinition
    let run: RunID
    let began: Timestamp
    let ended: Timestamp
    /// The id of the `config.applied` event that holds.
    let configuration: String?
    let survey: Survey
    let decision: Decision

    private var source: String { "/watches/\(definition.name)" }

    /// The events, numbered from 1, the run event last.
    ///
    /// - Parameter isKept: whether these bytes are among the blobs.
    func drafts(_ runEvent: RunEnded, isKept: (Digest) -> Bool) throws(IngestError) -> [EventDraft] {
        var drafts: [EventDraft] = []
        for choice in decision.appended { drafts.append(try observed(choice, drafts.count + 1, isKept)) }
        let misread = lostByReading
        for key in decision.absent {
            drafts.append(
                EventDraft(
                    type: definition.kind.absentType, source: source, subject: "\(definition.name)/\(key.text)",
                    id: EventID(run: run, number: drafts.count + 1), time: ended,
                    causation: misread.contains(key) ? configuration : nil, data: [:]))
        }
        drafts.append(
            EventDraft(
                type: decision.outcome.type, source: source, subject: definition.name,
                id: EventID(run: run, number: drafts.count + 1), time: ended, data: try data(runEvent)))
        return drafts
    }

    private func observed(
        _ choice: Sightings.Choice, _ number: Int, _ isKept: (Digest) -> Bool
    ) throws(IngestError) -> EventDraft {
        let page = survey.pages[choice.page]
        let fields: JSON
        do throws(JSONError) { fields = try JSON.parse(choice.sighting.fields) } catch {
            throw .data(ObservationError(expected: "Observed", reason: error.description))
        }
        return EventDraft(
            type: definition.kind.observedType, source: source,
            subject: "\(definition.name)/\(choice.sighting.key.text)",
            id: EventID(run: run, number: number), time: page.fetched,
            causation: page.origin == .reread ? configuration : nil,
            evidence: isKept(page.page.bytes) ? page.page.bytes.reference : nil, data: fields)
    }

    private func data(_ runEvent: RunEnded) throws(IngestError) -> JSON {
        do throws(ObservationError) { return try runEvent.json() } catch { throw .data(error) }
    }

    /// Items that went because new rules no longer find them, and not because any page's bytes changed.
    private var lostByReading: Set<ItemKey> {
        guard configuration != nil else { return [] }
        var byReading: Set<ItemKey> = []
        var byChange: Set<ItemKey> = []
        for page in survey.pages {
            if page.origin == .reread { byReading.formUnion(page.lost) } else { byChange.formUnion(page.lost) }
        }
        return byReading.subtracting(byChange)
    }
}

extension RunRecord {
    /// So many failures are listed one by one.
    private static let failuresMax = 100

    /// The run event's data, but for what it missed.
    var summary: RunEnded {
        var summary = RunEnded(kind: definition.kind.name)
        summary.observed = decision.found
        summary.changed = decision.appended.count
        summary.unchanged = decision.unchanged
        summary.absent = decision.absent.count
        summary.conflicts = decision.conflicts
        summary.requests = survey.traffic.requests
        summary.notModified = survey.traffic.notModified
        summary.bytes = survey.traffic.bytes
        summary.seconds = ended.seconds(since: began)
        summary.topics = survey.topics
        summary.keyless = survey.keyless > 0 ? survey.keyless : nil
        if survey.unreadable > 0 {
            summary.unreadable = survey.unreadable
            summary.unreadableFirst = Array(
                survey.pages.lazy.flatMap(\.page.content.unreadableFirst).prefix(PageContent.unreadableFirstMax))
        }
        summary.suspicions = decision.outcome == .suspect ? decision.suspicions : nil
        if decision.failed {
            summary.failures = survey.failures.prefix(Self.failuresMax).map(\.failure)
            let further = survey.failures.count - Self.failuresMax
            summary.furtherFailures = further > 0 ? further : nil
            summary.error = error
        }
        return summary
    }

    /// One sentence: how much failed, where first, and why.
    private var error: String? {
        guard let first = survey.failures.first else { return nil }
        let failure = first.failure
        let topic = failure.topic.map { ", topic \($0)" } ?? ""
        let page = failure.page.map { ", page \($0)" } ?? ""
        if survey.topicList == nil, definition.topics != nil {
            return "the list of topics at \(failure.url) failed: \(failure.reason)"
        }
        if definition.kind == .page { return "\(failure.url): \(failure.reason)" }
        let all = survey.pages.count + survey.failures.count
        return "\(survey.failures.count) of \(all) pages failed: \(failure.url)\(topic)\(page): \(failure.reason)"
            + (survey.failures.count > 1 ? " (the first of them)" : "")
    }
}
