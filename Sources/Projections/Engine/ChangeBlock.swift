// Changes of neighbouring events in one row. Neighbours have much in common (their kind, their run, the beginning of their subject),
// so each is told by what differs from the one before.

import EventLog
import Foundation

/// A change as it stands in the outbox.
struct StoredChange {
    var position: ChangePosition
    var origin: Origin
    var time: Int64
    var kind: [UInt8] = []
    var subject: [UInt8] = []
    var event: [UInt8] = []
    var detail: [UInt8] = []
}

/// Which row a change stands in depends on its sequence alone, and so does what the row holds: not on batches.
enum ChangeBlock {
    static let sequencesPerBlock: UInt64 = 64

    static func number(of sequence: UInt64) -> UInt64 { sequence / sequencesPerBlock }

    /// What the first change of a block is told by.
    static func start(_ number: UInt64) -> StoredChange {
        StoredChange(
            position: ChangePosition(sequence: number * sequencesPerBlock, ordinal: -1), origin: .live, time: 0)
    }

    static let origins: [Origin] = [.live, .firstLook, .import, .reading]
}

/// Writes a block's changes, one behind the other.
struct ChangeBlockWriter {
    let number: UInt64
    private var writer: PackedWriter
    private var last: StoredChange

    var packed: [UInt8] { writer.bytes }

    /// Goes on with a block, or begins one where `packed` is empty.
    init(_ number: UInt64, packed: [UInt8]) throws {
        self.number = number
        var reader = ChangeBlockReader(number)
        try packed.withUnsafeBytes { bytes in
            var place = PackedReader(bytes)
            while !place.isAtEnd { try reader.read(&place) }
        }
        last = reader.change
        writer = PackedWriter(packed)
    }

    mutating func add(
        sequence: UInt64, origin: Origin, time: Int64, kind: UnsafeRawBufferPointer, subject: UnsafeRawBufferPointer,
        event: UnsafeRawBufferPointer, detail: [UInt8]
    ) throws(FoldError) {
        // A batch is undone whole, so this is no event that comes again, unless the projection ended the transaction itself.
        guard sequence >= last.position.sequence else {
            throw FoldError(
                "changes of later events are there already; `fold` must leave the transaction to the engine")
        }
        let steps = sequence - last.position.sequence
        writer.add(steps * 4 + UInt64(ChangeBlock.origins.firstIndex(of: origin) ?? 0))
        writer.add(signed: time &- last.time)
        writer.add(kind, after: &last.kind)
        writer.add(subject, after: &last.subject)
        writer.add(event, after: &last.event)
        detail.withUnsafeBytes { writer.add($0, after: &last.detail) }
        last.position = ChangePosition(sequence: sequence, ordinal: 0)
        last.time = time
    }
}

extension PackedWriter {
    /// How much of a text is as in the one before, and the rest.
    fileprivate mutating func add(_ text: UnsafeRawBufferPointer, after last: inout [UInt8]) {
        let shared = last.withUnsafeBytes { Splice.commonPrefix($0, text) }
        add(UInt64(shared))
        let rest = UnsafeRawBufferPointer(rebasing: text[shared...])
        add(rest)
        last.replaceSubrange(shared..., with: rest)
    }
}

/// Reads a block's changes.
struct ChangeBlockReader {
    private(set) var change: StoredChange

    init(_ number: UInt64) { change = ChangeBlock.start(number) }

    /// Moves on to the change that is written next.
    mutating func read(_ reader: inout PackedReader) throws(SQLiteError) {
        let head = try reader.number()
        let sequence = change.position.sequence &+ head / 4
        let isOfSameEvent = head / 4 == 0
        change.position = ChangePosition(sequence: sequence, ordinal: isOfSameEvent ? change.position.ordinal + 1 : 0)
        change.origin = ChangeBlock.origins[Int(head % 4)]
        change.time &+= try reader.signed()
        try ChangeBlockReader.read(&reader, &change.kind)
        try ChangeBlockReader.read(&reader, &change.subject)
        try ChangeBlockReader.read(&reader, &change.event)
        try ChangeBlockReader.read(&reader, &change.detail)
    }

    private static func read(_ reader: inout PackedReader, _ text: inout [UInt8]) throws(SQLiteError) {
        let shared = try reader.count()
        guard shared <= text.count else { throw PackedReader.damage }
        text.replaceSubrange(shared..., with: try reader.text())
    }
}
