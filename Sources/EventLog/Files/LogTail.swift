// Where the log ends, as far as this process knows, and how it learns of what others appended. Cheap when nothing changed.

import Synchronization

final class LogTail: Sendable {
    private struct State {
        /// A place between commits, everything before it on disk. Nil until first looked for.
        var base: LogPosition?
        /// The durable end.
        var end: UInt64 = 0
        /// What was found damaged when `end` was last concluded.
        var damage: Damage?
        /// What `end` was concluded from; while it stays the same, so does the conclusion. Nil where it was an appender at work
        /// on whom it depends.
        var seen: Sight?
        var hasLooked = false
        var published: (any LogFile)?
        var newest: (segment: UInt64, file: any LogFile)?
    }

    fileprivate struct Sight: Equatable {
        var published: UInt64?
        var segment: UInt64
        var size: Int
    }

    private let directory: LogDirectory
    private let state = Mutex(State())

    init(directory: LogDirectory) { self.directory = directory }

    /// The durable end now. Takes the log's lock only where a whole commit lies beyond it that nobody has synced.
    func end() throws(LogError) -> UInt64 {
        var hasWaited = false
        while true {
            let end = try state.withLock { (state) throws(LogError) in try endNow(&state, hasWaited: hasWaited) }
            if let end { return end }
            // What is published may be of before a crash, and another is at work: what it does decides. Not waited for under
            // the mutex, which that appender may be of this process and need.
            try LogLock.open(directory).waitAndRelease()
            hasWaited = true
        }
    }

    private func endNow(_ state: inout State, hasWaited: Bool) throws(LogError) -> UInt64? {
        let published = readPublished(&state)
        if let base = state.base, let sight = try look(at: base, published: published, &state), sight == state.seen {
            return state.end
        }
        return try refresh(&state, published: published, hasWaited: hasWaited)
    }

    /// The last place between commits that was found, for an appender to go on from.
    var base: LogPosition? { state.withLock { $0.base } }

    /// Damage before the end, where it was met on the way to it.
    var damage: Damage? { state.withLock { $0.damage } }

    /// An appender of this process has synced and published up to here.
    func moved(to position: LogPosition) {
        let position = directory.normalised(position)
        state.withLock { state in
            state.base = position
            state.end = position.sequence
            state.seen = Sight(published: position.sequence, segment: position.segment, size: position.offset)
        }
    }

    func readPublished() -> UInt64? {
        state.withLock { readPublished(&$0) }
    }

    private func readPublished(_ state: inout State) -> UInt64? {
        if let file = state.published, let end = PublishedEnd.read(file) { return end }
        state.published = try? directory.files.open(directory.endPath, .read)
        return state.published.flatMap { PublishedEnd.read($0) }
    }

    /// What can be told without scanning: the size of the file that is appended to.
    private func look(at base: LogPosition, published: UInt64?, _ state: inout State) throws(LogError) -> Sight? {
        guard base.offset > 0 else {
            // Where nothing of the segment counts yet its file may come and go; one that is kept open would be another.
            let file = try? directory.files.open(directory.path(base.segment), .read)
            return Sight(published: published, segment: base.segment, size: try file?.size() ?? 0)
        }
        if state.newest?.segment != base.segment {
            guard let file = try? directory.files.open(directory.path(base.segment), .read) else { return nil }
            state.newest = (base.segment, file)
        }
        guard let size = try state.newest?.file.size() else { return nil }
        return Sight(published: published, segment: base.segment, size: size)
    }

