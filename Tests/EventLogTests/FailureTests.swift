// When the disk fails: what was acknowledged stays, what was not is taken back, and a sync is never tried again.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct FailureTests {
    let folder = TemporaryFolder()
    let system = FaultyFileSystem()
    var files: LogFiles { LogFiles(folder: folder) }

    private func open() throws -> EventLog {
        try openLog(folder.data, files: system)
    }

    @Test("after a failed write the log is cut back and goes on", arguments: [FaultPlan.Call.write, .sync])
    func cutBack(call: FaultPlan.Call) async throws {
        let log = try open()
        var drafts = Drafts()
        try await log.append(drafts.make(3))
        let size = try files.size(files.newest)
        system.plan.fail(call)
        await #expect(throws: LogError.self) { try await log.append([drafts.next("lost")]) }
        #expect(try files.size(files.newest) == size)
        #expect(try log.end() == 3)
        #expect(try log.head(of: StreamID(family: "session", subject: "lost")) == nil)
        #expect(try await log.append([drafts.next("kept")]).first == 3)
        #expect(try log.verify().isOK)
    }

    @Test("a full disk says so")
    func diskFull() async throws {
        let log = try open()
        var drafts = Drafts()
        system.plan.fail(.write)
        let error = await #expect(throws: LogError.self) { try await log.append([drafts.next()]) }
        guard case .diskFull? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("no space") == true)
        #expect(files.segments.isEmpty)
        try await log.append([drafts.next()])
    }

    @Test("a commit that fails in the second of its segments is taken back from both")
    func bothSegments() async throws {
        let log = try open()
        var drafts = Drafts()
        try await log.append(drafts.make(60))
        let size = try files.size(files.newest)
        system.plan.fail(.syncDirectory)
        await #expect(throws: LogError.self) { try await log.append(drafts.make(20)) }
        #expect(files.segments.count == 1)
        #expect(try files.size(files.newest) == size)
        try await log.append(drafts.make(20))
        #expect(try log.end() == 80)
    }

    @Test("what cannot be taken back poisons the log for every appender, and readers go on")
    func poisoned() async throws {
        let log = try open()
        var drafts = Drafts()
        try await log.append(drafts.make(3))
        system.plan.fail(.sync)
        system.plan.fail(.truncate)
        await #expect(throws: LogError.self) { try await log.append([drafts.next()]) }
        #expect(files.names.contains("poisoned"))
        for appender in [log, try openLog(folder)] {
            let error = await #expect(throws: LogError.self) { try await appender.append([drafts.next()]) }
            guard case .poisoned? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(try log.lines(to: 3).count == 3)
    }

    @Test("a failed sync fails everyone who shared it")
    func group() async throws {
        let log = try open()
        var drafts = Drafts()
        try await log.append(drafts.make(1))
        system.plan.fail(.sync, 1)
        let failed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<16 {
                group.addTask {
                    var drafts = Drafts()
                    return (try? await log.append([drafts.next("w/\(number)")])) == nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failed >= 1)
        #expect(try log.end() == UInt64(17 - failed))
        #expect(try log.verify().isOK)
    }

    @Test("blobs whose sync failed cannot be named afterwards")
    func blobs() async throws {
        let log = try open()
        var drafts = Drafts()
        _ = try log.blobs.put(Array("page".utf8))
        system.plan.fail(.syncAll)
        for _ in 0..<2 { await #expect(throws: LogError.self) { try await log.append([drafts.next()]) } }
        #expect(try log.end() == 0)
    }
}
