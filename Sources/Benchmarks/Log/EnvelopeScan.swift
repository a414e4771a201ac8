// Reads every event of a log: its envelope, which is what a projection looks at before it takes an event.

import CanonicalJSON
import EventLog
import Foundation

struct EnvelopeScan {
    private let data: String

    init(data: String) { self.data = data }

    private struct Seen: Sendable {
        var events = 0
        var bytes = 0
        /// Something of each field, so that none is left unread.
        var sum = 0
    }

    func run() throws -> JSON {
        let began = ContinuousClock.now
        let log = try EventLog.open(data, create: false)
        var seen = Seen()
        try log.forEachBatch(before: log.end(), transform: Self.read) { _, part in
            seen.events += part.events
            seen.bytes += part.bytes
            seen.sum &+= part.sum
        }
        let seconds = (ContinuousClock.now - began).seconds
        return [
            "events": JSON(seen.events), "bytes": JSON(seen.bytes), "sum": JSON(seen.sum), "seconds": .number(seconds),
        ]
    }

    @Sendable private static func read(_ batch: EventBatch) -> Seen {
        var seen = Seen()
        batch.forEach { event in
            seen.events += 1
            seen.bytes += event.line.count + 1
            seen.sum &+= Int(event.sequence) &+ event.revision &+ event.type.count &+ event.subject.count
            seen.sum &+= event.source.count &+ event.id.count &+ event.time.count &+ event.dataSchema.count
        }
        return seen
    }
}
