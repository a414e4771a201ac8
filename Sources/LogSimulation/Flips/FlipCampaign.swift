// Every bit of a log flipped in turn: noticed, its range named, and the blocks around it as readable as before.

import CanonicalJSON
import EventLog

package struct FlipCampaign {
    package static let segment = "00000000000000000000.ndjson.gz"
    private static let path = CrashPoint.data + "/log/" + segment

    /// A disk with a log of one segment, and how many bytes its file has.
    package let disk: SimulatedDisk
    package let size: Int
    /// Its blocks in order.
    private let blocks: [(bytes: Range<Int>, events: Range<UInt64>)]
    private let bytes: [UInt8]

    /// A log with a segment of at least so many bytes: commits of one block and of several, lines short and long.
    package init(bytes sizeMin: Int) throws {
        let machine = SimulatedMachine(Self.emptyDisk)
        let log = try EventLog.open(
            CrashPoint.data, create: true, clock: { Workload.noon }, files: machine.start(), foldCount: 1 << 30,
            sealsByItself: false, makesKeys: false)
        var random = SeededRandom(1)
        let run = RunID.derived(from: Array("flips".utf8), at: Workload.noon)
        var number = 0
        while machine.disk.bytes(Self.path)?.count ?? 0 < sizeMin {
            let drafts = (0..<1 + random.below(3)).map { _ in
                number += 1
                let size = random.isOne(in: 300) ? 20_000 : random.below(400)
                return EventDraft(
                    type: "session.observed", source: "/flips", subject: "w/\(random.below(9))",
                    id: EventID(run: run, number: number), time: Workload.noon,
                    data: ["text": .string(Workload.text(size, &random))])
            }
            _ = try log.append(group: [(drafts, [], false)])[0].get()
        }
        log.close()
        disk = machine.disk
        bytes = machine.disk.bytes(Self.path) ?? []
        size = bytes.count
        blocks = try WalkStep.walk(FlippedFile(bytes), segment: 0, expected: 0).compactMap { step in
            if case .block(let bytes, let events) = step { (bytes, events) } else { nil }
        }
    }

    private static var emptyDisk: SimulatedDisk {
        var disk = SimulatedDisk()
        _ = disk.makeFolder("/srv")
        disk.syncFolder("/")
        return disk
    }

    package var blockCount: Int { blocks.count }

    /// The flips of some blocks, of just those bits of each byte that `bits` gives; what was not noticed as it must be. Only the
    /// block and the next are read: nothing before it, and nothing behind a sound block, depends on its bytes.
    package func problems(blocks range: Range<Int>, bits: (Int) -> [UInt8]) throws -> (flips: Int, problems: [String]) {
        let file = FlippedFile(bytes)
        var flips = 0
        var problems: [String] = []
        for (index, block) in blocks.enumerated() where range.contains(index) {
            let next = index + 1 < blocks.count ? blocks[index + 1] : nil
            file.end = next?.bytes.upperBound ?? size
            for place in block.bytes {
                for bit in bits(place) {
                    file.flip(place, bit)
                    flips += 1
                    let steps = try WalkStep.walk(
                        file, segment: 0, from: block.bytes.lowerBound, expected: block.events.lowerBound)
                    if !isNoticed(steps, block, next) { problems.append("byte \(place), bit \(bit): \(steps)") }
                    file.flip(place, bit)
                }
            }
        }
        return (flips, problems)
    }

    private func isNoticed(
        _ steps: [WalkStep], _ block: (bytes: Range<Int>, events: Range<UInt64>),
        _ next: (bytes: Range<Int>, events: Range<UInt64>)?
    ) -> Bool {
        guard case .damage(let damage)? = steps.first, damage.from == block.bytes.lowerBound,
            damage.to == block.bytes.upperBound
        else { return false }
        guard let next else { return steps.count == 1 }
        // Where the damage hides how many events it took, their absence is told of too, at a place without bytes.
        let rest = steps.dropFirst().filter { if case .damage(let gap) = $0 { gap.from < gap.to } else { true } }
        return damage.sequences == block.events && rest == [.block(next.bytes, next.events)]
    }

    /// The whole log with one bit flipped, through all of its layers: what is wrong with what it says of that.
    package func problems(flipping place: Int, bit: UInt8) throws -> [String] {
        guard let block = blocks.first(where: { $0.bytes.contains(place) }) else { return [] }
        var flipped = bytes
        flipped[place] ^= 1 << bit
        var disk = disk
        disk.put(flipped, Self.path)
        let log = try EventLog.open(
            CrashPoint.data, create: false, files: SimulatedMachine(disk).start(), foldCount: 1 << 30,
            sealsByItself: false, makesKeys: false)
        defer { log.close() }
        var problems: [String] = []
        let verification = try log.verify()
        if !verification.problems.contains(where: {
            $0.from == block.bytes.lowerBound && $0.to == block.bytes.upperBound
        }) {
            problems.append("byte \(place), bit \(bit): a verification says \(verification.problems)")
        }
        var lost: Set<UInt64> = []
        var read: Set<UInt64> = []
        try log.forEachBatch(from: 0, onDamage: { lost.formUnion($0.sequences) }) { batch in
            read.formUnion(batch.first..<batch.end)
            return true
        }
        // Beside the block's own events only a line that reaches into it from before is lost.
        let own = Set(block.events)
        let all = Set(0..<(blocks.last?.events.upperBound ?? 0))
        if read.union(lost) != all || !read.isDisjoint(with: lost) || lost.subtracting(own).count > 1 {
            problems.append("byte \(place), bit \(bit): \(lost.sorted()) are lost, with a block of \(block.events)")
        }
        return problems
    }
}

/// A file in memory whose bits can be flipped. Used by one thread.
final class FlippedFile: LogFile, @unchecked Sendable {
    let path = FlipCampaign.segment
    private var bytes: [UInt8]
    /// Where it ends for now.
    var end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    func flip(_ place: Int, _ bit: UInt8) { bytes[place] ^= 1 << bit }

    func size() throws(LogError) -> Int { end }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int {
        let upper = min(end, offset + buffer.count)
        guard offset < upper else { return 0 }
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<upper])) }
        return upper - offset
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogError) {
        throw .unwritable(path, reason: "it is only read")
    }
    func truncate(to size: Int) throws(LogError) { throw .unwritable(path, reason: "it is only read") }
    func sync() throws(LogError) {}
    func lock(wait: Bool) throws(LogError) -> Bool { true }
    func unlock() {}
}
