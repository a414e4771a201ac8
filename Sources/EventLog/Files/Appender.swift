// The one place that writes to segments: takes the log's lock, catches up, writes a group of commits, syncs once, lets go.

import Dispatch
import Synchronization

final class Appender: Sendable {
    /// Used by the writing thread alone.
    private struct Writer {
        var lock: LogLock?
        var segment: (first: UInt64, file: any LogFile)?
        var published: (any LogFile)?
        /// What has been acknowledged and the index does not know yet.
        var unindexed: IndexOverlay?
        var pace: AppendPace
        /// Memory for a group's text and for its blocks.
        var text = Room()
        var blocks = Room()
        /// After a failure that could not be taken back.
        var isPoisoned = false
        /// Someone has been told that the clock is behind.
        var isClockTold = false
    }

    private let directory: LogDirectory
    private let tail: LogTail
    private let index: StreamIndex
    private let blobs: BlobStore
    private let clock: @Sendable () -> Timestamp
    private let notices: @Sendable (LogNotice) -> Void
    private let appended: @Sendable (UInt64) -> Void

    private let queue = CommitQueue()
    private let writer: Mutex<Writer>
    private let maker = BlockMaker()
    /// A thread of its own: what waits here for locks and disks must not hold up the cooperative pool.
    private let thread = DispatchQueue(label: "daybook.append", qos: .userInitiated)

    init(
        directory: LogDirectory, tail: LogTail, index: StreamIndex, blobs: BlobStore,
        clock: @escaping @Sendable () -> Timestamp, notices: @escaping @Sendable (LogNotice) -> Void,
        appended: @escaping @Sendable (UInt64) -> Void
    ) {
        self.directory = directory
        writer = Mutex(Writer(pace: AppendPace(segmentEvents: directory.segmentEvents)))
        self.tail = tail
        self.index = index
        self.blobs = blobs
        self.clock = clock
        self.notices = notices
        self.appended = appended
    }

    func append(_ request: CommitRequest) async throws(LogError) -> Appended {
        let result = await withCheckedContinuation { answer in
            switch queue.enter(WaitingCommit(request: request, answer: .task(answer))) {
            case .follows: break
            case .leads: thread.async { self.lead() }
            case .isClosed: answer.resume(returning: .failure(.closed))
            }
        }
        return try result.get()
    }

    /// The same on the caller's own thread, which waits for the disk and for whoever has the log's lock.
    func appendBlocking(_ request: CommitRequest) throws(LogError) -> Appended {
        let answer = ThreadAnswer()
        switch queue.enter(WaitingCommit(request: request, answer: .thread(answer))) {
        case .follows: answer.wait()
        case .leads: lead(until: answer)
        case .isClosed: throw .closed
        }
        return try answer.get()
    }

    /// Lets what waits be appended, and no more.
    func close() {
        if queue.close() { lead() }
    }

    /// A result for each request.
    func commit(group requests: [CommitRequest]) -> [Result<Appended, LogError>] {
        writer.withLock { writer in
            do throws(LogError) { return try commit(requests, &writer) } catch {
                return requests.map { _ in .failure(error) }
            }
        }
    }

    /// Commits what waits, in groups, until nothing does. A thread that leads only for its own sake hands over what came
    /// meanwhile to the log's own.
    private func lead(until own: ThreadAnswer? = nil) {
        while let group = queue.take() {
            let began = DispatchTime.now().uptimeNanoseconds
            let results = commit(group: group.map(\.request))
            let others = queue.count
            for (waiting, result) in zip(group, results) { waiting.resume(result) }
            // Only now: who waits for the disk need not wait for this. Who asks the index first has it read the log.
            writer.withLock { absorb(&$0) }
            if own?.isGiven == true {
                if !queue.endLead() { thread.async { self.lead() } }
                return
            }
            // However many writers there are, they were in this group or have come since.
            let crowd = group.count + others
            if crowd > 1 {
                let nanoseconds = DispatchTime.now().uptimeNanoseconds - began
                queue.gather(crowd, atMost: .nanoseconds(Int(min(nanoseconds / 2, Self.patienceMax))))
            }
        }
    }

    /// Nobody waits longer than this for others to come, however slow the disk is.
    private static let patienceMax: UInt64 = 1_000_000

