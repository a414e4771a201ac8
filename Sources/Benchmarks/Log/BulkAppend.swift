// Commits of 1,000 events one after the other.

import CanonicalJSON
import EventLog
import Foundation

struct BulkAppend {
    private let data: String
    private let commits: Int

    static let commitEvents = 1000

    init(_ data: String, commits: Int) {
        self.data = data
        self.commits = commits
    }

    /// The events are made before time is taken: what is measured begins with values and ends on disk.
    func run() async throws -> JSON {
        let corpus = SessionCorpus(events: 1_000_000)
        let log = try EventLog.open(data, create: true)
        let first = Int(try log.end())
        var rates: [Double] = []
        for commit in 0..<commits {
            let from = first + commit * Self.commitEvents
            let drafts = (from..<from + Self.commitEvents).map(corpus.draft)
            let began = ContinuousClock.now
            try await log.append(drafts)
            rates.append(Double(drafts.count) / (ContinuousClock.now - began).seconds)
        }
        return ["rates": JSON(rates)]
    }
}
