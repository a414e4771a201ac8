// Fills new generations from the log's first event and moves the pointers when they have caught up, so that readers never
// see a half.

import EventLog
import Foundation

struct Builder {
    typealias Member = ProjectionEngine.Member

    let engine: ProjectionEngine
    let cancellation: Cancellation
    var progress: RebuildProgress = { _, _ in }

    /// Builds members that have nothing usable. Where another process has just done so, its work is taken.
    ///
    /// One that stops at an event is published as far as it came: there is nothing better for readers to keep.
    func build(_ members: [Member]) throws {
        let locks = try members.map(waitForBuildLock)
        defer { withExtendedLifetime(locks) {} }
        var line: ProjectionEngine.KnownLine?
        let missing = try members.filter { try engine.openStore($0, having: nil, &line) == nil }
        try publish(try fill(missing))
    }

    /// Builds members anew beside what readers use. One that stops at an event is given up, and named.
    func rebuild(_ members: [Member]) throws {
        let locks = try members.map(waitForBuildLock)
        defer { withExtendedLifetime(locks) {} }
        let filled = try fill(members)
        try publish(filled.filter { $0.1.failure == nil })
        if let (member, store) = filled.first(where: { $0.1.failure != nil }), let failure = store.failure {
            throw ProjectionError.stopped(
                name: member.projection.name, sequence: failure.sequence, event: failure.event, reason: failure.reason)
        }
    }

    /// Another process that builds the same will be done at some time; waiting must end when the caller does not want it
    /// any more.
    private func waitForBuildLock(_ member: Member) throws -> FileLock {
        while true {
            if let lock = try member.shelf.takeBuildLock() { return lock }
            try cancellation.check()
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    private func fill(_ members: [Member]) throws -> [(Member, Store)] {
        let filled = try members.map { member in
            member.shelf.removeUnused()
            return (member, try Store.create(member.projection, try member.shelf.newGeneration(), engine.loaderSizes))
        }
        let end = try engine.source.end()
        progress(0, end)
        try feeder(total: end).feed(filled.map(\.1), to: end)
        for (_, store) in filled {
            try store.finishFilling()
            try store.sync()
        }
        return filled
    }

    private func feeder(total: UInt64) -> Feeder {
        Feeder(source: engine.source, eventsPerBatch: engine.eventsPerBatch, cancellation: cancellation) { [progress] in
            progress($0, max(total, $0))
        }
    }

    /// Moves the pointers. Meanwhile nobody writes to the generations that they leave: so whoever has caught up with one of
    /// those, and then finds the pointer where it was, can rely on having read the newest that there is; and what was
    /// caught up with before is in the new ones too.
    private func publish(_ filled: [(Member, Store)]) throws {
        guard !filled.isEmpty else { return }
        let old = filled.compactMap { member, _ in try? lockForWriting(member) }
        defer { for connection in old { try? connection.execute("ROLLBACK") } }
        let end = try engine.source.end()
        try feeder(total: end).feed(filled.map(\.1), to: end)
        for (member, store) in filled {
            try store.share()
            try member.shelf.publish(store.generation.number)
        }
    }

    /// A generation that cannot be opened holds nobody up.
    private func lockForWriting(_ member: Member) throws -> Connection? {
        guard let generation = try engine.current(member) else { return nil }
        let connection = try Connection(generation.path, .share)
        try connection.execute("BEGIN IMMEDIATE")
        return connection
    }
}
