// The log as others use it: append, read, ask. Everything else in this module serves this type.

import Dispatch
import Synchronization

/// An append-only log of events in a data folder, shared by any number of processes.
///
/// Reading never locks and sees what is on disk; appending is atomic for each call, durable when it returns, and checked against
/// conditions under a lock over all processes.
public final class EventLog: Sendable {
    public let dataDirectory: String
    /// Large and raw things that events name.
    public let blobs: BlobStore

    let directory: LogDirectory
    let reader: LogReader
    private let tail: LogTail
    private let index: StreamIndex
    private let appender: Appender
    private let sealer: BackgroundSealer
    private let waiters = EndWaiters()

    /// Opens the log in `dataDirectory`.
    ///
    /// With `create` the folder and all that is missing is made (mode 0700), but a folder that holds other things and no log is
    /// refused as `.foreign`; without, `.noData` says that there is no log. Where all but the log is there, `.lost` says so, and
    /// `.newer` where a later version's format is. `notices` hears of what a person should know.
    ///
    /// `headsKept`: of so many streams the newest event is kept in memory (about 300 bytes each), so that appending to them asks
    /// no database. Many for a program that appends in bulk, few for one that runs for years.
    public static func open(
        _ dataDirectory: String, create: Bool, headsKept: Int = 400_000,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        notices: @escaping @Sendable (LogNotice) -> Void = { _ in }
    ) throws(LogError) -> EventLog {
        try open(
            dataDirectory, create: create, headsKept: headsKept, clock: clock, notices: notices,
            files: SystemFileSystem())
    }

    /// The same over another file system, with smaller segments: for tests and fault campaigns. The latter have nothing happen by
    /// itself (`sealsByItself`) or by chance (`makesKeys`).
    package static func open(
        _ dataDirectory: String, create: Bool, headsKept: Int = 400_000,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        notices: @escaping @Sendable (LogNotice) -> Void = { _ in }, files: any FileSystem,
        segmentEvents: UInt64 = Segment.eventsMax, foldCount: Int = 16_384, sealsByItself: Bool = true,
        makesKeys: Bool = true
    ) throws(LogError) -> EventLog {
        precondition(segmentEvents.nonzeroBitCount == 1, "a segment is a full Merkle subtree")
        let directory = LogDirectory(data: dataDirectory, files: files, segmentEvents: segmentEvents)
        if create { try directory.make(withKeys: makesKeys) }
        guard files.isDirectory(directory.log) else {
            throw directory.isBereft ? .lost(dataDirectory) : .noData(dataDirectory)
        }
        try directory.checkFormat()
        return EventLog(
            directory: directory, foldCount: foldCount, headsKept: headsKept, sealsByItself: sealsByItself,
            clock: clock, notices: notices)
    }

    private init(
        directory: LogDirectory, foldCount: Int, headsKept: Int, sealsByItself: Bool,
        clock: @escaping @Sendable () -> Timestamp,
        notices: @escaping @Sendable (LogNotice) -> Void
    ) {
        self.directory = directory
        dataDirectory = directory.data
        blobs = BlobStore(folder: directory.data + "/blobs", files: directory.files)
        reader = LogReader(directory: directory)
        tail = LogTail(directory: directory)
        index = StreamIndex(
            directory: directory, reader: reader, foldCount: foldCount, knownMax: headsKept, notices: notices)
        let sealer = BackgroundSealer(directory: directory, tail: tail, isOn: sealsByItself, notices: notices)
        self.sealer = sealer
        let waiters = waiters
        appender = Appender(
            directory: directory, tail: tail, index: index, blobs: blobs, clock: clock, notices: notices,
            appended: { end in
                waiters.wake(end: end)
                sealer.appended(end: end)
            })
    }

    deinit { close() }

    /// Lets running appends end, and gives back files. Appending afterwards is refused. A segment that is being sealed gets two
    /// seconds to be done; else it is left as it was, to be sealed by the next log that appends.
    public func close() {
        appender.close()
        sealer.close()
        index.close()
    }

    // MARK: Appending

    /// Appends the drafts as one commit: all of them or none, on disk when this returns.
    ///
    /// Callers who append at the same time share one sync. Nothing is appended where a condition does not hold
    /// (`.conditionFailed`), an id is taken or a draft is impossible.
    ///
    /// `isDivisible`: the drafts need not be one commit. Where a segment ends within them they become two, so that a crash
    /// before this returns may leave the first. For imports, whose batches mean nothing by themselves.
    @discardableResult
    public func append(
        _ drafts: [EventDraft], conditions: [AppendCondition] = [], times: TimePolicy = .clamp,
        isDivisible: Bool = false
    ) async throws(LogError) -> Appended {
        try await appender.append(
            CommitRequest(
                drafts: try PreparedDraft.all(drafts), conditions: conditions, times: times, isDivisible: isDivisible))
    }

