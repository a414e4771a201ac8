// An import under way: versions come in read, in any order; runs go out decided, in theirs.

import EventLog
import Observations

/// What an import holds while it runs.
struct ImportSession: Sendable {
    let plan: ImportPlan
    let path: String
    let limits: ImportBatch.Limits
    let progress: @Sendable (ImportProgress) -> Void
    var memory: ImportMemory
    var writer: ImportWriter
    var report: ImportReport
    var batch = ImportBatch()
    /// Versions decided.
    var done = 0

    init(
        plan: ImportPlan, path: String, limits: ImportBatch.Limits,
        progress: @escaping @Sendable (ImportProgress) -> Void, memory: ImportMemory, writer: ImportWriter,
        report: ImportReport
    ) {
        self.plan = plan
        self.path = path
        self.limits = limits
        self.progress = progress
        self.memory = memory
        self.writer = writer
        self.report = report
    }

    /// A version and its number among those to be imported.
    private struct Numbered: Sendable {
        var number: Int
        var version: ReadVersion
    }

    /// Imports all that the repository hands over, or what of it was decided when the task was cancelled.
    ///
    /// - Parameter ahead: so many versions are being read or wait for their turn at a time.
    func run(_ objects: GitObjects, _ reader: VersionReader, ahead: Int) async throws -> ImportReport {
        try await withThrowingTaskGroup(of: Numbered?.self, returning: ImportReport.self) { group in
            var session = self
            var waiting: [Int: ReadVersion] = [:]
            for _ in 0..<ahead { group.addTask { try await Self.next(objects, reader) } }
            while !Task.isCancelled, let read = try await Self.result(of: &group) {
                waiting[read.number] = read.version
                while !Task.isCancelled, let version = waiting.removeValue(forKey: session.done) {
                    try await session.take(version)
                    group.addTask { try await Self.next(objects, reader) }
                }
            }
            group.cancelAll()
            try await session.commit()
            return session.report
        }
    }

    private static func next(_ objects: GitObjects, _ reader: VersionReader) async throws -> Numbered? {
        guard let (number, object) = try await objects.next() else { return nil }
        return Numbered(number: number, version: reader.read(object))
    }

    /// The next version that has been read; nil when all have been. A failure that comes of being stopped is none.
    private static func result(of group: inout ThrowingTaskGroup<Numbered?, any Error>) async throws -> Numbered? {
        do {
            while let read = try await group.next() {
                if let read { return read }
            }
            return nil
        } catch {
            guard Task.isCancelled else { throw error }
            return nil
        }
    }

    private mutating func take(_ read: ReadVersion) async throws(IngestError) {
        let version = plan.versions[done]
        let run = try memory.run(read, of: version, path: path)
        done += 1
        batch.take(run, size: read.size)
        if batch.isFull(limits) { try await commit() }
        progress(ImportProgress(done: done, total: plan.versions.count, time: version.time))
    }

    private mutating func commit() async throws(IngestError) {
        guard !batch.isEmpty else { return }
        try await writer.append(batch.drafts)
        memory.written()
        report.take(batch)
        batch = ImportBatch()
    }
}

/// Appends an import's runs, on condition that nobody else has appended to the watch meanwhile.
struct ImportWriter: Sendable {
    private let log: EventLog
    /// What must hold for the first commit: that nobody has appended under any name of the watch since it was read.
    private var untouched: [AppendCondition]
    private let own: @Sendable (_ since: UInt64) -> AppendCondition
    private let stream: StreamID
    /// How many runs the watch has.
    private var runs: Int

    init(_ definition: WatchDefinition, _ state: RecordedState, log: EventLog, runs: Int) {
        self.log = log
        untouched = state.untouched
        let (family, prefix) = (definition.kind.family, definition.name + "/")
        own = { .nothing(family: family, subjectPrefix: prefix, since: $0) }
        stream = StreamID(family: "run", subject: definition.name)
        self.runs = runs
    }

    /// One commit; a single run that is larger than a commit may be is several, its run event in the last.
    mutating func append(_ drafts: [EventDraft]) async throws(IngestError) {
        guard !drafts.isEmpty else { return }
        let conditions = untouched + [.revision(of: stream, is: runs)]
        for (number, part) in CommitParts.of(drafts).enumerated() {
            do throws(LogError) {
                let end = try await log.append(part, conditions: number == 0 ? conditions : []).end
                untouched = [own(end)]
            } catch {
                throw .log(error)
            }
        }
        runs += drafts.count { $0.subject.utf8.elementsEqual(stream.subject.utf8) }
    }
}
