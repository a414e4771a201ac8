// Cuts a commit's lines into blocks and makes them, on several cores where that pays.

import Dispatch
import Synchronization

/// A commit's lines before they are blocks.
struct CommitText: Sendable {
    /// All lines with their newlines.
    var text: [UInt8] = []
    /// Where each line starts.
    var starts: [Int] = []
    var first: UInt64
    /// A segment's end may end a commit within it.
    var isDivisible: Bool

    var count: Int { starts.count }
    var end: UInt64 { first + UInt64(starts.count) }

    init(first: UInt64, isDivisible: Bool = false) {
        self.first = first
        self.isDivisible = isDivisible
    }

    /// Takes in what is appended right behind, so that both share a block, a checksum and a compressor's work. False where that
    /// would gain nothing or must not be. One commit then stands for several appends, which a crash keeps or loses as one: none
    /// of them has been acknowledged before all are on disk.
    mutating func merge(_ later: CommitText) -> Bool {
        guard !isDivisible, !later.isDivisible, later.first == end, text.count < Block.inflatedMax,
            later.text.count < Block.inflatedMax
        else { return false }
        let offset = text.count
        text += later.text
        for start in later.starts { starts.append(offset + start) }
        return true
    }
}

extension [CommitText] {
    /// Into the last one where that is of use, else behind it.
    mutating func take(_ commit: CommitText) {
        if isEmpty || !self[count - 1].merge(commit) { append(commit) }
    }
}

/// One block to be made.
struct BlockPlan: Sendable, Hashable {
    var segment: UInt64
    var range: Range<Int>
    var first: UInt64
    var count: Int
    var endsCommit: Bool

    /// The blocks of one commit: full ones, but that none reaches over a segment's end; only the last is flagged.
    static func plans(for commit: CommitText, in directory: LogDirectory) -> [BlockPlan] {
        var plans: [BlockPlan] = []
        var line = 0
        var sequence = commit.first
        while line < commit.count {
            let segment = directory.segment(holding: sequence)
            let lines = min(commit.count - line, Int(directory.end(of: segment) - sequence))
            let end = line + lines < commit.count ? commit.starts[line + lines] : commit.text.count
            var place = commit.starts[line]
            while place < end {
                let stop = min(place + Block.inflatedMax, end)
                let from = line
                while line < commit.count, commit.starts[line] < stop { line += 1 }
                plans.append(
                    BlockPlan(
                        segment: segment, range: place..<stop, first: sequence, count: line - from,
                        endsCommit: stop == commit.text.count || commit.isDivisible && stop == end))
                sequence += UInt64(line - from)
                place = stop
            }
        }
        return plans
    }
}

/// Makes the blocks of commits. Keeps its compressors.
final class BlockMaker: Sendable {
    /// Compressors that nobody uses right now, handed out one to a thread.
    private let idle = Mutex<[SendableWriter]>([])
    private static let parallelMin = 4

    /// Sendable although a compressor is not: it is in the hands of one thread at a time, from `take` to `give`.
    private final class SendableWriter: @unchecked Sendable {
        /// The fastest level: full segments are written anew at the best one, and what waits for a commit should not wait for this.
        let writer = BlockWriter(level: 1)
    }

    /// The members' bytes, in order, for each plan.
    func make(_ plans: [BlockPlan], of commit: CommitText, durable: UInt64) -> [[UInt8]] {
        guard plans.count >= Self.parallelMin else {
            return take { writer in plans.map { Self.member($0, of: commit, durable, writer) } }
        }
        let members = Mutex([[UInt8]](repeating: [], count: plans.count))
        DispatchQueue.concurrentPerform(iterations: plans.count) { index in
            let member = take { Self.member(plans[index], of: commit, durable, $0) }
            members.withLock { $0[index] = member }
        }
        return members.withLock { $0 }
    }

    private static func member(
        _ plan: BlockPlan, of commit: CommitText, _ durable: UInt64, _ writer: BlockWriter
    ) -> [UInt8] {
        var out: [UInt8] = []
        commit.text.withUnsafeBytes { text in
            writer.write(
                UnsafeRawBufferPointer(rebasing: text[plan.range]), first: plan.first, count: plan.count,
                endsCommit: plan.endsCommit, durable: durable, into: &out)
        }
        return out
    }

    private func take<R>(_ body: (BlockWriter) -> R) -> R {
        let writer = idle.withLock { $0.popLast() } ?? SendableWriter()
        defer { idle.withLock { $0.append(writer) } }
        return body(writer.writer)
    }
}
