// A run as events: what it observed, what is absent, and the run event that says how it went.

import CanonicalJSON
import EventLog
import Observations

/// Where what a run saw came from, as far as its events say it.
struct RunOrigin: Sendable {
    /// A page that sightings stand on.
    struct Page: Sendable {
        /// When it was fetched or saved.
        var time: Timestamp
        /// The same bytes as before, read with new rules.
        var isReread = false
        /// How events refer to its bytes, where they are kept.
        var evidence: String?
    }

    /// Who appends: `/watches/NAME`, `/import/USER`.
    var source: String
    /// By the page numbers of the decision's choices.
    var pages: [Page]
    /// Items that went because new rules no longer find them, and not because any page's bytes changed.
    var misread: Set<ItemKey> = []
    /// What the run as a whole was read from, where that is one thing.
    var evidence: String?
}

/// Turns what a run decided into drafts.
struct RunRecord {
    let watch: String
    let kind: WatchKind
    let run: RunID
    let ended: Timestamp
    /// The id of the `config.applied` event that holds.
    let configuration: String?
    let origin: RunOrigin
    let decision: Decision

    /// The events, numbered from 1, the run event last.
    func drafts(_ runEvent: RunEnded) throws(IngestError) -> [EventDraft] {
        var drafts: [EventDraft] = []
        for choice in decision.appended { drafts.append(try observed(choice, drafts.count + 1)) }
        for key in decision.absent {
            drafts.append(
                EventDraft(
                    type: kind.absentType, source: origin.source, subject: "\(watch)/\(key.text)",
                    id: EventID(run: run, number: drafts.count + 1), time: ended,
                    causation: origin.misread.contains(key) ? configuration : nil, data: [:]))
        }
        drafts.append(
            EventDraft(
                type: decision.outcome.type, source: origin.source, subject: watch,
                id: EventID(run: run, number: drafts.count + 1), time: ended, evidence: origin.evidence,
                data: try data(runEvent)))
        return drafts
    }

    private func observed(_ choice: Sightings.Choice, _ number: Int) throws(IngestError) -> EventDraft {
        let page = origin.pages[choice.page]
        let fields: JSON
        do throws(JSONError) { fields = try JSON.parse(choice.sighting.fields) } catch {
            throw .data(ObservationError(expected: "Observed", reason: error.description))
        }
        return EventDraft(
            type: kind.observedType, source: origin.source, subject: "\(watch)/\(choice.sighting.key.text)",
            id: EventID(run: run, number: number), time: page.time,
            causation: page.isReread ? configuration : nil, evidence: page.evidence, data: fields)
    }

    private func data(_ runEvent: RunEnded) throws(IngestError) -> JSON {
        do throws(ObservationError) { return try runEvent.json() } catch { throw .data(error) }
    }
}

extension RunEnded {
    /// What the decision says of the run.
    init(_ decision: Decision, of definition: WatchDefinition) {
        self.init(kind: definition.kind.name)
        unknownAfter = definition.unknownAfter
        observed = decision.found
        changed = decision.appended.count
        unchanged = decision.unchanged
        absent = decision.absent.count
        conflicts = decision.conflicts
        suspicions = decision.outcome == .suspect ? decision.suspicions : nil
    }

    private static let missedBytesMax = 256 << 10

    /// Names what the run missed: in the event, or where the list is long in a blob.
    func naming(missedBy decision: Decision, in blobs: BlobStore) throws(IngestError) -> RunEnded {
        guard !decision.failed else { return self }
        var summary = self
        let keys = decision.missed.map(\.text)
        let list = JSON.array(keys.map(JSON.string)).canonicalBytes
        if list.count <= Self.missedBytesMax {
            summary.missed = keys
        } else {
            do throws(LogError) {
                let blob = try blobs.put(list)
                summary.missedIn = BlobReference(
                    blob: blob.digest.reference, size: blob.size, type: "application/json")
            } catch {
                throw .log(error)
            }
        }
        return summary
    }
}
