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
        guard later.first == end, takes(later.text.count, isDivisible: later.isDivisible) else { return false }
        let offset = text.count
        text += later.text
        for start in later.starts { starts.append(offset + start) }
        return true
    }
}

extension CommitText {
    /// Whether as much as that, right behind, may become a part of it.
    func takes(_ bytes: Int, isDivisible: Bool) -> Bool {
        !self.isDivisible && !isDivisible && text.count < Block.inflatedMax && bytes < Block.inflatedMax
    }

    mutating func cut(toBytes bytes: Int, lines: Int) {
        text.removeSubrange(bytes...)
        starts.removeSubrange(lines...)
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

/// How blocks hold their text.
enum Packing: Sendable {
    /// At the fastest level: full segments are written anew at the best one, and what waits for a commit should not wait for this.
    case deflated
    /// As it is.
    case stored
}

/// Makes the blocks of commits. Keeps its compressors.
final class BlockMaker: Sendable {
    /// Compressors that nobody uses right now, handed out one to a thread.
    private let idle = Mutex<[SendableWriter]>([])
    private static let parallelMin = 4

    /// Sendable although a compressor is not: it is in the hands of one thread at a time, from `take` to `give`.
    private final class SendableWriter: @unchecked Sendable {
        let writer = BlockWriter(level: 1)
    }

    /// Appends the members' bytes, in order, for each plan.
    func make(
        _ plans: ArraySlice<BlockPlan>, of commit: CommitText, durable: UInt64, _ packing: Packing,
        into out: inout [UInt8]
    ) {
        if packing == .stored { return Self.store(plans, of: commit, durable, into: &out) }
        guard plans.count >= Self.parallelMin else {
            return take { writer in
                for plan in plans { Self.deflate(plan, of: commit, durable, writer, into: &out) }
            }
        }
        let members = Mutex([[UInt8]](repeating: [], count: plans.count))
        DispatchQueue.concurrentPerform(iterations: plans.count) { index in
            var member: [UInt8] = []
            take { Self.deflate(plans[plans.startIndex + index], of: commit, durable, $0, into: &member) }
            members.withLock { [member] in $0[index] = member }
        }
        for member in members.withLock({ $0 }) { out += member }
    }

    private static func deflate(
        _ plan: BlockPlan, of commit: CommitText, _ durable: UInt64, _ writer: BlockWriter, into out: inout [UInt8]
    ) {
        commit.text.withUnsafeBytes { text in
            writer.write(
                UnsafeRawBufferPointer(rebasing: text[plan.range]), first: plan.first, count: plan.count,
                endsCommit: plan.endsCommit, durable: durable, into: &out)
        }
    }

    private static func store(
        _ plans: ArraySlice<BlockPlan>, of commit: CommitText, _ durable: UInt64, into out: inout [UInt8]
    ) {
        withUnsafeTemporaryAllocation(byteCount: Block.sizeMax, alignment: 16) { room in
            commit.text.withUnsafeBytes { text in
                for plan in plans {
                    let member = UnsafeMutableRawBufferPointer(rebasing: room[..<Block.storedSize(plan.range.count)])
                    let head = MemberHead(
                        first: plan.first, count: plan.count, endsCommit: plan.endsCommit, durable: durable)
                    Block.store(UnsafeRawBufferPointer(rebasing: text[plan.range]), head, into: member)
                    out += UnsafeRawBufferPointer(member)
                }
            }
        }
    }

    private func take(_ body: (BlockWriter) -> Void) {
        let writer = idle.withLock { $0.popLast() } ?? SendableWriter()
        defer { idle.withLock { $0.append(writer) } }
        body(writer.writer)
    }
}
