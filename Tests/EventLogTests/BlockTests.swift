// The bytes of a block, which can never change.

import Foundation
import Testing

@testable import EventLog

struct BlockTests {
    private func block(_ text: String, first: UInt64 = 5, count: Int = 1, ends: Bool = true, durable: UInt64 = 3)
        -> [UInt8]
    {
        var out: [UInt8] = []
        let writer = BlockWriter()
        Array(text.utf8).withUnsafeBytes {
            writer.write($0, first: first, count: count, endsCommit: ends, durable: durable, into: &out)
        }
        return out
    }

    private func parse(_ bytes: [UInt8]) -> BlockHeader? {
        bytes.withUnsafeBytes { if case .block(let header) = Block.parse($0) { header } else { nil } }
    }

    @Test(
        "CRC-32C agrees with the published vectors",
        arguments: [
            // RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
            (Array("123456789".utf8), 0xE306_9283),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E),
            (Array((0..<32).reversed()), 0x113F_DB5C),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func vectors(bytes: [UInt8], expected: UInt32) {
        bytes.withUnsafeBytes { raw in
            #expect(CRC32C.checksum(raw) == expected)
            #expect(CRC32C.byTables(0xFFFF_FFFF, raw) ^ 0xFFFF_FFFF == expected)
        }
    }

    @Test("the tables and the processor's instruction agree at every length")
    func bothWays() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 37) }
        for length in 0...300 {
            bytes[..<length].withUnsafeBytes { raw in
                #expect(CRC32C.checksum(raw) == CRC32C.byTables(0xFFFF_FFFF, raw) ^ 0xFFFF_FFFF)
            }
        }
    }

    @Test("the header's bytes are those of the format page")
    func header() {
        let bytes = block("hello\n", first: 0x0102_0304, count: 7, ends: true, durable: 0x0A0B)
        let expected: [UInt8] =
            [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, 35, 0, 0x42, 0x43, 2, 0]
            + [UInt8(bytes.count - 1), 0, 0x44, 0x42, 25, 0]
            + [4, 3, 2, 1, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0x0B, 0x0A, 0, 0, 0, 0, 0, 0]
        #expect(Array(bytes[..<43]) == expected)
        #expect(Array(bytes.suffix(4)) == [6, 0, 0, 0])
    }

    @Test("a header reads back as it was written")
    func roundTrip() {
        let header = parse(block("{}\n", first: 70_000, count: 1, ends: false, durable: 69_000))
        #expect(
            header
                == BlockHeader(
                    first: 70_000, count: 1, endsCommit: false, durable: 69_000, size: header?.size ?? 0,
                    inflatedSize: 3))
    }

    @Test("no bit of a block can flip unnoticed")
    func flips() {
        let bytes = block(String(repeating: "daybook ", count: 9) + "\n")
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                #expect(parse(damaged) == nil, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test("a block cut short is incomplete, not damaged")
    func cut() {
        let bytes = block("some text\n")
        for length in 0..<bytes.count {
            bytes[..<length].withUnsafeBytes { raw in
                guard case .incomplete = Block.parse(raw) else {
                    Issue.record("\(length) bytes")
                    return
                }
            }
        }
    }

    @Test("text that does not compress fits a block of 65,280 bytes")
    func incompressible() {
        var random = SystemRandomNumberGenerator()
        let text = (0..<65_280).map { _ in UInt8.random(in: 0...255, using: &random) }
        var out: [UInt8] = []
        text.withUnsafeBytes {
            BlockWriter().write($0, first: 0, count: 1, endsCommit: true, durable: 0, into: &out)
        }
        #expect(out.count <= 65_536)
        var back = [UInt8](repeating: 0, count: text.count)
        let isWhole = out.withUnsafeBytes { member in
            back.withUnsafeMutableBytes { BlockInflater().inflate(member, into: $0) }
        }
        #expect(isWhole && back == text)
    }

    @Test("a commit's blocks are full, end at segments, and only the last is flagged")
    func plans() {
        var commit = CommitText(first: 65_534)
        for length in [10, 65_270, 5, 70_000, 3] {
            commit.starts.append(commit.text.count)
            commit.text += [UInt8](repeating: 0x78, count: length - 1) + [0x0A]
        }
        let plans = BlockPlan.plans(for: commit, in: LogDirectory(data: "", files: SystemFileSystem()))
        #expect(plans.map(\.segment) == [0, 65_536, 65_536])
        #expect(plans.map(\.range.count) == [65_280, 65_280, 4_728])
        #expect(plans.map(\.first) == [65_534, 65_536, 65_538])
        #expect(plans.map(\.count) == [2, 2, 1])
        #expect(plans.map(\.endsCommit) == [false, false, true])
        commit.isDivisible = true
        let divided = BlockPlan.plans(for: commit, in: LogDirectory(data: "", files: SystemFileSystem()))
        #expect(divided.map(\.endsCommit) == [true, false, true])
    }

    @Test("log/end is 12 bytes with a checksum of their own")
    func publishedEnd() {
        var bytes = PublishedEnd.bytes(200_000)
        #expect(bytes.count == 12 && Array(bytes[..<8]) == [0x40, 0x0D, 3, 0, 0, 0, 0, 0])
        #expect(bytes.withUnsafeBytes { PublishedEnd.parse($0) } == 200_000)
        bytes[3] ^= 1
        #expect(bytes.withUnsafeBytes { PublishedEnd.parse($0) } == nil)
    }
}