    private func commit(
        _ requests: [CommitRequest], _ writer: inout Writer
    ) throws(LogError) -> [Result<Appended, LogError>] {
        if writer.lock == nil { writer.lock = try LogLock.open(directory) }
        guard let lock = writer.lock else { return [] }
        try lock.wait()
        defer { lock.release() }
        guard lock.isInPlace else {
            // Others may hold another file's lock by now, and what is written here nobody might find.
            writer.lock = nil
            writer.segment = nil
            writer.published = nil
            throw .moved(directory.data)
        }
        try directory.checkFormat()
        guard !writer.isPoisoned, !directory.files.exists(directory.poisonPath) else {
            throw .poisoned(directory.poisonPath)
        }
        var position = try catchUp(&writer)
        var results: [Result<Appended, LogError>] = []
        var rest = requests[...]
        // Usually one round; commits of many megabytes are written in several.
        while !rest.isEmpty {
            guard !writer.isPoisoned else {
                return results + rest.map { _ in .failure(.poisoned(directory.poisonPath)) }
            }
            results += try commitRound(&rest, at: &position, &writer)
        }
        return results
    }

    private func commitRound(
        _ rest: inout ArraySlice<CommitRequest>, at position: inout LogPosition, _ writer: inout Writer
    ) throws(LogError) -> [Result<Appended, LogError>] {
        absorb(&writer)
        let now = clock()
        tellOfClock(now, &writer)
        var stage = CommitStage(index: index, end: position.sequence, now: now, room: writer.text.take())
        var results: [Result<Appended, LogError>] = []
        while stage.bytes < CommitStage.commitMax, let request = rest.popFirst() {
            do throws(LogError) { results.append(.success(try stage.add(request))) } catch {
                results.append(.failure(error))
            }
        }
        guard !stage.commits.isEmpty else { return results }
        stage.noteLast()
        do throws(LogError) {
            try blobs.makeDurable()
            let isFast = writer.pace.isFast(at: now, bytes: stage.bytes)
            position = try write(stage.commits, at: position, isFast ? .stored : .deflated, &writer)
        } catch {
            return results.map { result in result.flatMap { _ in .failure(error) } }
        }
        writer.pace.add(stage.overlay.count)
        publish(position, &writer)
        writer.unindexed = stage.overlay
        writer.text.give(stage.emptied())
        appended(position.sequence)
        return results
    }

    private func absorb(_ writer: inout Writer) {
        guard let overlay = writer.unindexed else { return }
        writer.unindexed = nil
        index.absorb(overlay)
    }

    // MARK: Before

    private func tellOfClock(_ now: Timestamp, _ writer: inout Writer) {
        guard let newest = index.lastRecorded, newest > now else {
            writer.isClockTold = false
            return
        }
        guard !writer.isClockTold, newest.seconds(since: now) >= 60 else { return }
        writer.isClockTold = true
        notices(.clockBehind(clock: now, newest: newest))
    }

    /// Finds the log's end, what others appended since included; sets a torn tail aside.
    private func catchUp(_ writer: inout Writer) throws(LogError) -> LogPosition {
        let base = tail.base
        // A position is never the end of a full segment but the beginning of the next.
        if let base, let segment = writer.segment, segment.first == base.segment,
            segment.file.sizeInPlace == base.offset
        {
            try index.catchUp(to: base.sequence)
            return base
        }
        let inspector = LogInspector(directory: directory)
        var finding = try inspector.inspect(from: base, published: tail.readPublished())
        if let newer = finding.newer { throw .corrupt(newer) }
        if let missing = try directory.missingSegment(before: finding.verdict.durable) { throw .corrupt(missing) }
        if let damage = finding.verdict.damage { throw .corrupt(damage) }
        try TornTail(directory: directory, notices: notices).setAside(finding.verdict.tail)
        try finding.makeDurable(directory)
        let position = finding.verdict.end
        tail.moved(to: position)
        writer.segment = nil
        try index.catchUp(to: position.sequence)
        if let damage = index.damage { throw .corrupt(damage) }
        return position
    }

    // MARK: Writing

    /// What a segment's file gets.
    private struct Part {
        var segment: UInt64
        var offset: Int
        var bytes: [UInt8]
    }

    /// Writes and syncs, or takes everything back.
    private func write(
        _ commits: [CommitText], at position: LogPosition, _ packing: Packing, _ writer: inout Writer
    ) throws(LogError) -> LogPosition {
        var parts = parts(commits, at: position, packing, &writer)
        defer { if !parts.isEmpty { writer.blocks.give(parts.removeFirst().bytes) } }
        var touched: [any LogFile] = []
        do throws(LogError) {
            for part in parts {
                let file = try file(part.segment, &writer)
                touched.append(file)
                try file.write(part.bytes, at: part.offset)
            }
            for file in touched { try file.sync() }
            if parts.contains(where: { $0.offset == 0 }) { try directory.files.syncDirectory(directory.log) }
        } catch {
            takeBack(parts, &writer)
            throw error
        }
        guard let last = parts.last, let commit = commits.last else { return position }
        return LogPosition(segment: last.segment, offset: last.offset + last.bytes.count, sequence: commit.end)
    }

