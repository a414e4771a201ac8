// Recovery as a decision table: what follows the last whole commit, where the durable end is, and what that makes of it.

import Testing

@testable import EventLog

struct RecoveryTests {
    /// A scan in short: `b3` a block of three events, `b3!` one that ends its commit, `x` damage; each 100 bytes long.
    private static func scan(_ segment: UInt64, _ text: String, durable: UInt64 = 0) -> ScannedSegment {
        var sequence = segment
        var offset = 0
        var steps: [ScanStep] = []
        for word in text.split(separator: " ") {
            if word == "x" {
                steps.append(
                    .damage(
                        Damage(
                            file: Segment.name(segment), from: offset, to: offset + 100, sequences: sequence..<sequence,
                            what: "rot")))
            } else {
                let count = UInt32(word.dropFirst().prefix { $0.isNumber }) ?? 0
                let header = BlockHeader(
                    first: sequence, count: count, endsCommit: word.hasSuffix("!"), durable: min(durable, sequence),
                    size: 100, inflatedSize: 100)
                steps.append(.block(PlacedBlock(offset: offset, header: header)))
                sequence += UInt64(count)
            }
            offset += 100
        }
        return ScannedSegment(segment: segment, size: offset, steps: steps)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        var blocks: String
        var published: UInt64?
        var durable: UInt64 = 0
        /// The end and the number of torn bytes, or nil for corruption.
        var end: UInt64?
        var torn = 0
        var damaged: Range<UInt64>?
        var testDescription: String { what }
    }

    static let rows = [
        Row(what: "an empty file is an empty log", blocks: "", end: 0),
        Row(what: "whole commits are the log", blocks: "b3! b2 b1!", published: 6, end: 6),
        Row(what: "a whole commit beyond the published end counts", blocks: "b3! b2!", published: 3, end: 5),
        Row(what: "without a published end too", blocks: "b3! b2!", end: 5),
        Row(what: "an unfinished commit is torn", blocks: "b3! b2", published: 3, end: 3, torn: 100),
        Row(what: "damage at the end is torn", blocks: "b3! x", published: 3, end: 3, torn: 100),
        Row(
            what: "damage within an unacknowledged commit is torn", blocks: "b3! b2 x b2!", published: 3, end: 3,
            torn: 300),
        Row(what: "nothing but damage is torn", blocks: "x", end: 0, torn: 100),
        Row(what: "damage before the published end is corruption", blocks: "b3! x b2!", published: 8, damaged: 3..<8),
        Row(
            what: "valid blocks beyond damage that do not vouch for it are torn with it", blocks: "b3! x b2!",
            durable: 3, end: 3, torn: 200),
        Row(what: "acknowledged events missing at the end are corruption", blocks: "b3!", published: 5, damaged: 3..<5),
        Row(what: "so they are when the file is empty", blocks: "", published: 5, damaged: 0..<5),
        Row(what: "so is an acknowledged commit without its end", blocks: "b3! b2", published: 5, damaged: 3..<5),
    ]

    @Test("the table", arguments: rows)
    func table(row: Row) {
        let verdict = Recovery.assess(
            base: LogPosition(segment: 0, offset: 0, sequence: 0),
            segments: [Self.scan(0, row.blocks, durable: row.durable)],
            published: row.published)
        if let damaged = row.damaged {
            #expect(verdict.damage?.sequences == damaged && verdict.tail.isEmpty)
        } else {
            #expect(verdict.damage == nil && verdict.end.sequence == row.end)
            #expect(verdict.tail.reduce(0) { $0 + $1.to - $1.from } == row.torn)
        }
    }

    @Test("a commit that crosses into a segment and is unfinished is torn out of both files")
    func crossing() {
        let verdict = Recovery.assess(
            base: LogPosition(segment: 0, offset: 0, sequence: 0),
            segments: [Self.scan(0, "b65000! b536"), Self.scan(65_536, "b7")], published: 65_000)
        #expect(verdict.end == LogPosition(segment: 0, offset: 100, sequence: 65_000))
        #expect(
            verdict.tail == [
                TornPiece(segment: 0, from: 100, to: 200, removesFile: false),
                TornPiece(segment: 65_536, from: 0, to: 100, removesFile: true),
            ])
    }

    @Test("a block beyond the damage that knew the damaged events on disk makes it corruption")
    func vouchedFor() {
        var scanned = Self.scan(0, "b3! x")
        let later = BlockHeader(first: 5, count: 1, endsCommit: true, durable: 5, size: 100, inflatedSize: 100)
        scanned.steps.append(.block(PlacedBlock(offset: 200, header: later)))
        scanned.size = 300
        let verdict = Recovery.assess(
            base: LogPosition(segment: 0, offset: 0, sequence: 0), segments: [scanned], published: nil)
        #expect(verdict.durable == 5 && verdict.damage?.from == 100 && verdict.damage?.sequences == 3..<5)
    }

    @Test("a finished one counts")
    func crossed() {
        let verdict = Recovery.assess(
            base: LogPosition(segment: 0, offset: 0, sequence: 0),
            segments: [Self.scan(0, "b65000! b536"), Self.scan(65_536, "b7!")], published: 65_000)
        #expect(verdict.end == LogPosition(segment: 65_536, offset: 100, sequence: 65_543) && verdict.tail.isEmpty)
    }

    @Test("a new segment's empty file is neither torn nor damage")
    func emptyFile() {
        let verdict = Recovery.assess(
            base: LogPosition(segment: 0, offset: 0, sequence: 0),
            segments: [Self.scan(0, "b65536!"), Self.scan(65_536, "")], published: 65_536)
        #expect(verdict.end.sequence == 65_536 && verdict.tail.isEmpty && verdict.damage == nil)
    }

    @Test("a file that has become shorter than what was known to be on disk is corruption")
    func shorter() {
        let verdict = Recovery.assess(
            base: LogPosition(segment: 0, offset: 500, sequence: 9), segments: [Self.scan(0, "b3!")], published: nil)
        #expect(verdict.damage?.what == "the file has become shorter than it was")
    }
}
