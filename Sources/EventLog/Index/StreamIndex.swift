// The index over the log: the database, and in memory what the log has beyond it. Small commits cost no transaction; overlays
// are folded into the database in batches, and whoever comes later catches up from the log.

import Dispatch
import GRDB
import Synchronization

final class StreamIndex: Sendable {
    private struct State {
        var database: IndexDatabase?
        /// Being folded right now; then it moves to `known`.
        var folding: IndexOverlay?
        var fresh = IndexOverlay(from: 0)
        /// Heads as the database has them, or will.
        var known: [StreamID: IndexEntry] = [:]
        /// The runs of what has been folded, as long as `isComplete`.
        var knownRuns: [RunID: Int] = [:]
        /// With `folding` and `fresh` these hold every stream and run there is, so that what is not in them does not exist.
        var isComplete = false
        var lastRecorded: Timestamp?
        var foldAt: Int
        /// The database turned out unusable: the next to ask makes it again.
        var isLost = false
        /// Damage that was skipped in reading the log; heads are as good as can be, but no ground to append on.
        var damage: Damage?
    }

    private let directory: LogDirectory
    private let reader: LogReader
    private let notices: @Sendable (LogNotice) -> Void
    /// How many events go into the database at a time.
    private let foldCount: Int
    /// How many heads are kept in memory so as not to ask the database.
    private let knownMax: Int
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "daybook.index")

    init(
        directory: LogDirectory, reader: LogReader, foldCount: Int, knownMax: Int,
        notices: @escaping @Sendable (LogNotice) -> Void
    ) {
        self.foldCount = foldCount
        self.knownMax = knownMax
        state = Mutex(State(foldAt: foldCount))
        self.directory = directory
        self.reader = reader
        self.notices = notices
    }

    // MARK: Taking the log in

    /// Takes in the log's events before `end`, which are on disk.
    func catchUp(to end: UInt64) throws(LogError) {
        let result: Result<Void, LogError> = state.withLock { state in
            do {
                try open(&state, end: end)
                try readOn(&state, to: end)
                return .success(())
            } catch let error as LogError {
                return .failure(error)
            } catch {
                return .failure(.index("\(error)"))
            }
        }
        try result.get()
    }

    /// Takes in what this process has just appended and synced.
    func absorb(_ overlay: IndexOverlay) {
        state.withLock { state in
            guard state.database != nil, state.fresh.end == overlay.first else { return }
            state.fresh.append(overlay)
            state.lastRecorded = overlay.lastRecorded ?? state.lastRecorded
            foldIfDue(&state)
        }
    }

    /// What ended up unreadable in between, after `catchUp`.
    var damage: Damage? { state.withLock { $0.damage } }

    /// When the newest event was recorded, after `catchUp`.
    var lastRecorded: Timestamp? { state.withLock { $0.lastRecorded } }

    private func readOn(_ state: inout State, to end: UInt64) throws {
        guard state.fresh.end < end else { return }
        var damage: Damage?
        try reader.forEachBatch(from: state.fresh.end, to: end, onDamage: { damage = damage ?? $0 }) { batch in
            var line: [UInt8] = []
            batch.forEach { event in
                state.fresh.add(event)
                if event.sequence == batch.end - 1 { line = Array(event.line.raw) }
            }
            state.fresh.note(lastLine: line)
            if state.fresh.count >= 4 * foldCount { try foldNow(&state) }
            return true
        }
        state.fresh.skip(to: end)
        state.damage = state.damage ?? damage
        state.lastRecorded = state.fresh.lastRecorded ?? state.lastRecorded
        foldIfDue(&state)
    }

    private func open(_ state: inout State, end: UInt64) throws {
        if state.isLost, state.folding == nil {
            state.database?.close()
            state = State(foldAt: foldCount)
            try replace(&state, end: end, reason: "it was found damaged")
        }
        guard state.database == nil else { return }
        // Over processes, only one at a time opens and perhaps replaces the file.
        let lock = try? directory.files.open(directory.indexPath + ".lock", .write)
        _ = try lock?.lock(wait: true)
        defer { lock?.unlock() }
        do {
            guard try load(&state, IndexDatabase(path: directory.indexPath), end: end) else {
                return try replace(&state, end: end, reason: "it does not belong to this log")
            }
        } catch let error as DatabaseError where Self.isUnusable(error) {
            try replace(&state, end: end, reason: error.message ?? "it is damaged")
        } catch is DatabaseError {
            // A folder that may only be read, a full disk: an index in memory serves this process.
            _ = try load(&state, IndexDatabase(), end: end)
        }
    }

    /// Who still has the old file open goes on with it; it only holds what the log does.
    private func replace(_ state: inout State, end: UInt64, reason: String) throws {
        for suffix in ["", "-wal", "-shm"] { try directory.files.remove(directory.indexPath + suffix) }
        notices(.indexRebuilt(reason: reason))
        _ = try load(&state, IndexDatabase(path: directory.indexPath), end: end)
    }

    private static func isUnusable(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    /// False where the database is of another log, or of more than this one holds.
    private func load(_ state: inout State, _ database: IndexDatabase, end: UInt64) throws -> Bool {
        let checkpoint = try database.checkpoint()
        if let known = checkpoint, try !matches(known, end: end, &state) {
            database.close()
            return false
        }
        state.database = database
        state.fresh = IndexOverlay(from: checkpoint?.sequence ?? 0)
        state.isComplete = checkpoint == nil
        return true
    }

    private func matches(_ checkpoint: IndexCheckpoint, end: UInt64, _ state: inout State) throws -> Bool {
        guard checkpoint.sequence > 0, checkpoint.sequence <= end else { return false }
        var digest: Digest?
        var recorded: Timestamp?
        try reader.forEachBatch(from: checkpoint.sequence - 1, to: checkpoint.sequence, onDamage: { _ in }) { batch in
            batch.forEach { event in
                digest = Digest.sha256(event.line.raw)
                recorded = event.recorded
            }
            return true
        }
        state.lastRecorded = recorded
        return digest == checkpoint.digest
    }

    // MARK: Folding

    private func foldIfDue(_ state: inout State) {
        guard state.fresh.count >= state.foldAt, state.folding == nil, state.damage == nil,
            let database = state.database
        else { return }
        let overlay = state.fresh
        state.folding = overlay
        // Who has appended so much goes on to; growing step by step would copy it all again and again.
        state.fresh = IndexOverlay(from: overlay.end, room: overlay.entries.count)
        queue.async { self.fold(overlay, into: database) }
    }

    private func fold(_ overlay: IndexOverlay, into database: IndexDatabase) {
        let outcome = Result { try database.fold(overlay) }
        state.withLock { settle(&$0, overlay, outcome) }
    }

    private func foldNow(_ state: inout State) throws {
        guard let database = state.database, state.folding == nil, state.damage == nil else { return }
        let overlay = state.fresh
        state.fresh = IndexOverlay(from: overlay.end)
        settle(&state, overlay, Result { try database.fold(overlay) })
    }

    private func settle(
        _ state: inout State, _ overlay: IndexOverlay, _ outcome: Result<IndexDatabase.FoldOutcome, any Error>
    ) {
        state.folding = nil
        switch outcome {
        case .success(.done):
            state.foldAt = foldCount
            if state.known.count + state.knownRuns.count + overlay.entries.count + overlay.runs.count > knownMax {
                state.known = [:]
                state.knownRuns = [:]
                state.isComplete = false
            }
            if state.isComplete { state.knownRuns.merge(overlay.runs) { $1 } }
            for (stream, var entry) in overlay.entries {
                entry.earlier = []
                state.known[stream] = entry
            }
        case .success(.gap), .failure:
            // A full disk, most likely: memory holds what is missing, and it is tried again later.
            if case .failure(let error as DatabaseError) = outcome { state.isLost = Self.isUnusable(error) }
            var whole = overlay
            whole.append(state.fresh)
            state.fresh = whole
            state.foldAt = whole.count * 2
        }
    }

    /// Folds what is worth it, so that the next process starts quickly.
    func close() {
        queue.sync {}
        state.withLock { state in
            if state.fresh.count >= 256 { try? foldNow(&state) }
            state.database?.close()
            state.database = nil
            state.known = [:]
            state.knownRuns = [:]
        }
    }

    // MARK: Asking

    func entry(_ stream: StreamID) throws(LogError) -> IndexEntry? {
        try ask { state in
            if let entry = state.fresh.entries[stream] ?? state.folding?.entries[stream] ?? state.known[stream] {
                return entry
            }
            if state.isComplete { return nil }
            let entry = try state.database?.entry(stream)
            if let entry, state.known.count < knownMax { state.known[stream] = entry }
            return entry
        }
    }

    func highest(in run: RunID) throws(LogError) -> Int? {
        try ask { state in
            if let number = state.fresh.runs[run] ?? state.folding?.runs[run] ?? state.knownRuns[run] { return number }
            if state.isComplete { return nil }
            return try state.database?.highest(in: run)
        }
    }

    func heads(family: String, subjectPrefix: String) throws(LogError) -> [StreamHead] {
        try ask { state in
            var newer: [StreamID: IndexEntry] = [:]
            for overlay in [state.folding, state.fresh] {
                for (stream, entry) in overlay?.entries ?? [:]
                where stream.family == family && stream.subject.utf8.starts(with: subjectPrefix.utf8) {
                    newer[stream] = entry
                }
            }
            var heads = try state.database?.heads(family: family, subjectPrefix: subjectPrefix) ?? []
            guard !newer.isEmpty else { return heads }
            heads = heads.map { newer.removeValue(forKey: $0.stream)?.head($0.stream) ?? $0 }
            heads += newer.map { $1.head($0) }
            return heads.sorted { $0.stream.subject.utf8.lexicographicallyPrecedes($1.stream.subject.utf8) }
        }
    }

    func exists(family: String, subjectPrefix: String, since: UInt64) throws(LogError) -> Bool {
        try ask { state in
            for overlay in [state.folding, state.fresh] {
                guard let overlay, overlay.end > since else { continue }
                let found = overlay.entries.contains { stream, entry in
                    entry.sequence >= since && stream.family == family
                        && stream.subject.utf8.starts(with: subjectPrefix.utf8)
                }
                if found { return true }
            }
            let folded = state.folding?.first ?? state.fresh.first
            guard folded > since else { return false }
            return try state.database?.exists(family: family, subjectPrefix: subjectPrefix, since: since) ?? false
        }
    }

    /// Ascending; `family` nil means any.
    func sequences(family: String?, subject: String, isPrefix: Bool) throws(LogError) -> [UInt64] {
        try ask { state in
            var all = try state.database?.sequences(family: family, subject: subject, isPrefix: isPrefix) ?? []
            for overlay in [state.folding, state.fresh] {
                for (stream, entry) in overlay?.entries ?? [:]
                where (family == nil || stream.family == family)
                    && (isPrefix
                        ? stream.subject.utf8.starts(with: subject.utf8)
                        : stream.subject.utf8.elementsEqual(subject.utf8))
                {
                    all += entry.sequences
                }
            }
            // What another process has folded meanwhile is both in the database and in the overlay.
            all.sort()
            return all.indices.filter { $0 == 0 || all[$0] != all[$0 - 1] }.map { all[$0] }
        }
    }

    /// Descending.
    func latest(_ limit: Int, of stream: StreamID, before end: UInt64) throws(LogError) -> [UInt64] {
        try ask { state in
            var latest: [UInt64] = []
            // What another process has folded meanwhile is both in the database and in the overlay.
            func take(_ sequences: some BidirectionalCollection<UInt64>) -> Bool {
                for sequence in sequences.reversed() where sequence < latest.last ?? end {
                    guard latest.count < limit else { return false }
                    latest.append(sequence)
                }
                return latest.count < limit
            }
            for overlay in [state.fresh, state.folding] {
                guard take(overlay?.entries[stream]?.sequences ?? []) else { return latest }
            }
            try state.database?.forEachChunkBackwards(of: stream, before: latest.last ?? end, take)
            return latest
        }
    }

    private func ask<R>(_ body: (inout State) throws -> R) throws(LogError) -> R where R: Sendable {
        let result: Result<R, LogError> = state.withLock { state in
            do {
                guard state.database != nil, !state.isLost else {
                    throw LogError.index("it is being made again; try again")
                }
                return .success(try body(&state))
            } catch {
                if let error = error as? DatabaseError { state.isLost = Self.isUnusable(error) }
                return .failure(error as? LogError ?? .index("\(error)"))
            }
        }
        return try result.get()
    }
}
