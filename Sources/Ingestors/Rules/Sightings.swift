// One item seen several times in a run counts once: which of the sightings it is, and whether they agree.

import EventLog

/// One item as one page showed it.
struct Sighting: Sendable, Hashable {
    let key: ItemKey
    /// Of `fields`.
    let digest: Digest
    /// Canonical JSON, an object. Parsed only when it is appended, which is rare.
    let fields: [UInt8]
    /// Fields that were there but could not be read, in the order of their bytes; `fields` does not have them.
    var unreadable: [String] = []
}

/// What the log knows of an item.
struct Recorded: Sendable, Hashable {
    /// Of its state; nil where it is absent.
    let digest: Digest?
    /// Of its last event.
    let sequence: UInt64

    var isPresent: Bool { digest != nil }
}

/// What a run saw, each item once.
struct Sightings {
    /// An item's sighting and the page it is from, as an index into the pages that were given.
    struct Choice: Equatable {
        var sighting: Sighting
        var page: Int
    }

    /// In the order in which the items were first seen.
    private(set) var choices: [Choice] = []
    /// Items of which differing states were seen.
    private(set) var conflicts = 0
    private var places: [ItemKey: Int] = [:]

    /// - Parameter pages: what each page showed, in the order of topics and pages.
    /// - Parameters:
    ///   - recorded: the last recorded states. A sighting equal to that wins, else the first.
    ///   - isNews: a first sighting of which this is true wins in any case.
    init(pages: [[Sighting]], recorded: [ItemKey: Recorded], isNews: (Sighting) -> Bool = { _ in false }) {
        var differing: Set<ItemKey> = []
        for (page, sightings) in pages.enumerated() {
            for sighting in sightings {
                guard let place = places[sighting.key] else {
                    places[sighting.key] = choices.count
                    choices.append(Choice(sighting: sighting, page: page))
                    continue
                }
                guard choices[place].sighting.digest != sighting.digest else { continue }
                differing.insert(sighting.key)
                if sighting.digest == recorded[sighting.key]?.digest, !isNews(choices[place].sighting) {
                    choices[place] = Choice(sighting: sighting, page: page)
                }
            }
        }
        conflicts = differing.count
    }

    func contains(_ key: ItemKey) -> Bool { places[key] != nil }
}
