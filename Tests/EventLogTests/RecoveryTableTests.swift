// Recovery's decision table: every input meets exactly one row, the verdict is what the row says, and the format's page has
// the same rows.

import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct RecoveryTableTests {
    @Test("every case meets exactly one row, and no row is without a case")
    func exactlyOneRow() {
        var met: Set<RecoveryRow> = []
        for situation in RecoverySituation.all {
            let rows = RecoveryRow.table.filter { $0.meets(situation) }
            #expect(rows.count == 1, "\(situation)")
            met.formUnion(rows)
        }
        #expect(met == Set(RecoveryRow.table))
    }

    @Test("the format's page states the same rows")
    func page() throws {
        let rows = RecoveryRow.table.map { "| " + $0.page.joined(separator: " | ") + " |" }
        let table = ["| L and D | behind L | |", "| --- | --- | --- |"] + rows
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/log-format.md")
        #expect(try String(contentsOf: page, encoding: .utf8).contains(table.joined(separator: "\n") + "\n\n"))
    }

    @Test("whatever is found, one row decides, and the verdict is what it says", arguments: [0, 1, 2] as [Int])
    func everyInput(events: Int) {
        var met: Set<RecoveryRow.Outcome> = []
        var inputs = 0
        for input in RecoveryInput.all where input.baseEvents == events {
            inputs += 1
            let evidence = RecoveryEvidence(base: input.base, segments: input.segments, published: input.published)
            let rows = RecoveryRow.table.filter { $0.meets(evidence.situation) }
            let verdict = Recovery.assess(base: input.base, segments: input.segments, published: input.published)
            let wrong = rows.count == 1 ? input.contradiction(verdict, rows[0].outcome) : "\(rows.count) rows"
            if let wrong { Issue.record("\(input): \(wrong), \(verdict)") }
            met.formUnion(rows.map(\.outcome))
        }
        #expect(inputs > 2_000)
        #expect(met.count == (events == 0 ? 4 : 5), "only from a known place on can a file have become shorter")
    }
}

extension RecoverySituation {
    fileprivate static var all: [RecoverySituation] {
        Base.allCases.flatMap { base in
            End.allCases.flatMap { end in Rest.allCases.map { RecoverySituation(base: base, end: end, rest: $0) } }
        }
    }
}

/// One input of recovery, small: two segments of three events in words (`b` a block of one event, `B` one that ends its commit, `x`
/// damage; each 100 bytes long), what is published, and what the blocks know to be on disk.
struct RecoveryInput: CustomStringConvertible {
    static let segmentEvents = 3

    /// The known place lies behind so many whole commits of one event each.
    var baseEvents: Int
    /// The first segment's words behind the base; nil where the file ends before it.
    var first: [Character]?
    /// The second segment's; nil where there is none.
    var second: [Character]?
    var published: UInt64?
    var durable: UInt64

    var description: String {
        "from \(baseEvents): \(first.map { String($0) } ?? "gone") | \(second.map { String($0) } ?? "none"), "
            + "published \(published.map { "\($0)" } ?? "not"), durable \(durable)"
    }

    static var all: [RecoveryInput] {
        var inputs: [RecoveryInput] = []
        for base in 0...2 {
            let firsts: [[Character]?] = (base > 0 ? [nil] : []) + words(ofUpTo: 3, starting: segmentEvents - base)
            for first in firsts {
                let isFull = first.map { $0.filter { $0 != "x" }.count == segmentEvents - base } ?? false
                let seconds: [[Character]?] =
                    [nil, []] + (isFull || first?.isEmpty == true ? words(ofUpTo: 2, starting: 2) : [])
                for second in seconds {
                    for published in [nil, 0, 1, 2, 3, 4, 5] as [UInt64?] {
                        for durable in [0, 2, 3, 5] as [UInt64] {
                            inputs.append(
                                RecoveryInput(
                                    baseEvents: base, first: first, second: second, published: published,
                                    durable: durable))
                        }
                    }
                }
            }
        }
        return inputs
    }

    /// All words of at most `length` steps in which at most `events` blocks start.
    private static func words(ofUpTo length: Int, starting events: Int) -> [[Character]] {
        var all: [[Character]] = [[]]
        var longest: [[Character]] = [[]]
        for _ in 0..<length {
            longest = longest.flatMap { word in (["b", "B", "x"] as [Character]).map { word + [$0] } }
            longest = longest.filter { $0.filter { $0 != "x" }.count <= events }
            all += longest
        }
        return all
    }

