// What happens to a log whose files were cut, flipped or added to: what counts, what is set aside, what is refused.

import CanonicalJSON
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct TornTailTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    /// Appends commits of these many events and closes.
    private func fill(_ commits: Int..., size: Int = 0) async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in commits { try await log.append(drafts.make(count, size: size)) }
        log.close()
    }

    private func end() throws -> UInt64 { try openLog(folder, create: false).end() }

    /// Appends one event and tells what notices came with it.
    @discardableResult private func appendOne() async throws -> [LogNotice] {
        let notices = Notices()
        let log = try openLog(folder, notices: notices.add)
        var drafts = Drafts()
        try await log.append([drafts.next()])
        #expect(try log.verify().isOK)
        return notices.list
    }

    @Test("a torn tail is set aside and appending goes on")
    func tornTail() async throws {
        try await fill(2, 3)
        try files.forgetDerived()
        let blocks = try files.blocks(files.newest)
        let whole = try files.bytes(files.newest)
        try files.cut(to: blocks[1].offset + 20)
        #expect(try end() == 2)
        #expect(files.torn.isEmpty)
        let notices = try await appendOne()
        #expect(notices.count == 1 && notices[0].description.contains(files.newest))
        #expect(files.torn.count == 1)
        #expect(try files.bytes(files.torn[0]) == Array(whole[blocks[1].offset..<blocks[1].offset + 20]))
        #expect(try end() == 3)
    }

    @Test("cut at every byte of the last commit: the commits before are kept, and only readers' ends move")
    func everyCut() async throws {
        try await fill(2, 1)
        try files.forgetDerived()
        let whole = try files.bytes(files.newest)
        let last = try files.blocks(files.newest)[1]
        for cut in last.offset...whole.count {
            try files.forgetDerived()
            try files.write(Array(whole[..<cut]), files.newest)
            #expect(try end() == (cut == whole.count ? 3 : 2), "cut at \(cut)")
            #expect(try files.size(files.newest) == cut)
        }
    }

    @Test("an unfinished commit of whole blocks is set aside too")
    func unfinished() async throws {
        try await fill(1)
        try await fill(40, size: 10_000)
        let blocks = try files.blocks(files.newest)
        #expect(blocks.count > 3)
        try files.forgetDerived()
        try files.cut(to: blocks[blocks.count - 2].end)
        #expect(try end() == 1)
        try await appendOne()
        #expect(try end() == 2 && files.torn.count == 1)
    }

    @Test("garbage behind the last commit is set aside")
    func garbage() async throws {
        try await fill(2)
        try files.append(Array("not a block".utf8))
        #expect(try end() == 2)
        let notices = try await appendOne()
        #expect(notices.count == 1)
        #expect(try files.bytes(files.torn[0]) == Array("not a block".utf8))
    }

    @Test("a tail torn twice at the same place is kept twice")
    func twice() async throws {
        try await fill(2)
        let size = try files.size(files.newest)
        for text in ["first", "second"] {
            try files.cut(to: size)
            try files.forgetDerived()
            try files.append(Array(text.utf8))
            try await appendOne()
        }
        #expect(try files.torn.map { try files.bytes($0) } == [Array("first".utf8), Array("second".utf8)])
    }

    @Test("a commit that never was finished in the next segment goes from both")
    func crossing() async throws {
        try await fill(60, 20)
        try files.forgetDerived()
        let before = try files.blocks(files.segments[0]).last { $0.header.endsCommit }
        try files.cut(to: 30)
        #expect(try end() == 60)
        try await appendOne()
        #expect(files.torn.count == 2 && files.segments.count == 1)
        #expect(try before?.end == files.blocks(files.newest).dropLast().last?.end)
        #expect(try end() == 61)
    }

    @Test("below the published end nothing is torn: acknowledged events are missing")
    func belowEnd() async throws {
        try await fill(2, 3)
        let cut = try files.blocks(files.newest)[1].offset + 5
        try files.cut(to: cut)
        let error = await #expect(throws: LogError.self) { try await self.appendOne() }
        #expect(error.map { "\($0)" }?.contains(files.newest) == true)
        #expect(error.flatMap { isCorrupt($0) }?.sequences == 2..<5)
        #expect(try files.size(files.newest) == cut && files.torn.isEmpty)
    }

    @Test("rot in the middle is not the end, even when nothing says where the end was")
    func rotInTheMiddle() async throws {
        try await fill(2, 3, 4, 1)
        let damaged = try files.blocks(files.newest)[1]
        try files.forgetDerived()
        try files.flip(files.newest, at: damaged.offset + 50)
        let size = try files.size(files.newest)
        let error = await #expect(throws: LogError.self) { try await self.appendOne() }
        let damage = error.flatMap { isCorrupt($0) }
        #expect(damage?.from == damaged.offset && damage?.to == damaged.end)
        #expect(try files.size(files.newest) == size && files.torn.isEmpty)
    }

    @Test("around damage everything else stays readable, and what is lost is named")
    func readable() async throws {
        try await fill(2, 3, 4, 1)
        try files.flip(files.newest, at: try files.blocks(files.newest)[1].offset)
        let log = try openLog(folder, create: false)
        #expect(try log.end() == 10)
        var damage: [Damage] = []
        var read: [UInt64] = []
        try log.forEachBatch(from: 0, onDamage: { damage.append($0) }) { batch in
            batch.forEach { read.append($0.sequence) }
            return true
        }
        #expect(read == [0, 1, 5, 6, 7, 8, 9] && damage.map(\.sequences) == [2..<5])
        #expect(throws: LogError.self) { try log.lines() }
        #expect(try log.lines(from: 5).count == 5)
        #expect(try log.event(at: 5)?.sequence == 5)
        #expect(throws: LogError.self) { try log.event(at: 3) }
    }

    @Test("a line that goes on into a damaged block is lost, and no other")
    func lineAcrossDamage() async throws {
        try await fill(40, size: 10_000)
        try await fill(1)
        let blocks = try files.blocks(files.newest)
        try files.flip(files.newest, at: blocks[2].offset + 100)
        let log = try openLog(folder, create: false)
        var damage: [Damage] = []
        var read: [UInt64] = []
        try log.forEachBatch(from: 0, onDamage: { damage.append($0) }) { batch in
            batch.forEach { read.append($0.sequence) }
            return true
        }
        let lost = Set(damage.flatMap { Array($0.sequences) })
        #expect(lost == Set(blocks[2].header.first - 1..<blocks[3].header.first))
        #expect(Set(read).union(lost) == Set(0..<41) && Set(read).isDisjoint(with: lost) && read == read.sorted())
    }

    @Test("a missing segment is damage, and what follows it is readable")
    func missingSegment() async throws {
        try await fill(64 * 2 + 3)
        try files.remove(files.segments[1])
        let log = try openLog(folder, create: false)
        var damage: [Damage] = []
        var count = 0
        try log.forEachBatch(from: 10, onDamage: { damage.append($0) }) { batch in
            count += batch.count
            return true
        }
        #expect(damage.map(\.sequences) == [64..<128] && count == 57)
    }

    @Test("a reader that finds a whole commit beyond the published end publishes it")
    func publishes() async throws {
        try await fill(2, 3)
        let published = try files.bytes("end")
        try files.write(PublishedEnd.bytes(2), "end")
        #expect(try end() == 5)
        #expect(try files.bytes("end") == published)
    }

    @Test("where an appender is at work, its commit is not looked at before it is done")
    func neverLocks() async throws {
        try await fill(2, 3)
        let whole = try files.bytes(files.newest)
        try files.cut(to: files.blocks(files.newest)[0].end)
        try files.write(PublishedEnd.bytes(2), "end")
        let log = try openLog(folder, create: false)
        #expect(try log.end() == 2)
        let appender = try SystemFileSystem().open(files.path("lock"), .write)
        #expect(try appender.lock(wait: false))
        try files.write(whole, files.newest)
        #expect(try log.end() == 2)
        appender.unlock()
        #expect(try log.end() == 5)
    }

    @Test("who looks for the first time waits for an appender at work, as what is published may be of before a crash")
    func waitsOnce() async throws {
        try await fill(2, 3)
        try files.write(PublishedEnd.bytes(2), "end")
        let appender = try SystemFileSystem().open(files.path("lock"), .write)
        #expect(try appender.lock(wait: false))
        let log = try openLog(folder, create: false)
        let found = Mutex<UInt64?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let end = try? log.end()
            found.withLock { $0 = end }
            isDone.signal()
        }
        // However long it has looked by now, it has not settled for the published end.
        #expect(isDone.wait(timeout: .now() + .milliseconds(50)) == .timedOut)
        appender.unlock()
        isDone.wait()
        #expect(found.withLock { $0 } == 5)
    }

    @Test("of a first commit over several segments the later may be left alone: all of it is torn")
    func laterSegmentsAlone() async throws {
        try await fill(150)
        try files.forgetDerived()
        try files.remove(files.segments[0])
        try files.cut(to: 30)
        #expect(try end() == 0)
        try await appendOne()
        #expect(try end() == 1 && files.segments == [Segment.name(0)])
    }
}
