// How long it takes from one event's commit until its change can be read from the outbox, in a process that waits for the log to
// grow and catches up, as the dispatcher does.

import CanonicalJSON
import EventLog
import Foundation
import Projections
import Synchronization

struct OutboxLatency {
    private let folder: String
    private let events: Int

    init(folder: String, events: Int) {
        self.folder = folder
        self.events = events
    }

    func run() async throws -> JSON {
        let log = try EventLog.open(folder, create: true)
        let engine = try ProjectionEngine(log: log, projections: KeyedCollection.kinds + [Runs()])
        try await engine.catchUp()
        let corpus = SessionCorpus(events: 1_000_000)
        let (told, tell) = AsyncStream<ContinuousClock.Instant>.makeStream()
        let follower = Task {
            var position: ChangePosition?
            var end = try log.end()
            while !Task.isCancelled {
                end = try await log.waitForEnd(beyond: end)
                try await engine.catchUp()
                let changes = try engine.changes(of: "sessions", after: position, limit: 100)
                position = changes.last?.position ?? position
                for _ in changes { tell.yield(.now) }
            }
        }
        var milliseconds: [Double] = []
        var instants = told.makeAsyncIterator()
        for index in 0..<events {
            try await log.append([corpus.draft(index)])
            let committed = ContinuousClock.now
            guard let told = await instants.next() else { break }
            milliseconds.append(max(.zero, told - committed) / .milliseconds(1))
        }
        follower.cancel()
        return ["milliseconds": JSON(milliseconds)]
    }
}
