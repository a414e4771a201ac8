// The bytes of a sealed segment, worked out from its text alone: full blocks at a high level, and the end member.

import Dispatch
import Synchronization

/// Takes a segment's text piece by piece and hands over its sealed members as they get done. The same text makes the same bytes,
/// however it was cut.
struct SealedSegment {
    /// Of libdeflate's twelve: two and a half times as fast as the last one, for 0.6 % more bytes. Level 9, which is three times as fast
    /// again, would take 4 % more.
    static let level: Int32 = 10

    private struct Text {
        var bytes: [UInt8] = []
        var first: UInt64
        var count = 0
    }

    private let segmentEnd: UInt64
    private let deflaters: Deflaters
    private var lines: SegmentLines
    private var waiting: [Text] = []
    private var text: Text

    /// - Parameter segment: its first sequence.
    init(_ segment: UInt64, end: UInt64, deflaters: Deflaters) {
        segmentEnd = end
        self.deflaters = deflaters
        lines = SegmentLines(of: segment)
        text = Text(first: segment)
    }

    /// Of the lines so far.
    var summary: SegmentSummary? { lines.sum.summary }

    /// Some of the segment's text; what can be written now.
    mutating func add(_ piece: [UInt8]) throws(LogError) -> [UInt8] {
        var from = 0
        while from < piece.count {
            if text.bytes.count == Block.inflatedMax { endBlock() }
            let to = min(piece.count, from + Block.inflatedMax - text.bytes.count)
            try take(piece[from..<to])
            from = to
        }
        return waiting.count < deflaters.batch ? [] : deflate()
    }

    /// The segment has ended: the rest of its bytes.
    ///
    /// - Parameter endsCommit: whether a commit ends with it; one may go on into the next segment.
    mutating func finish(endsCommit: Bool) throws(LogError) -> [UInt8] {
        guard lines.isWhole, lines.next == segmentEnd, let summary else {
            throw .corrupt(
                Damage(
                    file: "", from: 0, to: 0, sequences: lines.next..<max(lines.next, segmentEnd),
                    what: "the segment's lines are not all there"))
        }
        endBlock()
        return deflate(endsCommit: endsCommit) + EndMember(end: segmentEnd, summary: summary).bytes
    }

    private mutating func take(_ piece: ArraySlice<UInt8>) throws(LogError) {
        let before = lines.next
        let taken = piece.withUnsafeBytes { raw -> Result<Void, LogError> in
            do throws(LogError) { return .success(try lines.take(raw)) } catch { return .failure(error) }
        }
        try taken.get()
        text.bytes += piece
        text.count += Int(lines.next - before)
    }

    private mutating func endBlock() {
        let next = text.first + UInt64(text.count)
        waiting.append(text)
        text = Text(first: next)
        text.bytes.reserveCapacity(Block.inflatedMax)
    }

    private mutating func deflate(endsCommit: Bool = false) -> [UInt8] {
        let texts = waiting
        waiting = []
        let last = texts.count - 1
        let members = deflaters.map(texts.count) { index, writer in
            var out: [UInt8] = []
            let text = texts[index]
            text.bytes.withUnsafeBytes { raw in
                // All before a sealed block is on disk: its segment was, when it was sealed.
                writer.write(
                    raw, first: text.first, count: text.count, endsCommit: endsCommit && index == last,
                    durable: text.first, into: &out)
            }
            return out
        }
        return Array(members.joined())
    }
}

/// Compressors for sealing, one for each core that may be used.
///
/// Sendable although a compressor is not: each is used by one strand of `map` at a time, and `map` by one sealer.
final class Deflaters: @unchecked Sendable {
    private let writers: [BlockWriter]

    init(cores: Int = 1, level: Int32 = SealedSegment.level) {
        writers = (0..<max(1, cores)).map { _ in BlockWriter(level: level) }
    }

    /// How many blocks are worth being done together.
    var batch: Int { writers.count == 1 ? 1 : 4 * writers.count }

    func map(_ count: Int, _ body: @Sendable (Int, BlockWriter) -> [UInt8]) -> [[UInt8]] {
        guard writers.count > 1, count > 1 else { return (0..<count).map { body($0, writers[0]) } }
        let members = Mutex([[UInt8]](repeating: [], count: count))
        DispatchQueue.concurrentPerform(iterations: writers.count) { strand in
            for index in stride(from: strand, to: count, by: writers.count) {
                let member = body(index, writers[strand])
                members.withLock { $0[index] = member }
            }
        }
        return members.withLock { $0 }
    }
}
