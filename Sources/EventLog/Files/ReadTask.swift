// A unit being inflated, and the putting in order of what units held.

import Dispatch
import Synchronization

/// Inflated and transformed by whoever gets to it first: a worker ahead of time, or the reader that needs it.
final class ReadTask<Work: Sendable>: Sendable {
    private enum State {
        case waiting(ReadUnit)
        case running
        case done(Result<[ReadPiece<Work>], LogError>)
    }

    private let state: Mutex<State>
    private let finished = DispatchSemaphore(value: 0)
    private let from: UInt64
    private let to: UInt64
    private let thorough: Bool
    private let transform: @Sendable (EventBatch) -> Work

    init(
        _ unit: ReadUnit, from: UInt64, to: UInt64, thorough: Bool, transform: @escaping @Sendable (EventBatch) -> Work
    ) {
        state = Mutex(.waiting(unit))
        self.from = from
        self.to = to
        self.thorough = thorough
        self.transform = transform
    }

    func run() {
        let unit: ReadUnit? = state.withLock { state in
            guard case .waiting(let unit) = state else { return nil }
            state = .running
            return unit
        }
        guard let unit else { return }
        let result = inflate(unit)
        state.withLock { $0 = .done(result) }
        finished.signal()
    }

    private func inflate(_ unit: ReadUnit) -> Result<[ReadPiece<Work>], LogError> {
        do throws(LogError) {
            var pieces: [ReadPiece<Work>] = []
            for part in try UnitInflater(unit, thorough: thorough).parts() {
                switch part {
                case .damage(let damage): pieces.append(.damage(damage))
                case .batch(let batch):
                    guard let batch = batch.clipped(from: from, to: to) else { continue }
                    pieces.append(.batch(batch, transform(batch)))
                }
            }
            return .success(pieces)
        } catch {
            return .failure(error)
        }
    }

    /// To be asked for once.
    func value() -> Result<[ReadPiece<Work>], LogError> {
        run()
        finished.wait()
        return state.withLock { state in
            guard case .done(let result) = state else { return .success([]) }
            return result
        }
    }
}

/// Says exactly which of the sequences asked for damage has cost: that is told only by the next event that can be read.
struct PieceSequencer<Work: Sendable> {
    private var expected: UInt64
    private let to: UInt64
    private let thorough: Bool
    private let directory: LogDirectory
    private var pending: [Damage] = []

    init(directory: LogDirectory, from: UInt64, to: UInt64, thorough: Bool) {
        self.directory = directory
        expected = from
        self.to = to
        self.thorough = thorough
    }

    mutating func order(_ pieces: [ReadPiece<Work>]) -> [ReadPiece<Work>] {
        var ordered: [ReadPiece<Work>] = []
        for piece in pieces {
            switch piece {
            case .damage(let damage): pending.append(damage)
            case .batch(let batch, _):
                guard batch.first >= expected else { continue }
                ordered += settle(upTo: batch.first)
                ordered.append(piece)
                expected = batch.end
            }
        }
        return ordered
    }

    mutating func finish(lastFile: (segment: UInt64, size: Int)) -> [ReadPiece<Work>] {
        if expected < to, pending.isEmpty {
            pending.append(
                Damage(
                    file: Segment.name(lastFile.segment), from: lastFile.size, to: lastFile.size,
                    sequences: expected..<to, what: "the file ends before them"))
        }
        return settle(upTo: to)
    }

    private mutating func settle(upTo sequence: UInt64) -> [ReadPiece<Work>] {
        if pending.isEmpty, sequence > expected {
            let file = Segment.name(directory.segment(holding: expected))
            pending = [Damage(file: file, from: 0, to: 0, sequences: expected..<sequence, what: "they are missing")]
        }
        defer { pending = [] }
        var lower = expected
        var settled: [ReadPiece<Work>] = []
        for (index, damage) in pending.enumerated() {
            let isLast = index == pending.count - 1
            let upper = max(lower, isLast ? sequence : min(damage.sequences.upperBound, sequence))
            var damage = damage
            damage.sequences = lower..<upper
            lower = upper
            // Bytes that cost no event that was asked for are the verifier's business alone.
            if thorough || !damage.sequences.isEmpty { settled.append(.damage(damage)) }
        }
        return settled
    }
}
