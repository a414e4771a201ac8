// Sealing: the same lines in fewer bytes, whoever reads or appends meanwhile and whoever is killed.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite("Sealing", .timeLimit(.minutes(5)))
struct SealTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    /// Commits of so many events each; 700 of them would take ten segments.
    private func filled(_ counts: [Int], size: Int = 300, files: any FileSystem = SystemFileSystem()) async throws
        -> EventLog
    {
        let log = try openLog(folder.data, files: files)
        var drafts = Drafts()
        for count in counts { try await log.append(drafts.make(count, size: size)) }
        return log
    }

    private func text(_ log: EventLog) throws -> [UInt8] { try log.lines().flatMap { Array($0.utf8) + [0x0A] } }

    // MARK: What it makes

    @Test(
        "the lines stay what they are, however they were committed",
        arguments: [[64], [1, 63], [60, 10, 60], [300], [64, 64, 64]], [0, 300, 9_000, 70_000])
    func sameLines(counts: [Int], size: Int) async throws {
        let log = try await filled(counts, size: size)
        let lines = try log.lines()
        let root = try log.verify().root
        try files.sealAll(log)
        #expect(try log.lines() == lines)
        for created in [true, false] {
            let again = try openLog(folder, create: created)
            let verified = try again.verify()
            #expect(try again.lines() == lines && verified.isOK && verified.root == root, "\(verified.problems)")
            #expect(verified.tornTail.isEmpty)
            try files.forgetDerived()
        }
        #expect(try log.stats().sealed == lines.count / 64)
    }

    @Test("blocks are full, and only the last ends a commit, where one ended there")
    func blocks() async throws {
        let log = try await filled([3, 70, 55], size: 4_000)
        #expect(try files.blocks(files.segments[0]).dropLast().contains { $0.header.endsCommit })
        try files.sealAll(log)
        let first = try files.blocks(files.segments[0])
        let second = try files.blocks(files.segments[1])
        for blocks in [first, second] {
            #expect(blocks.dropLast().allSatisfy { $0.header.inflatedSize == 65_280 && !$0.header.endsCommit })
            #expect(blocks.allSatisfy { $0.header.durable == $0.header.first })
        }
        #expect(first.last?.header.endsCommit == false && second.last?.header.endsCommit == true)
    }

    @Test("the end member says what the segment holds, and ends as BGZF does")
    func endMember() async throws {
        let log = try await filled([100])
        try files.sealAll(log)
        let bytes = Array(try files.bytes(files.segments[0]).suffix(147))
        let marker: [UInt8] =
            [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 0x42, 0x43, 2, 0, 0x1B, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(Array(bytes.suffix(28)) == marker)
        #expect(Array(bytes[10..<22]) == [125, 0, 0x42, 0x43, 2, 0, 146, 0, 0x44, 0x42, 25, 0])
        #expect(Array(bytes[22..<43]) == [64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 64, 0, 0, 0, 0, 0, 0, 0])
        #expect(Array(bytes[47..<55]) == [0x44, 0x45, 86, 0, 64, 0, 0, 0])
        var tree = MerkleTree()
        for line in try log.lines(to: 64) { tree.append(leaf: Array(line.utf8).withUnsafeBytes(MerkleTree.leaf)) }
        #expect(Array(bytes[87..<119]) == tree.root.bytes)
        let time = withUnsafeBytes(of: noon.millisecondsSinceEpoch.littleEndian) { Array($0) }
        #expect(Array(bytes[55..<87]) == time + time + time + time)
    }

    @Test("no bit of an end member can flip unnoticed")
    func endMemberBits() {
        let summary = SegmentSummary(
            count: 64, earliest: noon, latest: noon, firstRecorded: noon, lastRecorded: noon, root: .sha256([]))
        let bytes = EndMember(end: 64, summary: summary).bytes
        func parsed(_ bytes: [UInt8]) -> EndMember? {
            bytes.withUnsafeBytes { if case .end(let member) = Block.parse($0) { member } else { nil } }
        }
        #expect(parsed(bytes) == EndMember(end: 64, summary: summary) && bytes.count == EndMember.size)
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                #expect(parsed(damaged) == nil, "byte \(place), bit \(bit)")
            }
        }
        for length in 0..<bytes.count {
            bytes[..<length].withUnsafeBytes { raw in
                if case .incomplete = Block.parse(raw) { return }
                Issue.record("\(length) bytes are not incomplete")
            }
        }
    }

    @Test("other programs read it", arguments: [["gzip", "-t"], ["bgzip", "-t"], ["zcat"], ["bgzip", "-dc"]])
    func otherPrograms(command: [String]) async throws {
        let log = try await filled([100])
        try files.sealAll(log)
        let answer = try files.run(command, on: files.segments[0])
        #expect(answer.status == 0)
        if command.last != "-t" { #expect(try answer.said == Array(text(log).prefix(answer.said.count))) }
    }

    @Test("the same text makes the same bytes, on one core and on several, however it was cut")
    func deterministic() async throws {
        let log = try await filled([64], size: 20_000)
        let text = try text(log)
        func sealed(pieces: Int, cores: Int) throws -> [UInt8] {
            var sealed = SealedSegment(0, end: 64, deflaters: Deflaters(cores: cores))
            var out: [UInt8] = []
            for start in stride(from: 0, to: text.count, by: pieces) {
                out += try sealed.add(Array(text[start..<min(start + pieces, text.count)]))
            }
            return try out + sealed.finish(endsCommit: true)
        }
        let expected = try sealed(pieces: text.count, cores: 1)
        for (pieces, cores) in [(1_000, 1), (65_280, 2), (100_003, 3)] {
            #expect(try sealed(pieces: pieces, cores: cores) == expected)
        }
        try files.sealAll(log)
        #expect(try files.bytes(files.segments[0]) == expected)
    }

    // MARK: When

    @Test("only full segments are sealed, the oldest first, and each once")
    func order() async throws {
        let log = try await filled([150])
        #expect(try log.sealNext() == .sealed(0))
        #expect(try log.sealNext() == .sealed(64))
        #expect(try log.sealNext() == .nothingDue)
    }

    @Test("a log seals by itself what it fills, and what another has left")
    func byItself() async throws {
        try await filled([100]).close()
        let log = try EventLog.open(folder.data, create: true, files: SystemFileSystem(), segmentEvents: segmentEvents)
        var drafts = Drafts()
        try await log.append(drafts.make(100))
        log.close()
        #expect(try openLog(folder).stats().sealed == 3)
        #expect(files.names.allSatisfy { !$0.hasSuffix(".tmp") })
    }

    @Test("all that is due can be waited for, but not for longer than one likes")
    func within() async throws {
        let log = try await filled([300])
        #expect(await !log.seal(within: .zero))
        #expect(try log.stats().sealed == 0)
        #expect(await log.seal(within: .seconds(100)))
        #expect(try log.stats().sealed == 4)
    }

    @Test("one seals at a time; who finds another at it leaves it")
    func lock() async throws {
        let log = try await filled([100])
        let lock = try SystemFileSystem().open(folder.data + "/log/seal", .write)
        #expect(try lock.lock(wait: false))
        #expect(try log.sealNext() == .busy)
        lock.unlock()
        #expect(try log.sealNext() == .sealed(0))
    }

    @Test("it stops between two blocks when told, and leaves nothing behind")
    func abandoned() async throws {
        let log = try await filled([100], size: 9_000)
        let sealer = SegmentSealer(directory: log.directory)
        var blocks = 0
        let outcome = try sealer.sealNext(end: 100) {
            blocks += 1
            return blocks < 4
        }
        #expect(outcome == .abandoned && blocks == 4)
        #expect(files.names.allSatisfy { !$0.hasSuffix(".tmp") })
        #expect(try log.stats().sealed == 0 && log.verify().isOK)
    }

    // MARK: Beside others

    @Test("who appends does not notice: at a segment's end, in the next one, and from another process")
    func appending() async throws {
        let log = try await filled([60])
        let other = try openLog(folder)
        #expect(try other.lines().count == 60)
        var drafts = Drafts()
        try await other.append(drafts.make(1))
        try await log.append(drafts.make(3))
        try files.sealAll(log)
        // The other's place lies in the middle of a file that is gone.
        try await other.append(drafts.make(1))
        try files.sealAll(other)
        try await log.append(drafts.make(64))
        try files.sealAll(log)
        try await other.append(drafts.make(2))
        #expect(try log.end() == 131 && other.end() == 131)
        let verified = try other.verify()
        #expect(verified.isOK && verified.tornTail.isEmpty && files.torn.isEmpty, "\(verified.problems)")
        #expect(try log.stats().sealed == 2)
    }

    @Test("a reader that has the old file open, and one that knows places in it, go on")
    func reading() async throws {
        let log = try await filled([7, 57, 30], size: 9_000)
        let lines = try log.lines()
        for sequence in lines.indices { #expect(try log.event(at: UInt64(sequence))?.line == lines[sequence]) }
        var read: [String] = []
        try log.forEachBatch(from: 0) { batch in
            if read.isEmpty { try files.sealAll(log) }
            batch.forEach { read.append($0.line.string) }
            return true
        }
        #expect(read == lines)
        for sequence in lines.indices { #expect(try log.event(at: UInt64(sequence))?.line == lines[sequence]) }
        let stream = StreamID(family: "session", subject: "watch/3")
        #expect(try log.sequences(of: stream).count == 13)
    }

    @Test("a log that ends with a sealed segment goes on in the next", arguments: [true, false])
    func exactlyFull(reopened: Bool) async throws {
        var log = try await filled([64])
        try files.sealAll(log)
        if reopened {
            log.close()
            try files.forgetDerived()
            log = try openLog(folder)
        }
        #expect(try log.end() == 64)
        var drafts = Drafts()
        try await log.append(drafts.make(2))
        #expect(try log.end() == 66 && files.segments.count == 2 && files.torn.isEmpty)
        #expect(try log.verify().isOK)
    }

    // MARK: Recovery

    @Test("a torn tail behind a sealed segment is torn, and no more than that")
    func tornBehind() async throws {
        let log = try await filled([64, 5])
        try files.sealAll(log)
        log.close()
        try files.forgetDerived()
        try files.cut(to: 100)
        let notices = Notices()
        let again = try openLog(folder, notices: notices.add)
        #expect(try again.end() == 64)
        var drafts = Drafts()
        try await again.append(drafts.make(3))
        #expect(files.torn == ["torn-\(padded(64))-0"] && notices.list.count == 1)
        #expect(try again.end() == 67 && again.verify().isOK)
    }

    @Test("the rest of a commit that began in a sealed segment is not torn but missing")
    func missingBehind() async throws {
        let log = try await filled([10, 60])
        try files.sealAll(log)
        log.close()
        try files.forgetDerived()
        try files.remove(files.newest)
        var drafts = Drafts()
        let again = try openLog(folder)
        await #expect { try await again.append(drafts.make(1)) } throws: { isCorrupt($0) != nil }
        #expect(try again.lines(to: 64).count == 64)
    }

    // MARK: Failures

    @Test("what a killed sealer has left goes with the next one")
    func leftovers() async throws {
        let log = try await filled([100])
        try files.write([1, 2, 3], "seal-\(padded(0)).tmp")
        let lines = try log.lines()
        #expect(try openLog(folder).lines() == lines)
        #expect(try log.sealNext() == .sealed(0))
        #expect(files.names.allSatisfy { !$0.hasSuffix(".tmp") })
    }

    @Test(
        "a failure leaves the segment as it was, and no file beside it",
        arguments: [FaultPlan.Call.write, .sync, .rename])
    func failure(call: FaultPlan.Call) async throws {
        let disk = FaultyFileSystem()
        let log = try await filled([100], files: disk)
        let before = try files.bytes(files.segments[0])
        disk.plan.fail(call)
        #expect(throws: LogError.self) { try log.sealNext() }
        #expect(try files.bytes(files.segments[0]) == before)
        #expect(files.names.allSatisfy { !$0.hasSuffix(".tmp") })
        #expect(try log.sealNext() == .sealed(0))
    }

    @Test("a damaged segment stays as it is, is told of, and keeps no other from being sealed")
    func damaged() async throws {
        try await filled([200]).close()
        try files.flip(files.segments[0], at: 70)
        let before = try files.bytes(files.segments[0])
        let notices = Notices()
        let log = try openLog(folder, notices: notices.add)
        #expect(await !log.seal(within: .seconds(100)))
        #expect(try files.bytes(files.segments[0]) == before)
        #expect(try log.stats { _ in }.sealed == 2)
        #expect(notices.list.count == 1 && "\(notices.list[0])".contains(files.segments[0]))
    }

    // MARK: Verification

    @Test("a flipped bit of a sealed segment is noticed wherever it is, and named")
    func flips() async throws {
        let log = try await filled([70])
        try files.sealAll(log)
        log.close()
        let name = files.segments[0]
        let size = try files.size(name)
        for place in Array(stride(from: 0, to: size - 147, by: 61)) + Array(size - 147..<size) {
            try files.flip(name, at: place, bit: 1 << UInt8(place % 8))
            let result = try openLog(folder, create: false).verify()
            #expect(result.problems.contains { $0.file == name && $0.from <= place && place < $0.to }, "byte \(place)")
            try files.flip(name, at: place, bit: 1 << UInt8(place % 8))
        }
        #expect(try openLog(folder, create: false).verify().isOK)
    }

    @Test("damage in a sealed segment costs the events in it and no others")
    func readAround() async throws {
        let log = try await filled([70], size: 3_000)
        try files.sealAll(log)
        let lines = try log.lines()
        let blocks = try files.blocks(files.segments[0])
        try files.flip(files.segments[0], at: blocks[1].offset + 80)
        var lost: [Range<UInt64>] = []
        var read: [String] = []
        try openLog(folder).forEachBatch(from: 0, onDamage: { lost.append($0.sequences) }) { batch in
            batch.forEach { read.append($0.line.string) }
            return true
        }
        let first = blocks[1].header.first - 1
        #expect(lost.map(\.lowerBound).min() == first && lost.map(\.upperBound).max() == blocks[1].header.next)
        #expect(
            read == lines.indices.filter { !(first..<blocks[1].header.next).contains(UInt64($0)) }.map { lines[$0] })
    }

    @Test("an end member that is sound by itself and not about these lines is a problem; so is anything behind it")
    func contradictions() async throws {
        let log = try await filled([70])
        try files.sealAll(log)
        log.close()
        let name = files.segments[0]
        let whole = try files.bytes(name)
        let file = try SystemFileSystem().open(files.path(name), .read)
        var member = try #require(try log.directory.endMember(of: 0, in: file))
        member.summary.root = .sha256([1])
        let text = Array(whole.dropLast(EndMember.size))
        for (bytes, what) in [
            (text + member.bytes, "does not say"), (whole + [0], "follow"), (whole + whole.suffix(147), "follow"),
            (text + whole.suffix(30), "no block starts"),
        ] {
            try files.write(bytes, name)
            let result = try openLog(folder, create: false).verify()
            #expect(result.problems.count == 1 && result.problems[0].what.contains(what), "\(result.problems)")
        }
    }
}
