// Makes the logs that are read, by appending to them as an import does.

import CanonicalJSON
import EventLog
import Foundation

struct LogMaker {
    private let data: String
    private let events: Int

    private static let commitEvents = 1000

    init(data: String, events: Int) {
        self.data = data
        self.events = events
    }

    func run() async throws -> JSON {
        let began = ContinuousClock.now
        let corpus = SessionCorpus(events: events)
        let clock = RecordingClock()
        let log = try EventLog.open(data, create: true, clock: { clock.now })
        var next = Int(try log.end())
        var drafts = Self.drafts(corpus, next, events)
        while next < events {
            let end = next + drafts.count
            clock.advance(to: SessionCorpus.time(of: end))
            async let following = Self.drafts(corpus, end, events)
            try await log.append(drafts, isDivisible: true)
            drafts = await following
            next = end
        }
        // As it is after a while: everything but the newest segment is sealed.
        _ = await log.seal(within: .seconds(3600))
        log.close()
        return ["events": JSON(events), "seconds": .number((ContinuousClock.now - began).seconds)]
    }

    private static func drafts(_ corpus: SessionCorpus, _ from: Int, _ events: Int) -> [EventDraft] {
        (from..<max(from, min(from + commitEvents, events))).map(corpus.draft)
    }
}
