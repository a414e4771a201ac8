// Blocks that hold their text as it is: when a log has them, and that nobody who reads it needs to care.

import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct StoredBlockTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    private func block(_ text: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: Block.storedSize(text.count))
        let head = MemberHead(first: 5, count: 1, endsCommit: true, durable: 3)
        text.withUnsafeBytes { text in out.withUnsafeMutableBytes { Block.store(text, head, into: $0) } }
        return out
    }

    /// Of each block of a segment, whether it is stored: the first bits of its deflate stream say "last" and "stored".
    private func areStored(_ name: String) throws -> [Bool] {
        let bytes = try files.bytes(name)
        return try files.blocks(name).map { bytes[$0.offset + Block.headerSize] & 7 == 1 }
    }

    @Test("the text stands in the member, which fits BGZF at any size", arguments: [1, 2, 700, 65_279, 65_280])
    func bytes(size: Int) {
        let text = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let bytes = block(text)
        #expect(bytes.count == 60 + size && bytes.count <= 65_536)
        let count = [UInt8(size & 0xFF), UInt8(size >> 8)]
        #expect(Array(bytes[47..<52]) == [1] + count + count.map { ~$0 })
        #expect(Array(bytes[52..<52 + size]) == text)
        var back = [UInt8](repeating: 0, count: size)
        let isWhole = bytes.withUnsafeBytes { member in
            back.withUnsafeMutableBytes {
                BlockInflater().inflate(member, into: $0)
                    && BlockInflater.checksumHolds(member, UnsafeRawBufferPointer($0))
            }
        }
        #expect(isWhole && back == text)
    }

    @Test("no bit of one can flip unnoticed")
    func flips() {
        let bytes = block(Array("{\"stored\":\"as it is\"}\n".utf8))
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                let isBlock = damaged.withUnsafeBytes { if case .block = Block.parse($0) { true } else { false } }
                #expect(!isBlock, "byte \(place), bit \(bit)")
            }
        }
    }

    // MARK: When

    /// Events and the milliseconds before them, and whether the next are to be stored then, where they are many bytes and where they
    /// are few. A segment has 64,000 events.
    @Test(
        "an eighth of a segment has to come within seconds, for small commits less, and minutes of rest are enough to begin anew",
        arguments: [
            ([], false, false),
            ([(1, 0)], false, false),
            ([(31, 0)], false, false),
            ([(32, 0)], false, true),
            ([(32, 0), (0, 10)], false, false),
            ([(7_999, 0)], false, true),
            ([(8_000, 0)], true, true),
            ([(1_000, 10), (7_000, 10)], false, true),
            ([(1_000, 10), (7_500, 10)], true, true),
            ([(8_000, 0), (0, 1)], false, true),
            ([(60_000, 0), (0, 60_000)], true, true),
            ([(60_000, 0), (0, 240_000)], false, false),
            ([(1_000_000, 0), (0, 240_000)], false, false),
            ([(8_000, 0), (0, -3_600_000)], true, true),
            ([(1, 60_000), (7_999, 60_000)], false, true),
            ([(1, 1_000), (1, 1_000), (1, 1_000), (1, 1_000)], false, false),
        ] as [([(events: Int, after: Int64)], Bool, Bool)])
    func pace(steps: [(events: Int, after: Int64)], many: Bool, few: Bool) {
        var pace = AppendPace(segmentEvents: 64_000)
        var now = noon.millisecondsSinceEpoch
        for step in steps {
            now += step.after
            _ = pace.isFast(at: Timestamp(millisecondsSinceEpoch: now), bytes: 1)
            pace.add(step.events)
        }
        let time = Timestamp(millisecondsSinceEpoch: now)
        #expect(pace.isFast(at: time, bytes: 4_097) == many)
        #expect(pace.isFast(at: time, bytes: 4_096) == few)
    }

    @Test("a log that grows fast has them, and none any more when it grows slowly")
    func appending() async throws {
        let clock = SetClock()
        let log = try openLog(folder, clock: clock.now)
        var drafts = Drafts()
        for _ in 0..<8 { try await log.append(drafts.make(1, size: 4_000)) }
        for _ in 0..<2 { try await log.append(drafts.make(1, size: 4_000)) }
        clock.set(600)
        for _ in 0..<3 { try await log.append(drafts.make(1)) }
        #expect(
            try areStored(files.newest)
                == [Bool](repeating: false, count: 8) + [true, true] + [false, true, true])
    }

    @Test("a large commit is stored in several blocks, and reads back here, with gzip and with bgzip")
    func largeCommit() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append(drafts.make(10))
        try await log.append(drafts.make(30, size: 20_000))
        #expect(try areStored(files.newest).filter(\.self).count >= 9)
        let text: [UInt8] = try log.lines().flatMap { Array($0.utf8) + [0x0A] }
        for command in [["zcat"], ["bgzip", "-dc"]] {
            let outcome = try files.run(command, on: files.newest)
            #expect(outcome.status == 0 && outcome.said == text, "\(command)")
        }
        #expect(try log.verify().isOK)
    }

    @Test("sealing packs them")
    func sealing() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        for _ in 0..<66 { try await log.append(drafts.make(1, size: 200)) }
        let name = files.segments[0]
        let lines = try log.lines()
        let before = try files.size(name)
        #expect(try areStored(name).contains(true))
        try files.sealAll(log)
        #expect(try !areStored(name).contains(true))
        #expect(try files.size(name) * 4 < before)
        #expect(try log.lines() == lines)
    }

    @Test("of a torn one nothing is kept")
    func torn() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        for _ in 0..<10 { try await log.append(drafts.make(1, size: 200)) }
        let lines = try log.lines()
        log.close()
        let blocks = try files.blocks(files.newest)
        for size in [blocks[9].offset + 1, blocks[9].offset + 60, blocks[9].end - 1] {
            let whole = try files.bytes(files.newest)
            try files.cut(to: size)
            try files.forgetDerived()
            #expect(try openLog(folder, create: false).lines() == Array(lines[..<9]))
            try files.write(whole, files.newest)
        }
    }
}