    /// The same for a program with threads of its own: blocks the caller's thread until the commit is on disk, which saves the
    /// way to another thread and back. Not for tasks: it would hold up a thread that others need.
    @available(*, noasync, message: "await append instead")
    @discardableResult
    public func appendBlocking(
        _ drafts: [EventDraft], conditions: [AppendCondition] = [], times: TimePolicy = .clamp,
        isDivisible: Bool = false
    ) throws(LogError) -> Appended {
        try appender.appendBlocking(
            CommitRequest(
                drafts: try PreparedDraft.all(drafts), conditions: conditions, times: times, isDivisible: isDivisible))
    }

    // MARK: Sealing

    /// Has full segments sealed in the background, where any are not. Appending does so by itself.
    public func sealInBackground() { sealer.start() }

    /// Seals full segments now, on all cores, for so long at most.
    ///
    /// - Returns: whether all are sealed.
    public func seal(within limit: Duration) async -> Bool { await sealer.seal(within: limit) }

    /// Seals the oldest full segment that is not sealed, here and now.
    @discardableResult
    package func sealNext() throws(LogError) -> SealOutcome { try sealer.sealNext() }

    /// Appends several callers' drafts as the group that they would be had they waited at the same time, on this thread: a commit
    /// each, one sync. For fault campaigns, which must come out the same every time.
    package func append(
        group: [(drafts: [EventDraft], conditions: [AppendCondition], isDivisible: Bool)]
    ) throws(LogError) -> [Result<Appended, LogError>] {
        var requests: [CommitRequest] = []
        for one in group {
            requests.append(
                CommitRequest(
                    drafts: try PreparedDraft.all(one.drafts), conditions: one.conditions, times: .clamp,
                    isDivisible: one.isDivisible))
        }
        return appender.commit(group: requests)
    }

    // MARK: Reading

    /// The durable end: how many events there are. Asked of the disk each time, cheaply.
    public func end() throws(LogError) -> UInt64 { try tail.end() }

    /// What keeps anything more from being appended, as far as reading has shown: damage, a part that is missing, a write that could not be
    /// taken back. Nothing is read for it but what the end is found by; `verifyLog` reads everything.
    public func obstacle() throws(LogError) -> LogError? {
        let end = try end()
        if directory.files.exists(directory.poisonPath) { return .poisoned(directory.poisonPath) }
        return (try directory.missingSegment(before: end) ?? tail.damage ?? index.damage).map { .corrupt($0) }
    }

    /// Events `from..<to` (the end, where `to` is nil) in order, in batches that were inflated ahead on several cores.
    /// `body` answers whether to go on. Where the log is damaged, `onDamage` hears of it and reading goes on behind; without it
    /// `LogError.corrupt` is thrown.
    public func forEachBatch(
        from: UInt64, to: UInt64? = nil, onDamage: ((Damage) -> Void)? = nil, _ body: (EventBatch) throws -> Bool
    ) throws {
        let end = try end()
        try reader.forEachBatch(from: from, to: min(to ?? end, end), onDamage: onDamage, body)
    }

    /// Nil beyond the end.
    public func event(at sequence: UInt64) throws(LogError) -> Event? {
        try withEvent(at: sequence) { $0.owned() }
    }

    private func withEvent<R>(at sequence: UInt64, _ body: (EventView) -> R) throws(LogError) -> R? {
        guard try sequence < end() else { return nil }
        var result: R?
        do {
            try reader.forEachBatch(from: sequence, to: sequence + 1) { batch in
                batch.forEach { result = body($0) }
                return false
            }
        } catch {
            throw error as? LogError ?? .index("\(error)")
        }
        return result
    }

    /// Returns when the end lies beyond `sequence`, whoever appends; throws when cancelled.
    public func waitForEnd(beyond sequence: UInt64) async throws -> UInt64 {
        while true {
            try Task.checkCancellation()
            let end = try end()
            if end > sequence { return end }
            await waiters.wait(beyond: sequence)
        }
    }

    // MARK: Streams

    /// The stream's newest event.
    public func head(of stream: StreamID) throws(LogError) -> StreamHead? {
        try index.catchUp(to: end())
        return try index.entry(stream)?.head(stream)
    }

    /// The streams of a family whose subjects begin so, in the order of their subjects' bytes.
    public func heads(family: String, subjectPrefix: String) throws(LogError) -> [StreamHead] {
        try index.catchUp(to: end())
        return try index.heads(family: family, subjectPrefix: subjectPrefix)
    }

