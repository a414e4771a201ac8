import Foundation
import Testing

@testable import EventLog

@Suite("A log that comes by once")
struct StreamedCheckTests {
    private let folder = TemporaryFolder()

    private func filled(_ counts: [Int]) async throws -> EventLog {
        let log = try openLog(folder.data)
        for count in counts {
            var drafts = Drafts()
            try await log.append(drafts.make(count, subjects: count, size: 700))
        }
        return log
    }

    /// Hands the pieces over in chunks that have nothing to do with blocks.
    private func check(_ cut: LogCut, _ change: (Int, inout [UInt8]) -> Void = { _, _ in }) throws -> StreamedCheck {
        var check = StreamedCheck(segmentEvents: segmentEvents) { _ in }
        for (index, piece) in cut.segments.enumerated() {
            var bytes: [UInt8] = []
            try piece.forEachChunk { bytes += $0 }
            change(index, &bytes)
            check.begin(piece.path)
            for start in stride(from: 0, to: bytes.count, by: 1_009) {
                bytes[start..<min(start + 1_009, bytes.count)].withUnsafeBytes { check.take($0) }
            }
            check.endSegment(
                at: min(UInt64(index + 1) * segmentEvents, cut.end), isLast: index == cut.segments.count - 1)
        }
        return check
    }

    @Test(
        "comes to the same root as the log itself, over segments and the commits that cross them",
        arguments: [[1], [64], [64, 64], [10, 60, 3], [300], [63, 2, 63, 1]])
    func root(counts: [Int]) async throws {
        let log = try await filled(counts)
        let cut = try log.cut()
        let check = try check(cut)
        #expect(check.problems.isEmpty && check.end == cut.end)
        #expect(try check.root == log.verify().root)
    }

    @Test(
        "sealed segments come to the same, and their end members are held against the lines",
        arguments: [[64], [64, 64], [10, 60, 3], [300]])
    func sealed(counts: [Int]) async throws {
        let log = try await filled(counts)
        let root = try log.verify().root
        while case .sealed = try log.sealNext() {}
        let cut = try log.cut()
        let sound = try check(cut)
        #expect(sound.problems.isEmpty && sound.end == cut.end && sound.root == root, "\(sound.problems)")
        let file = try SystemFileSystem().open(log.directory.path(0), .read)
        var member = try #require(try log.directory.endMember(of: 0, in: file))
        member.summary.latest = noon.adding(seconds: 1)
        for (tail, what) in [
            (member.bytes, "does not say"),
            (EndMember(end: 128, summary: member.summary).bytes, "the end of a segment"),
        ] {
            let forged = try check(cut) { index, bytes in
                if index == 0 { bytes = Array(bytes.dropLast(EndMember.size)) + tail }
            }
            #expect(forged.problems.count == 1 && forged.problems[0].what.contains(what), "\(forged.problems)")
        }
        for place in stride(from: cut.segments[0].size - EndMember.size, to: cut.segments[0].size, by: 7) {
            #expect(try check(cut) { index, bytes in if index == 0 { bytes[place] ^= 1 } }.problems.count == 1)
        }
        for count in [1, 147, 200] {
            let longer = try check(cut) { index, bytes in if index == 0 { bytes += bytes.suffix(count) } }
            #expect(longer.problems.count == 1, "\(count) bytes more: \(longer.problems)")
        }
    }

    @Test("blocks without an end of a line in sight are not gathered for ever")
    func endlessLine() {
        var check = StreamedCheck(segmentEvents: segmentEvents) { _ in }
        check.begin("endless")
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: 32_768)
        let writer = BlockWriter(level: 1)
        for number in 0..<100 as Range<UInt64> where check.problems.isEmpty {
            var block: [UInt8] = []
            text.withUnsafeBytes {
                writer.write(
                    $0, first: min(number, 1), count: number == 0 ? 1 : 0, endsCommit: false, durable: 0, into: &block)
            }
            block.withUnsafeBytes { check.take($0) }
        }
        #expect(check.problems.map(\.what) == ["a line is longer than 1048576 bytes"])
    }

    @Test("a cut ends with a whole commit, whatever stands behind it")
    func cut() async throws {
        let log = try await filled([10, 5])
        let cut = try log.cut()
        try await log.append(Drafts().with { $0.make(7) })
        #expect(cut.end == 15)
        #expect(try check(cut).problems.isEmpty)
        #expect(try log.cut().end == 22)
        let path = folder.data + "/log/" + LogCut.segmentNames(events: 1)[0]
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([0x1F, 0x8B, 8, 4, 0]))
        try handle.close()
        #expect(try log.cut().segments[0].size < FileManager.default.contents(atPath: path)?.count ?? 0)
        #expect(try check(log.cut()).problems.isEmpty)
    }

    @Test("a flipped byte is noticed in any place, and costs no other segment")
    func flips() async throws {
        let log = try await filled([200])
        let cut = try log.cut()
        for place in stride(from: 0, to: cut.segments[1].size, by: 97) {
            let check = try check(cut) { index, bytes in if index == 1 { bytes[place] ^= 4 } }
            #expect(check.root == nil && check.problems.allSatisfy { $0.file == cut.segments[1].path }, "byte \(place)")
            #expect(check.problems.last?.sequences.upperBound == 128)
        }
    }

    @Test("a segment cut short or too long is noticed", arguments: [-1, -500, 1, 60])
    func lengths(by count: Int) async throws {
        let log = try await filled([200])
        let check = try check(try log.cut()) { index, bytes in
            guard index == 2 else { return }
            if count < 0 { bytes.removeLast(-count) } else { bytes += [UInt8](repeating: 0, count: count) }
        }
        #expect(!check.problems.isEmpty)
    }
}

extension Drafts {
    fileprivate func with<R>(_ body: (inout Drafts) throws -> R) rethrows -> R {
        var copy = self
        return try body(&copy)
    }
}
