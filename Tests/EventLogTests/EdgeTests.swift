// What is not the log's own fault: a later version's data, folders that vanish, files that are missing, clocks that go back.

import CanonicalJSON
import Foundation
import GRDB
import Synchronization
import Testing

@testable import EventLog

@Suite("At the edges", .timeLimit(.minutes(5)))
struct EdgeTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    /// A log of so many events, a commit each.
    private func fill(_ commits: [Int]) async throws -> EventLog {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in commits { try await log.append(drafts.make(count)) }
        return log
    }

    private func failure(_ body: () async throws -> Void) async -> LogError? {
        do {
            try await body()
            return nil
        } catch { return error as? LogError }
    }

    /// How appending one more event to `log` fails.
    private func appending(to log: EventLog) async -> LogError? {
        var drafts = Drafts()
        let draft = drafts.next("one/more")
        return await failure { try await log.append([draft]) }
    }

    private func move(_ from: String, _ to: String) throws {
        try FileManager.default.moveItem(atPath: folder.data + "/" + from, toPath: folder.data + "/" + to)
    }

    // MARK: A later version's data

    /// Sets a flag of the newest segment's last block that no version yet knows, as a later version would.
    private func setFlag(_ flag: UInt8) throws -> [UInt8] {
        let block = try #require(try files.blocks(files.newest).last)
        var bytes = try files.bytes(files.newest)
        bytes[block.offset + 34] |= flag
        let checksum = bytes[block.offset..<block.end].withUnsafeBytes { member in
            CRC32C.checksum(
                UnsafeRawBufferPointer(rebasing: member[..<43]), UnsafeRawBufferPointer(rebasing: member[47...]))
        }
        withUnsafeBytes(of: checksum.littleEndian) {
            bytes.replaceSubrange(block.offset + 43..<block.offset + 47, with: $0)
        }
        try files.write(bytes, files.newest)
        return bytes
    }

    @Test(
        "a block with a flag of a later version stops appending, is never set aside, and hides nothing else",
        arguments: [true, false])
    func flags(isPublished: Bool) async throws {
        try await fill([3, 2]).close()
        if !isPublished { try files.forgetDerived() }
        let bytes = try setFlag(0x80)
        let log = try openLog(folder, create: false)
        let error = try #require(await appending(to: log))
        #expect("\(error)".contains("newer version of daybook") && isCorrupt(error)?.isOfNewerVersion == true)
        #expect(try files.bytes(files.newest) == bytes && files.torn.isEmpty)
        #expect(try log.lines(to: 3).count == 3)
    }

    @Test("log/format names the log's format; one that is not known is neither read nor appended to")
    func format() async throws {
        let log = try await fill([3])
        try files.write(Array("daybook-log/1\n".utf8), "format")
        #expect(await appending(to: log) == nil)
        try files.write(Array("daybook-log/2\nmore\n".utf8), "format")
        let size = try files.size(files.newest)
        for create in [true, false] {
            let error = await failure { _ = try openLog(folder, create: create) }
            guard case .newer? = error else { throw error ?? .closed }
            #expect(error?.description.contains(#""daybook-log/2""#) == true)
        }
        guard case .newer? = await appending(to: log) else {
            Issue.record("a log that was open goes on in a format that it does not know")
            return
        }
        #expect(try files.size(files.newest) == size)
    }

    @Test("an index of another version is made again from the log")
    func index() async throws {
        try await fill([3]).close()
        try await DatabaseQueue(path: folder.data + "/index.sqlite").write {
            try $0.execute(sql: "PRAGMA user_version = 99")
        }
        let notices = Notices()
        let log = try openLog(folder, notices: notices.add)
        #expect(try log.head(of: StreamID(family: "session", subject: "watch/2"))?.revision == 1)
        guard case .indexRebuilt? = notices.list.first else {
            Issue.record("\(notices.list)")
            return
        }
        #expect(await appending(to: log) == nil)
    }

    // MARK: Folders and files that are gone

    @Test(
        "a folder that has lost its log is told from a foreign one, and nothing is made in it",
        arguments: [true, false])
    func lost(create: Bool) async throws {
        try await fill([3]).close()
        try FileManager.default.removeItem(atPath: folder.data + "/log")
        guard case .lost? = await failure({ _ = try openLog(folder, create: create) }) else {
            Issue.record("opened")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: folder.data + "/log"))
    }

    @Test("a log that is removed or moved while it is open is not appended to, where nobody would find it")
    func vanished() async throws {
        let log = try await fill([3])
        try move("log", "elsewhere")
        guard case .moved? = await appending(to: log), case .moved? = await appending(to: log) else {
            Issue.record("acknowledged")
            return
        }
        try move("elsewhere", "log")
        #expect(await appending(to: log) == nil)
        #expect(try log.end() == 4 && log.verify().isOK)
    }

    @Test("nor is a log in whose place another has come")
    func replaced() async throws {
        let log = try await fill([3])
        try FileManager.default.copyItem(atPath: folder.data + "/log", toPath: folder.data + "/copy")
        try move("log", "elsewhere")
        try move("copy", "log")
        guard case .moved? = await appending(to: log) else {
            Issue.record("acknowledged")
            return
        }
        #expect(try openLog(folder, create: false).end() == 3)
    }

    @Test("where only the lock's file was removed, the next append makes it again")
    func lock() async throws {
        let log = try await fill([3])
        try files.remove("lock")
        _ = await appending(to: log)
        #expect(await appending(to: log) == nil)
        #expect(try openLog(folder, create: false).verify().isOK)
    }

    @Test("the newest segment's file, removed while the log is open, is missed before anything is acknowledged")
    func newestRemoved() async throws {
        let log = try await fill([3])
        try files.remove(files.newest)
        let error = await appending(to: log)
        #expect(error.flatMap(isCorrupt)?.file == "00000000000000000000.ndjson.gz")
    }

    @Test("a segment that is missing in the middle is named, the others are read, and nothing is appended")
    func middle() async throws {
        try await fill([64, 64, 10]).close()
        try files.remove(files.segments[1])
        try files.forgetDerived()
        let log = try openLog(folder, create: false)
        let damage = try #require(await appending(to: log).flatMap(isCorrupt))
        #expect(damage.file == "00000000000000000064.ndjson.gz" && damage.sequences == 64..<128)
        var read: [UInt64] = []
        try log.forEachBatch(from: 0, onDamage: { _ in }) { batch in
            batch.forEach { read.append($0.sequence) }
            return true
        }
        #expect(read == Array(0..<64) + Array(128..<138))
        #expect(try log.verify().problems.map(\.sequences) == [64..<128])
    }

    // MARK: Clocks

    @Test("a clock that goes back is told of once, and keeps no event from its place")
    func clock() async throws {
        let clock = SetClock()
        let notices = Notices()
        let log = try openLog(folder, clock: clock.now, notices: notices.add)
        var drafts = Drafts()
        for seconds in [0, 30, -20, -3_600, -3_500, 60, -60] as [Double] {
            clock.set(seconds)
            try await log.append([drafts.next("watch/a", at: seconds)])
        }
        #expect(
            notices.list == [
                .clockBehind(clock: noon.adding(seconds: -3_600), newest: noon.adding(seconds: 30)),
                .clockBehind(clock: noon.adding(seconds: -60), newest: noon.adding(seconds: 60)),
            ])
        var recorded: [Double] = []
        try log.forEachBatch(from: 0) { batch in
            batch.forEach { recorded.append($0.recorded.seconds(since: noon)) }
            return true
        }
        #expect(recorded == [0, 30, 30, 30, 30, 60, 60])
        #expect(try log.verify().isOK)
    }

    // MARK: Data that could not be read back

    @Test("data that is nested deeper than a line is read is refused before it is written")
    func depth() async throws {
        let log = try await fill([1])
        func nested(_ depth: Int) -> JSON { (1..<depth).reduce(["a": 1]) { inner, _ in ["a": inner] } }
        var drafts = Drafts()
        let deepest = drafts.next(data: nested(JSON.depthMax - 1))
        let deeper = drafts.next(data: nested(JSON.depthMax))
        try await log.append([deepest])
        guard case .invalidEvent? = await failure({ try await log.append([deeper]) }) else {
            Issue.record("appended")
            return
        }
        #expect(try log.verify().isOK)
        #expect(throws: Never.self) { try JSON.parse(try log.event(at: 1)?.line ?? "") }
    }
}
