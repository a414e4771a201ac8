// From what was seen and what is recorded to what is appended. Pure; it does not ask where either comes from.

import EventLog
import Observations

/// What a run concludes.
struct Decision {
    /// Sightings to append, in the order in which they were seen.
    var appended: [Sightings.Choice] = []
    var unchanged = 0
    /// Items concluded absent, by key.
    var absent: [ItemKey] = []
    /// Present items that were not seen, by key.
    var missed: [ItemKey] = []
    var found = 0
    var conflicts = 0
    var suspicions: [Suspicion] = []
    var failed = false

    var outcome: RunOutcome { failed ? .failed : suspicions.isEmpty ? .completed : .suspect }
}

/// What a decision is made from.
struct Evidence {
    /// What each page showed, in the order of topics and pages.
    var pages: [[Sighting]]
    /// Things like items, but without a key, beyond those that a good look finds too (a table's heading, say).
    var keyless = 0
    /// Nil where the watch has no topic list.
    var topics: Int?
    /// Whether any page could not be fetched or understood.
    var failed = false
    /// Whether the pages changed while they were being read, so that an item may have gone from one to another unseen.
    var isMoving = false
    /// What pages that failed showed when they were last read. They speak for silence only: an item whose recorded state
    /// stands on such a page is not taken for changed because another page shows it differently, as it did before.
    var votes: [Sighting] = []
    /// What each of `pages` showed when it was last read; looked at only beside votes. What is new on a page is news,
    /// whatever failed elsewhere.
    var before: [Set<Sighting>] = []
    /// For items seen in differing states, all the states that were ever recorded. A first sighting that is none of these is news, and
    /// wins over one that is as recorded; without any, for live pages, the one that is as recorded wins.
    var known: [ItemKey: Set<Digest>] = [:]
}

extension Decision {
    /// - Parameter confirmed: of items missed by a run that may only confirm, those that enough runs in a row have missed.
    init<Failure: Error>(
        _ evidence: Evidence, recorded: [ItemKey: Recorded], expect: Expectation,
        confirmed: (_ missed: [ItemKey: UInt64]) throws(Failure) -> Set<ItemKey>
    ) throws(Failure) {
        let seen = Sightings(pages: evidence.pages, recorded: recorded) { sighting in
            evidence.known[sighting.key].map { !$0.contains(sighting.digest) } ?? false
        }
        found = seen.choices.count
        conflicts = seen.conflicts
        failed = evidence.failed
        sort(seen.choices, recorded, evidence)
        let present = recorded.filter(\.value.isPresent)
        let unseen = present.filter { !seen.contains($0.key) }
        guard !failed else { return }
        missed = unseen.keys.sorted()
        suspicions = expect.suspicions(
            RunCounts(
                present: present.count, missed: missed.count, found: found, keyless: evidence.keyless,
                topics: evidence.topics, isMoving: evidence.isMoving))
        switch Conclusion(failed: false, suspicions: suspicions, found: found) {
        case .absent: absent = missed
        case .absentWhereConfirmed: absent = try confirmed(unseen.mapValues(\.sequence)).sorted()
        case .none: break
        }
    }

    private mutating func sort(_ choices: [Sightings.Choice], _ recorded: [ItemKey: Recorded], _ evidence: Evidence) {
        var silenced: Set<ItemKey> = []
        for vote in evidence.votes where recorded[vote.key]?.digest == vote.digest { silenced.insert(vote.key) }
        for choice in choices {
            let key = choice.sighting.key
            let isNews =
                !evidence.before.indices.contains(choice.page)
                || !evidence.before[choice.page].contains(choice.sighting)
            if recorded[key]?.digest == choice.sighting.digest || (silenced.contains(key) && !isNews) {
                unchanged += 1
            } else {
                appended.append(choice)
            }
        }
    }
}