    private func parts(
        _ commits: [CommitText], at position: LogPosition, _ packing: Packing, _ writer: inout Writer
    ) -> [Part] {
        var parts: [Part] = []
        var room = writer.blocks.take()
        for commit in commits {
            var plans = BlockPlan.plans(for: commit, in: directory)[...]
            while let segment = plans.first?.segment {
                if parts.last?.segment != segment {
                    let offset = segment == position.segment ? position.offset : 0
                    parts.append(Part(segment: segment, offset: offset, bytes: []))
                    swap(&parts[parts.count - 1].bytes, &room)
                }
                let those = plans.prefix { $0.segment == segment }
                plans = plans.dropFirst(those.count)
                maker.make(
                    those, of: commit, durable: position.sequence, packing, into: &parts[parts.count - 1].bytes)
            }
        }
        return parts
    }

    private func file(_ segment: UInt64, _ writer: inout Writer) throws(LogError) -> any LogFile {
        if let open = writer.segment, open.first == segment { return open.file }
        let file = try directory.files.open(directory.path(segment), .write)
        writer.segment = (segment, file)
        return file
    }

    /// Brings the files back to the last acknowledged commit, and has that on disk; else nobody appends any more.
    private func takeBack(_ parts: [Part], _ writer: inout Writer) {
        writer.segment = nil
        do throws(LogError) {
            for part in parts.reversed() where directory.files.exists(directory.path(part.segment)) {
                let file = try directory.files.open(directory.path(part.segment), .write)
                try file.truncate(to: part.offset)
                if part.offset == 0 { try directory.files.remove(file.path) } else { try file.sync() }
            }
            try directory.files.syncDirectory(directory.log)
        } catch {
            writer.isPoisoned = true
            _ = try? directory.files.open(directory.poisonPath, .write)
        }
    }

    private func publish(_ position: LogPosition, _ writer: inout Writer) {
        if writer.published == nil { writer.published = try? directory.files.open(directory.endPath, .write) }
        // Without it the end is found from the blocks; the commit is on disk all the same.
        if let file = writer.published { PublishedEnd.publish(position.sequence, file) }
        tail.moved(to: position)
    }
}

/// Memory that is used again: fresh pages from the system for each commit would cost as much as writing it does.
struct Room: Sendable {
    private var bytes: [UInt8] = []
    /// So little is always kept.
    private static let small = 1 << 16

    /// Empty, with room.
    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// What was in it was of use once; much more than the last one needed is given back.
    mutating func give(_ used: consuming [UInt8]) {
        guard used.capacity <= max(Self.small, 4 * used.count), used.capacity <= Self.sizeMax else { return }
        used.removeAll(keepingCapacity: true)
        bytes = used
    }

    private static let sizeMax = 4 << 20
}

/// Moves what no acknowledgement covered out of the log, byte for byte. Only under the log's lock.
struct TornTail {
    let directory: LogDirectory
    let notices: @Sendable (LogNotice) -> Void

    func setAside(_ pieces: [TornPiece]) throws(LogError) {
        guard !pieces.isEmpty else { return }
        var told: [LogNotice] = []
        for piece in pieces where piece.to > piece.from {
            let aside = try copy(piece)
            told.append(
                .tornTail(
                    file: Segment.name(piece.segment), from: piece.from, bytes: piece.to - piece.from, aside: aside))
        }
        try directory.files.syncDirectory(directory.log)
        // From the newest file back, so that a crash in between leaves a torn tail again and no gap.
        for piece in pieces.reversed() {
            if piece.removesFile {
                try directory.files.remove(directory.path(piece.segment))
            } else {
                let file = try directory.files.open(directory.path(piece.segment), .write)
                try file.truncate(to: piece.from)
                try file.sync()
            }
        }
        try directory.files.syncDirectory(directory.log)
        told.forEach(notices)
    }

    /// The name of the copy, which is on disk then.
    private func copy(_ piece: TornPiece) throws(LogError) -> String {
        let source = try directory.files.open(directory.path(piece.segment), .read)
        var name = "torn-\(padded(piece.segment))-\(piece.from)"
        var number = 1
        while directory.files.exists(directory.log + "/" + name) {
            number += 1
            name = "torn-\(padded(piece.segment))-\(piece.from)-\(number)"
        }
        let target = try directory.files.open(directory.log + "/" + name, .create)
        do throws(LogError) {
            var place = piece.from
            while place < piece.to {
                let bytes = try source.read(at: place, count: min(1 << 20, piece.to - place))
                guard !bytes.isEmpty else { break }
                try target.write(bytes, at: place - piece.from)
                place += bytes.count
            }
            try target.sync()
        } catch {
            try? directory.files.remove(directory.log + "/" + name)
            throw error
        }
        return name
    }
}
