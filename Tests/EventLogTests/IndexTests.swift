// The index is derived: lost, damaged, foreign or behind, it comes back to say what the log says.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct IndexTests {
    let folder = TemporaryFolder()
    var index: String { folder.data + "/index.sqlite" }

    private func fill(_ count: Int) async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append(drafts.make(count))
        log.close()
    }

    /// What must hold of seven streams of 700 events, asked of a log opened anew.
    private func check(_ count: Int = 700) throws {
        let log = try openLog(folder)
        let heads = try log.heads(family: "session", subjectPrefix: "watch/")
        #expect(heads.map(\.stream.subject) == (0..<7).map { "watch/\($0)" })
        #expect(heads.map(\.revision) == Array(repeating: count / 7, count: 7))
        #expect(heads.map(\.sequence) == (0..<7).map { UInt64(count - 7 + $0) })
        let last = try #require(try log.event(at: UInt64(count - 7)))
        #expect(heads[0].digest == Digest.sha256(last.data.canonicalBytes))
        let own = (0..<count / 7).map { UInt64($0 * 7 + 3) }
        #expect(try log.sequences(of: StreamID(family: "session", subject: "watch/3")) == own)
        #expect(try log.sequences(subject: "watch/3") == own)
        #expect(try log.sequences(subjectPrefix: "watch/").count == count)
        #expect(try log.head(of: StreamID(family: "item", subject: "watch/3")) == nil)
    }

    @Test("what was appended is found again by the next process")
    func again() async throws {
        try await fill(700)
        try check()
    }

    @Test("a small log's index is not even written, and found from the log")
    func small() async throws {
        try await fill(14)
        try check(14)
    }

    @Test("once events are in its tables, nothing is left beside them that the next process would have to read first")
    func noWAL() async throws {
        // So many that what is read first is folded there and then, and the rest is too little to be folded behind our back.
        try await fill(2_400)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
        let log = try openLog(folder)
        #expect(try log.heads(family: "session", subjectPrefix: "watch/").count == 7)
        let size = try FileManager.default.attributesOfItem(atPath: index + "-wal")[.size] as? Int
        #expect(size == 0)
    }

    @Test("lost, it is made again")
    func lost() async throws {
        try await fill(700)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
        try check()
    }

    @Test("garbage in its place is replaced")
    func garbage() async throws {
        try await fill(700)
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
        try Data(repeating: 0x55, count: 20_000).write(to: URL(fileURLWithPath: index))
        try check()
    }

    @Test("one of another log is replaced, as is one that knows more than the log")
    func foreign() async throws {
        try await fill(700)
        for count in [700, 1_400] {
            let other = IndexTests()
            try await other.fill(count)
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
            try FileManager.default.copyItem(atPath: other.index, toPath: index)
            try check()
        }
    }

    @Test("a folded index and what lies beyond it are one")
    func folded() async throws {
        try await fill(2_800)
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append(drafts.make(7))
        #expect(try log.head(of: StreamID(family: "session", subject: "watch/0"))?.revision == 401)
        #expect(try log.sequences(of: StreamID(family: "session", subject: "watch/0")).count == 401)
        try check(2_807)
    }

    @Test(
        "the latest of a stream are found without the others, over what is folded and what is not", arguments: [0, 300])
    func latest(unfolded: Int) async throws {
        try await fill(2_800)
        try await fill(700)
        let log = try openLog(folder)
        var drafts = Drafts()
        if unfolded > 0 { try await log.append(drafts.make(unfolded)) }
        let stream = StreamID(family: "session", subject: "watch/3")
        let all = try log.sequences(of: stream)
        for limit in [0, 1, 50, 120, 10_000] {
            #expect(try log.latest(limit, of: stream) == Array(all.reversed().prefix(limit)))
            for end in [all[7], all[450] + 1, all[all.count - 1], 0] {
                let due = all.reversed().drop { $0 >= end }.prefix(limit)
                #expect(try log.latest(limit, of: stream, before: end) == Array(due))
            }
        }
        #expect(try log.latest(5, of: StreamID(family: "item", subject: "watch/3")) == [])
    }

    @Test("however few heads are kept in memory, streams go on where they were", arguments: [0, 3, 1_000])
    func fewHeads(kept: Int) async throws {
        let log = try EventLog.open(
            folder.data, create: true, headsKept: kept, clock: { noon }, files: SystemFileSystem(),
            segmentEvents: segmentEvents, foldCount: 50)
        var drafts = Drafts()
        for _ in 0..<20 { try await log.append(drafts.make(70)) }
        log.close()
        try check(1400)
    }

    @Test("prefixes are of bytes, and any byte may be in them")
    func prefixes() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        let subjects = ["a", "a%", "a_b", "ab", "b", "caf\u{E9}", "cafe\u{301}", "\u{10FFFF}x", "a\u{0}"]
        try await log.append(subjects.map { drafts.next($0) })
        for prefix in ["", "a", "a%", "caf", "cafe", "caf\u{E9}", "\u{10FFFF}", "zz"] {
            let found = try log.heads(family: "session", subjectPrefix: prefix).map { Array($0.stream.subject.utf8) }
            let due = subjects.map { Array($0.utf8) }.filter { $0.starts(with: Array(prefix.utf8)) }
            #expect(found == due.sorted { $0.lexicographicallyPrecedes($1) }, "\(prefix)")
        }
    }

    @Test("an index that cannot be written costs nothing but time")
    func unwritable() async throws {
        try await fill(14)
        for suffix in ["-wal", "-shm", ""] { try? FileManager.default.removeItem(atPath: index + suffix) }
        try FileManager.default.createDirectory(atPath: index, withIntermediateDirectories: false)
        try check(14)
    }

    @Test("sequences are packed and unpacked", arguments: [[], [0], [5, 6, 200, 70_000, 1 << 40]] as [[UInt64]])
    func chunks(sequences: [UInt64]) {
        #expect(SequenceChunk.decode(SequenceChunk.encode(sequences)) == sequences)
    }
}
