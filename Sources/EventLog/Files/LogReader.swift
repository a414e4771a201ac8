// Reads events in order, inflating ahead on several cores with bounded memory, around damage where the caller wants that.

import Dispatch
import Glibc

/// What a unit turned out to hold, in order.
enum ReadPiece<Work: Sendable>: Sendable {
    /// Events, and what the reader's `transform` made of them.
    case batch(EventBatch, Work)
    case damage(Damage)
}

final class LogReader: Sendable {
    private let directory: LogDirectory

    init(directory: LogDirectory) { self.directory = directory }

    /// Events `from..<to` in batches. `body` answers whether to go on. Damage goes to `onDamage`, or, without one, ends the
    /// reading as `LogError.corrupt`.
    func forEachBatch(
        from: UInt64, to: UInt64, onDamage: ((Damage) -> Void)? = nil, _ body: (EventBatch) throws -> Bool
    ) throws {
        try forEachPiece(from: from, to: to, transform: { _ in true }) { piece in
            switch piece {
            case .batch(let batch, _): return try body(batch)
            case .damage(let damage):
                guard let onDamage else { throw LogError.corrupt(damage) }
                onDamage(damage)
                return true
            }
        }
    }

    /// As `forEachBatch`, with `transform` run on whichever core is free and `consume` in order on the caller's thread.
    /// `thorough` also checks gzip's own CRC, looks for bytes behind a full segment's end, and reports damage that cost nothing.
    func forEachPiece<Work: Sendable>(
        from: UInt64, to: UInt64, thorough: Bool = false, transform: @escaping @Sendable (EventBatch) -> Work,
        consume: (ReadPiece<Work>) throws -> Bool
    ) throws {
        guard from < to else { return }
        var planner = try UnitPlanner(directory: directory, reader: self, from: from, to: to, thorough: thorough)
        var sequencer = PieceSequencer<Work>(directory: directory, from: from, to: to, thorough: thorough)
        var ahead: [ReadTask<Work>] = []
        var isPlanned = false
        while true {
            while !isPlanned, ahead.count < Self.unitsAhead {
                guard let unit = try planner.next() else {
                    isPlanned = true
                    break
                }
                let task = ReadTask(unit, from: from, to: to, thorough: thorough, transform: transform)
                // The first is about to be waited for, and is then inflated right here.
                if !ahead.isEmpty { DispatchQueue.global(qos: .userInitiated).async { task.run() } }
                ahead.append(task)
            }
            guard !ahead.isEmpty else { break }
            for piece in sequencer.order(try ahead.removeFirst().value().get()) {
                guard try consume(piece) else { return }
            }
        }
        for piece in sequencer.finish(lastFile: planner.lastFile) {
            guard try consume(piece) else { return }
        }
    }

    private static let unitsAhead = 2 * min(8, max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))

    /// Where to begin in a segment so as to find `sequence`: the last block that starts an event at or before it.
    func start(of sequence: UInt64, in segment: UInt64, _ file: any LogFile) throws(LogError) -> (Int, UInt64) {
        if sequence == segment { return (0, segment) }
        let search = BlockSearch(directory: directory, file: file, segment: segment)
        var start = try search.near(sequence)
        var scanner = try directory.scanner(
            file, segment, offset: start.offset, expected: start.first, chunkSize: Block.sizeMax)
        while scanner.expected <= sequence, let step = try scanner.next() {
            guard case .block(let block) = step, block.header.count > 0, block.header.first <= sequence else {
                continue
            }
            start = (block.offset, block.header.first)
        }
        return start
    }
}
