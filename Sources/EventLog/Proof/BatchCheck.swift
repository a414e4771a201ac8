// Checks of lines by themselves: that each is in its one right form, and what checking them in order takes.

import CanonicalJSON

struct LineProblem: Sendable, Hashable {
    var sequence: UInt64
    var what: String
}

/// A stream in few bytes: two hashes of its name, keyed anew in each process, so that no log can be made in which two streams meet.
struct StreamKey: Hashable, Sendable {
    private let first: Int
    private let second: Int

    init(family: UnsafeRawBufferPointer, subject: UnsafeRawBufferPointer) {
        first = Self.hash(0, family, subject)
        second = Self.hash(1, family, subject)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(first) }

    private static func hash(
        _ number: UInt8, _ family: UnsafeRawBufferPointer, _ subject: UnsafeRawBufferPointer
    ) -> Int {
        var hasher = Hasher()
        hasher.combine(number)
        hasher.combine(bytes: family)
        // In no UTF-8.
        hasher.combine(0xFF as UInt8)
        hasher.combine(bytes: subject)
        return hasher.finalize()
    }
}

/// What can be told of lines by themselves, found out on whichever core is free.
struct BatchCheck: Sendable {
    struct Line: Sendable {
        var stream: StreamKey
        var revision: Int
        var id: EventID
        var time: Timestamp
        var recorded: Timestamp
        var leaf: Digest
    }

    var first: UInt64
    /// Nil where the line is not in its one right form.
    var lines: [Line?] = []
    var problems: [LineProblem] = []
    /// What the events name.
    var blobs: [(digest: Digest, sequence: UInt64)] = []

    init(_ batch: EventBatch, named: (EventView) -> [Digest] = { _ in [] }) {
        first = batch.first
        lines.reserveCapacity(batch.count)
        batch.forEach { event in
            // What many events in a row name is kept once.
            for digest in named(event) where blobs.last?.digest != digest { blobs.append((digest, event.sequence)) }
            do {
                let form = try LineForm.plain(event) ?? LineForm.written(event)
                lines.append(
                    Line(
                        stream: StreamKey(family: event.family.raw, subject: event.subject.raw),
                        revision: event.revision, id: form.id, time: form.time, recorded: form.recorded,
                        leaf: MerkleTree.leaf(event.line.raw)))
            } catch {
                lines.append(nil)
                problems.append(LineProblem(sequence: event.sequence, what: "\(error)"))
            }
        }
    }
}