    /// Nil where that depends on an appender that is at work: where nothing is published, or, the first time, where it may have been
    /// before a crash, so that what was acknowledged since lies behind it.
    private func refresh(_ state: inout State, published: UInt64?, hasWaited: Bool) throws(LogError) -> UInt64? {
        let inspector = LogInspector(directory: directory)
        var finding = try inspector.inspect(from: state.base, published: published)
        if finding.verdict.damage == nil, finding.verdict.end.sequence > finding.verdict.durable {
            if let lock = try LogLock.takeIfFree(directory) {
                defer { lock.release() }
                finding = try inspector.inspect(from: state.base, published: readPublished(&state))
                do throws(LogError) { try finding.makeDurable(directory) } catch {
                    // Until there is room what nobody has synced stays beyond the end; the rest can be read.
                    guard case .diskFull = error else { throw error }
                }
            } else if published == nil || !state.hasLooked && !hasWaited {
                return nil
            }
        }
        let verdict = finding.verdict
        if verdict.damage == nil, verdict.end.sequence == verdict.durable { state.base = verdict.end }
        state.end = max(verdict.durable, state.end)
        state.damage = verdict.damage
        let isOpen = verdict.damage == nil && verdict.end.sequence > verdict.durable
        state.seen = isOpen ? nil : finding.sight
        state.hasLooked = true
        return state.end
    }
}

extension LogInspector.Finding {
    fileprivate var sight: LogTail.Sight {
        LogTail.Sight(published: published, segment: newest.segment, size: newest.size)
    }

    /// Syncs and publishes whole commits that a crashed appender left beyond the durable end. Only under the log's lock.
    mutating func makeDurable(_ directory: LogDirectory) throws(LogError) {
        guard verdict.damage == nil, verdict.end.sequence > verdict.durable,
            !directory.files.exists(directory.poisonPath)
        else { return }
        let files = try scanned.map { (segment) throws(LogError) in try writeAgain(segment, directory) }
        do throws(LogError) {
            for file in files { try file.sync() }
            try directory.files.syncDirectory(directory.log)
        } catch {
            // The system may now take pages for written that are not; another try would be told a lie.
            _ = try? directory.files.open(directory.poisonPath, .write)
            throw error
        }
        verdict.durable = verdict.end.sequence
        published = verdict.durable
        if let file = try? directory.files.open(directory.endPath, .write) {
            PublishedEnd.publish(verdict.durable, file)
        }
    }

    /// Writes what lies beyond the durable end again; the file is to be synced then. A sync alone is not enough: that of the appender
    /// that is gone may have failed, after which the system takes for written what only memory holds.
    private func writeAgain(_ segment: UInt64, _ directory: LogDirectory) throws(LogError) -> any LogFile {
        let path = directory.path(segment)
        guard let file = try? directory.files.open(path, .write) else {
            // Who may only read does what can be done.
            return try directory.files.open(path, .read)
        }
        var place = beyond[segment] ?? .max
        let end = try segment == verdict.end.segment ? verdict.end.offset : file.size()
        while place < end {
            let bytes = try file.read(at: place, count: min(1 << 20, end - place))
            guard !bytes.isEmpty else { break }
            try file.write(bytes, at: place)
            place += bytes.count
        }
        return file
    }
}

/// The log's lock, `flock` on `log/lock`: one appender at a time, over all processes.
struct LogLock: Sendable {
    private let file: any LogFile

    static func open(_ directory: LogDirectory) throws(LogError) -> LogLock {
        guard directory.files.isDirectory(directory.log) else { throw .moved(directory.data) }
        do throws(LogError) {
            return LogLock(file: try directory.files.open(directory.lockPath, .write))
        } catch {
            // Who may only read the folder may lock all the same.
            guard let file = try? directory.files.open(directory.lockPath, .read) else { throw error }
            return LogLock(file: file)
        }
    }

    /// Nil where another has it.
    static func takeIfFree(_ directory: LogDirectory) throws(LogError) -> LogLock? {
        let lock = try open(directory)
        return try lock.file.lock(wait: false) ? lock : nil
    }

    func wait() throws(LogError) { _ = try file.lock(wait: true) }

    func waitAndRelease() throws(LogError) {
        try wait()
        release()
    }

    func release() { file.unlock() }

    /// Whether it is still the lock that others take.
    var isInPlace: Bool { file.isInPlace }
}