    /// The stream's events, ascending.
    public func sequences(of stream: StreamID) throws(LogError) -> [UInt64] {
        try index.catchUp(to: end())
        return try index.sequences(family: stream.family, subject: stream.subject, isPrefix: false)
    }

    /// At most `limit` of the stream's events before `end`, the newest first. The stream's length does not matter.
    public func latest(_ limit: Int, of stream: StreamID, before end: UInt64 = .max) throws(LogError) -> [UInt64] {
        try index.catchUp(to: self.end())
        return try index.latest(limit, of: stream, before: end)
    }

    /// The events about a subject, in whatever family, ascending.
    public func sequences(subject: String) throws(LogError) -> [UInt64] {
        try index.catchUp(to: end())
        return try index.sequences(family: nil, subject: subject, isPrefix: false)
    }

    /// The events about all subjects that begin so, in whatever family, ascending.
    public func sequences(subjectPrefix: String) throws(LogError) -> [UInt64] {
        try index.catchUp(to: end())
        return try index.sequences(family: nil, subject: subjectPrefix, isPrefix: true)
    }

    /// How many events had been recorded by then, inclusive.
    public func end(recordedBy time: Timestamp) throws(LogError) -> UInt64 {
        let end = try end()
        // Recorded times never go back: first the segment, by its first line, then the line in it.
        var segment: UInt64 = 0
        var beyond = (end + directory.segmentEvents - 1) / directory.segmentEvents
        while segment < beyond {
            let middle = (segment + beyond) / 2
            if try recorded(middle * directory.segmentEvents) <= time { segment = middle + 1 } else { beyond = middle }
        }
        guard segment > 0 else { return 0 }
        var low = (segment - 1) * directory.segmentEvents
        var high = min(segment * directory.segmentEvents, end)
        while low < high {
            let middle = (low + high) / 2
            if try recorded(middle) <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func recorded(_ sequence: UInt64) throws(LogError) -> Timestamp {
        try withEvent(at: sequence) { $0.recorded } ?? Timestamp(millisecondsSinceEpoch: .max)
    }
}

extension LogDirectory {
    /// Whether there is what only a log leaves behind.
    var isBereft: Bool {
        [indexPath, data + "/projections", data + "/key"].contains(where: files.exists)
    }

    /// Makes the folders and small files that are missing.
    func make(withKeys: Bool = true) throws(LogError) {
        if files.exists(data), !files.isDirectory(data) { throw .foreign(data) }
        // Leases may be taken before there is a log; a disk's root has a folder of its own.
        let names = try files.list(data)?.filter { $0 != "locks" && $0 != "lost+found" } ?? []
        if !files.isDirectory(log), !names.isEmpty { throw isBereft ? .lost(data) : .foreign(data) }
        try makeWithParents(data)
        if try files.list(log)?.contains(where: { $0.hasSuffix(Segment.suffix) }) != true { settle() }
        for folder in [log, data + "/blobs", data + "/locks"] where !files.isDirectory(folder) {
            try files.makeDirectory(folder)
            try files.syncDirectory(data)
        }
        // Made now, so that a disk that fills up later has room for them.
        _ = try files.open(lockPath, .write)
        _ = try files.open(endPath, .write)
        if withKeys { try LogKeys(directory: self).make() }
    }

    /// Folders that are there may have been made by a process that was killed before it synced them. What has a segment in it was
    /// synced before. Folders that may not be opened are not among those that it made.
    private func settle() {
        var folder = data
        while true {
            try? files.syncDirectory(folder.isEmpty ? "/" : folder)
            guard let slash = folder.lastIndex(of: "/") else { return }
            folder = String(folder[..<slash])
        }
    }

    private func makeWithParents(_ folder: String) throws(LogError) {
        guard !folder.isEmpty, !files.isDirectory(folder) else { return }
        let parent = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try makeWithParents(parent)
        try files.makeDirectory(folder)
        try files.syncDirectory(parent.isEmpty ? (folder.hasPrefix("/") ? "/" : ".") : parent)
    }
}

/// Those who wait for the log to grow. Woken at once by this process' own appends, and ten times a second to look for others'.
final class EndWaiters: Sendable {
    private struct State {
        var next = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var end: UInt64 = 0
    }

    private let state = Mutex(State())

    func wake(end: UInt64) {
        let woken = state.withLock { state in
            state.end = max(state.end, end)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in woken { waiter.resume() }
    }

    func wait(beyond sequence: UInt64) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if Task.isCancelled || state.end > sequence { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isDue { return continuation.resume() }
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) { self.wake(number) }
            }
        } onCancel: {
            wake(number)
        }
    }

    private func wake(_ number: Int) {
        let waiter = state.withLock { $0.waiting.removeValue(forKey: number) }
        waiter?.resume()
    }
}
