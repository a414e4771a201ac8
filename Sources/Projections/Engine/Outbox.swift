// A projection's changes: put into its database inside a batch's transaction, and read back, each completed by the projection that
// emitted it.

import CanonicalJSON
import EventLog

/// Puts changes in. What was added is in the table when the batch is flushed.
final class OutboxWriter {
    private let database: Connection
    private var block: ChangeBlockWriter?

    init(_ database: Connection) { self.database = database }

    func add(
        sequence: UInt64, origin: Origin, time: Int64, kind: UnsafeRawBufferPointer, subject: UnsafeRawBufferPointer,
        event: UnsafeRawBufferPointer, detail: [UInt8]
    ) throws {
        let number = ChangeBlock.number(of: sequence)
        if block?.number != number {
            try flush()
            block = try ChangeBlockWriter(number, packed: try stored(number))
        }
        try block?.add(
            sequence: sequence, origin: origin, time: time, kind: kind, subject: subject, event: event, detail: detail)
    }

    private func stored(_ number: UInt64) throws -> [UInt8] {
        try database.first("SELECT packed FROM changes WHERE block = ?", number) { $0.array(0) } ?? []
    }

    /// Before a batch is committed.
    func flush() throws(SQLiteError) {
        guard let block else { return }
        try database.run("INSERT OR REPLACE INTO changes (block, packed) VALUES (?, ?)", block.number, block.packed)
        self.block = nil
    }

    /// When a batch is undone.
    func discard() { block = nil }
}

struct Outbox {
    let projection: any Projection
    let database: Connection

    func changes(after position: ChangePosition?, limit: Int) throws -> [Change] {
        try stored(after: position, limit: limit).map { stored in
            let change = EmittedChange(stored)
            return Change(
                projection: projection.name, change,
                adding: try projection.describe(change, detail: stored.detail, in: database))
        }
    }

    private func stored(after position: ChangePosition?, limit: Int) throws -> [StoredChange] {
        var changes: [StoredChange] = []
        var next: UInt64? = position.map { ChangeBlock.number(of: $0.sequence) } ?? 0
        while let first = next, changes.count < limit {
            next = nil
            // Every block holds one change at least.
            try database.forEach(
                "SELECT block, packed FROM changes WHERE block >= ? ORDER BY block LIMIT ?", first,
                min(limit - changes.count, 255) + 1
            ) { row in
                let number = row.sequence(0)
                next = number + 1
                var reader = PackedReader(row.bytes(1))
                var block = ChangeBlockReader(number)
                while !reader.isAtEnd, changes.count < limit {
                    try block.read(&reader)
                    if position.map({ $0 < block.change.position }) ?? true { changes.append(block.change) }
                }
            }
        }
        return changes
    }
}
