// What the engine needs of a log, and no more; tests put sources here that break off or repeat themselves.

import EventLog

protocol EventSource: Sendable {
    /// How many events there are.
    func end() throws -> UInt64
    /// The digest of the line at `sequence`, or `nil` where there is none.
    func digestOfLine(at sequence: UInt64) throws -> Digest?
    /// Hands over events `from ..< to` in order. A source may begin earlier: the engine skips what it has.
    func read(from: UInt64, to: UInt64, _ body: (EventView) throws -> Void) throws
}

extension EventLog: EventSource {
    func digestOfLine(at sequence: UInt64) throws -> Digest? {
        guard try sequence < end() else { return nil }
        var digest: Digest?
        try forEachBatch(from: sequence, to: sequence + 1) { batch in
            batch.forEach { digest = Digest.sha256($0.line.raw) }
            return false
        }
        return digest
    }

    func read(from: UInt64, to: UInt64, _ body: (EventView) throws -> Void) throws {
        try forEachBatch(from: from, to: to) { batch in
            try batch.forEach(body)
            return true
        }
    }
}