    var base: LogPosition { LogPosition(segment: 0, offset: baseEvents * 100, sequence: UInt64(baseEvents)) }

    var segments: [ScannedSegment] {
        var segments: [ScannedSegment] = []
        if let first {
            segments.append(scan(0, first, from: base))
        } else {
            segments.append(ScannedSegment(segment: 0, size: base.offset - 50, steps: []))
        }
        let start = UInt64(Self.segmentEvents)
        if let second {
            segments.append(scan(start, second, from: LogPosition(segment: start, offset: 0, sequence: start)))
        }
        return segments
    }

    private func scan(_ segment: UInt64, _ words: [Character], from base: LogPosition) -> ScannedSegment {
        var place = base
        var steps: [ScanStep] = []
        for word in words {
            let sequence = place.sequence
            if word == "x" {
                let damage = Damage(
                    file: Segment.name(segment), from: place.offset, to: place.offset + 100,
                    sequences: sequence..<sequence, what: "rot")
                steps.append(.damage(damage))
            } else {
                let header = BlockHeader(
                    first: sequence, count: 1, endsCommit: word == "B", durable: min(durable, sequence), size: 100,
                    inflatedSize: 100)
                steps.append(.block(PlacedBlock(offset: place.offset, header: header)))
                place.sequence += 1
            }
            place.offset += 100
        }
        return ScannedSegment(segment: segment, size: place.offset, steps: steps)
    }

    // MARK: What ought to come out, worked out from the words alone

    /// D: what was published, what blocks know, what was known before.
    private var knownDurable: UInt64 {
        segments.reduce(max(published ?? 0, base.sequence)) { max($0, $1.durable) }
    }

    /// L, counted over the words.
    private var wholeCommits: UInt64 {
        guard let first else { return base.sequence }
        var whole = base.sequence
        var sequence = base.sequence
        let isReached = !first.contains("x") && first.count + baseEvents == Self.segmentEvents
        for word in first.prefix(while: { $0 != "x" }) {
            sequence += 1
            if word == "B" { whole = sequence }
        }
        for word in (isReached ? second ?? [] : []).prefix(while: { $0 != "x" }) {
            sequence += 1
            if word == "B" { whole = sequence }
        }
        return whole
    }

    private var size: Int { segments.reduce(0) { $0 + $1.size } }

    /// What of the verdict is not what the row promises.
    func contradiction(_ verdict: RecoveryVerdict, _ outcome: RecoveryRow.Outcome) -> String? {
        guard verdict.durable == knownDurable else { return "D ought to be \(knownDurable)" }
        guard outcome == .shortened || verdict.end.sequence == wholeCommits else {
            return "L ought to be \(wholeCommits)"
        }
        let torn = verdict.tail.reduce(0) { $0 + $1.to - $1.from }
        let isWhole = verdict.end.sequence >= verdict.durable
        switch outcome {
        case .ends:
            return verdict.damage == nil && verdict.tail.isEmpty && isWhole ? nil : "the log ought to end"
        case .endsBeforeTornTail:
            let kept = verdict.end.segment == 0 ? verdict.end.offset : segments[0].size + verdict.end.offset
            let isAllThatFollows = kept + torn == size && (torn > 0 || verdict.tail.contains { $0.removesFile })
            return verdict.damage == nil && isWhole && isAllThatFollows ? nil : "what follows L ought to be torn"
        case .damaged, .cutOff:
            let isNamed =
                verdict.damage?.sequences.lowerBound == verdict.end.sequence
                && verdict.damage.map { $0.sequences.upperBound >= verdict.durable } ?? false
            let isAtDamage = (verdict.damage?.what == "rot") == (outcome == .damaged)
            return !isWhole && isNamed && isAtDamage && torn == 0 ? nil : "the events from L to D ought to be named"
        case .shortened:
            let isNamed = verdict.damage?.from == segments[0].size && verdict.damage?.to == base.offset
            return first == nil && isNamed && torn == 0 ? nil : "the file ought to be named as shortened"
        }
    }
}
