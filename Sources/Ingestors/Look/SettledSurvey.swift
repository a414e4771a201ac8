// A catalogue of several pages is read page by page, and may change meanwhile: what goes from a page that is still to be read to one
// that has been read is then seen on neither. So before anything is missed, the pages are read again, until they stand still.

import EventLog

/// Surveys a watch so that what it missed was nowhere.
///
/// If no page changed from one reading of all of them to the next, there was a moment, between the two, at which all of them were as
/// they were read (the double collect of Afek et al., "Atomic Snapshots of Shared Memory", 1993). The second reading is conditional,
/// and takes place only where something is missed.
struct SettledSurvey {
    let definition: WatchDefinition
    let reader: PageReader
    let log: EventLog
    let progress: (@Sendable (LookProgress) -> Void)?

    /// A site that still changes after so many readings is said to be moving.
    static let readingsMax = 3

    func survey() async throws(IngestError) -> Survey {
        var survey = try await read(reader)
        var readings = 1
        while try misses(survey) {
            guard readings < Self.readingsMax else {
                survey.isMoving = true
                break
            }
            let again = try await read(reader.knowing(survey))
            readings += 1
            guard again.failures.isEmpty else {
                // The first reading was a whole one and stands; what it missed is not confirmed.
                survey.traffic += again.traffic
                survey.isMoving = true
                break
            }
            let isSame = survey.hasSameKeys(as: again)
            survey = survey.followed(by: again)
            if isSame { break }
        }
        return survey
    }

    private func read(_ reader: PageReader) async throws(IngestError) -> Survey {
        try await Surveyor(definition: definition, reader: reader, progress: progress).survey()
    }

    /// Whether something that is present is on none of several pages. One page alone is always of one moment.
    private func misses(_ survey: Survey) throws(IngestError) -> Bool {
        let count = survey.pages.count + (survey.topicList == nil ? 0 : 1)
        guard survey.failures.isEmpty, count > 1 else { return false }
        let seen = Set(survey.pages.lazy.flatMap { $0.page.content.items.lazy.map(\.key) })
        let items = try RecordedState(of: definition.name, definition.kind, in: log).items.filter(\.value.isPresent)
        let counts = RunCounts(
            present: items.count, missed: items.count { !seen.contains($0.key) }, found: seen.count,
            topics: survey.topics)
        guard counts.missed > 0 else { return false }
        // Where nothing is concluded from it, nothing has to be sure.
        let suspicions = definition.expect.suspicions(counts)
        return Conclusion(failed: false, suspicions: suspicions, found: counts.found) != .none
    }
}

extension Survey {
    /// Whether the same pages, in the same order, have the same items; what is said of these does not matter here, nor where a
    /// page is: there are sites whose links to the next page never are the same twice.
    func hasSameKeys(as other: Survey) -> Bool {
        let lists = [topicList, other.topicList].map { $0?.keys }
        return other.failures.isEmpty && lists[0] == lists[1]
            && pages.elementsEqual(other.pages) {
                $0.request.topic == $1.request.topic && $0.request.number == $1.request.number && $0.keys == $1.keys
            }
    }

    /// A later reading in the place of this one. A page that has not changed since is the one that was read then; one that has is
    /// compared with what was known before the run.
    func followed(by later: Survey) -> Survey {
        var survey = later
        survey.traffic += traffic
        let known = Dictionary(pages.map { ($0.request, $0) }, uniquingKeysWith: { first, _ in first })
        survey.pages = later.pages.map { $0.following(known[$0.request]) }
        survey.topicList = later.topicList?.following(topicList)
        return survey
    }
}

extension ReadPage {
    fileprivate var keys: Set<ItemKey> { Set(page.content.items.map(\.key)) }

    fileprivate func following(_ earlier: ReadPage?) -> ReadPage {
        guard let earlier else { return self }
        if origin == .known {
            var page = earlier
            page.page.validators = self.page.validators
            return page
        }
        // Other bytes that say the same: those that were read first were kept as evidence, and these were not.
        guard page.content != earlier.page.content else { return earlier }
        var page = self
        page.before = earlier.before
        return page
    }
}
