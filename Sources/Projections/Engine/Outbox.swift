// Reads changes back from a projection's database, each completed by the projection that emitted it.

import CanonicalJSON
import EventLog

struct Outbox {
    let projection: any Projection
    let database: Connection

    func changes(after position: ChangePosition?, limit: Int) throws -> [Change] {
        var emitted: [(EmittedChange, [UInt8])] = []
        // Without a position: after a sequence that is none.
        let sequence = position.map { Int64(clamping: $0.sequence) } ?? -1
        try database.forEach(
            """
            SELECT sequence, ordinal, kind, subject, origin, time, event, detail FROM changes
            WHERE (sequence, ordinal) > (?, ?) ORDER BY sequence, ordinal LIMIT ?
            """, sequence, position?.ordinal ?? 0, limit
        ) { emitted.append((EmittedChange($0), $0.array(7))) }
        return try emitted.map { change, detail in
            Change(
                projection: projection.name, change,
                adding: try projection.describe(change, detail: detail, in: database))
        }
    }
}
