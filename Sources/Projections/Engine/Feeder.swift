// One pass over the log that feeds any number of projections, in batches, each batch one transaction in each database.

import EventLog
import Synchronization

/// Says when to stop, from another task.
final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    func cancel() { flag.store(true, ordering: .relaxed) }
    func check() throws(ProjectionError) { if flag.load(ordering: .relaxed) { throw .cancelled } }
}

struct Feeder {
    let source: any EventSource
    /// How many events make a transaction.
    let eventsPerBatch: Int
    let cancellation: Cancellation
    /// Called after each batch with the sequence reached.
    var progress: (UInt64) -> Void = { _ in }

    /// Brings all `stores` to `end`. One that meets an event it cannot take in stops before it, with that on record, and
    /// the others go on. Stores are in the order in which everyone locks them.
    func feed(_ stores: [Store], to end: UInt64) throws {
        var able: [Store] = []
        for store in stores where store.next < end {
            // One that failed before tries its event alone, so that the others' pass does not begin there again each time.
            guard let failure = store.failure, failure.sequence == store.next else {
                able.append(store)
                continue
            }
            try pass([store], to: failure.sequence + 1)
            if store.next > failure.sequence { able.append(store) }
        }
        try pass(able.filter { $0.next < end }, to: end)
    }

    private func pass(_ stores: [Store], to end: UInt64) throws {
        guard let start = stores.map(\.next).min(), start < end else { return }
        var pass = Pass(active: stores, last: start)
        do {
            try source.read(from: start, to: end) { event in
                guard try pass.take(event) else { return }
                if pass.pending >= eventsPerBatch || event.sequence + 1 == end { try finish(&pass, with: event) }
            }
            pass.rollBack()
        } catch is NobodyLeft {
        } catch {
            pass.rollBack()
            // What came before a break in the log is good: take it in, and then say what is wrong.
            let isOurs = error is ProjectionError || error is SQLiteError
            let isWorthIt = !isOurs && !stores.contains(where: \.isLoading)
            if isWorthIt, start < pass.last, pass.last < end { try? self.pass(stores, to: pass.last) }
            throw error
        }
        for (store, failure) in pass.stopped {
            try self.pass([store], to: failure.sequence)
            if store.next == failure.sequence { try store.record(failure) }
        }
    }

    private func finish(_ pass: inout Pass, with event: EventView) throws {
        try pass.commit(upTo: event.sequence + 1, digest: Digest.sha256(event.line.raw).hex)
        progress(event.sequence + 1)
        try cancellation.check()
    }
}

/// Every projection of the pass has stopped.
private struct NobodyLeft: Error {}

/// The state of one pass: who is still being fed, and what is in the open transactions.
private struct Pass {
    var active: [Store]
    var stopped: [(store: Store, failure: ProjectionFailure)] = []
    var pending = 0
    var isOpen = false
    /// The sequence after the last event that came.
    var last: UInt64

    /// Feeds one event; `false` when it has been here before. Whatever a source does, each projection gets every event
    /// from its checkpoint on, once and in order.
    mutating func take(_ event: EventView) throws -> Bool {
        if event.sequence < last { return false }
        guard event.sequence == last else {
            throw ProjectionError.log(reason: "the log handed over event \(event.sequence) where \(last) was due")
        }
        if !isOpen { try begin() }
        for store in active {
            do { try store.apply(event) } catch { try stop(store, at: event, because: error) }
        }
        pending += 1
        last = event.sequence + 1
        return true
    }

    private mutating func begin() throws {
        isOpen = true
        var begun: [Store] = []
        do {
            for store in active {
                try store.begin()
                begun.append(store)
            }
        } catch {
            isOpen = false
            for store in begun { try? store.rollBack() }
            throw error
        }
    }

    /// Takes one projection out of the pass, unless it is the disk that is at fault.
    private mutating func stop(_ store: Store, at event: EventView, because error: any Error) throws {
        if let error = error as? SQLiteError, error.isAboutStorage {
            throw ProjectionError.storage(path: store.generation.path, reason: error.message)
        }
        try store.rollBack()
        active.removeAll { $0 === store }
        stopped.append(
            (store, ProjectionFailure(sequence: event.sequence, event: event.id.string, reason: "\(error)")))
        if active.isEmpty { throw NobodyLeft() }
    }

    mutating func commit(upTo end: UInt64, digest: String) throws {
        for store in active { try store.commit(upTo: end, lineDigest: digest) }
        isOpen = false
        pending = 0
    }

    mutating func rollBack() {
        guard isOpen else { return }
        isOpen = false
        // After a failed commit some have nothing left to undo.
        for store in active { try? store.rollBack() }
    }
}
