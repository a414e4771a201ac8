// Walks a segment's blocks in order, checking each; over damage it looks for the next valid block.

import Glibc

/// Bytes of a file from `base` on, shared by the blocks that lie in them.
///
/// Sendable although it holds a pointer: filled before anyone else sees it and never written after.
final class FileBytes: @unchecked Sendable {
    let base: Int
    let raw: UnsafeRawBufferPointer

    init(_ file: any LogFile, at base: Int, count: Int) throws(LogError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        var read = 0
        do throws(LogError) {
            read = try file.read(at: base, into: buffer)
        } catch {
            buffer.deallocate()
            throw error
        }
        self.base = base
        raw = UnsafeRawBufferPointer(start: buffer.baseAddress, count: read)
    }

    deinit { raw.baseAddress.map { UnsafeMutableRawPointer(mutating: $0).deallocate() } }

    var end: Int { base + raw.count }

    func bytes(from offset: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: raw[(offset - base)...])
    }

    func member(_ block: PlacedBlock) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: raw[block.offset - base..<block.offset - base + block.header.size])
    }
}

struct PlacedBlock: Sendable, Hashable {
    var offset: Int
    var header: BlockHeader
    var end: Int { offset + header.size }
}

struct PlacedEnd: Sendable, Hashable {
    var offset: Int
    var member: EndMember
    var end: Int { offset + EndMember.size }
}

/// What the walk comes upon.
enum ScanStep: Sendable, Hashable {
    case block(PlacedBlock)
    /// The end member of a sealed segment, all of whose events there were.
    case end(PlacedEnd)
    case damage(Damage)
}

struct SegmentScanner {
    let file: any LogFile
    let segment: UInt64
    /// The next segment's first sequence.
    let segmentEnd: UInt64
    /// Where the next block is looked for.
    private(set) var offset: Int
    /// Which sequence is due there.
    private(set) var expected: UInt64
    /// The file's size when the walk began; what is appended meanwhile is not looked at.
    let size: Int
    /// The end member has gone by; nothing may follow it.
    private(set) var isSealed = false
    private let chunkSize: Int
    private(set) var chunk: FileBytes?

    init(
        file: any LogFile, segment: UInt64, segmentEnd: UInt64, offset: Int, expected: UInt64, chunkSize: Int
    ) throws(LogError) {
        self.file = file
        self.segment = segment
        self.segmentEnd = segmentEnd
        self.offset = offset
        self.expected = expected
        self.chunkSize = max(chunkSize, Block.sizeMax)
        size = try file.size()
    }

    /// The next block, end member or stretch of damage, nil at the end of the file. A block's bytes are in `chunk`.
    mutating func next() throws(LogError) -> ScanStep? {
        guard offset < size else { return nil }
        let start = offset
        guard !isSealed else {
            offset = size
            return .damage(damage(start, size, expected..<expected, "bytes follow the sealed segment's end"))
        }
        let what: String
        switch try parse(at: start) {
        case .block(let header): return accept(PlacedBlock(offset: start, header: header))
        case .end(let member): return accept(PlacedEnd(offset: start, member: member))
        case .invalid(let reason): what = "\(reason)"
        case .incomplete: what = "the block is cut short"
        }
        var place = start + 1
        while let candidate = try nextMagic(from: place) {
            if let first = try resumption(at: candidate) {
                offset = candidate
                return .damage(damage(start, candidate, expected..<first, what))
            }
            place = candidate + 1
        }
        offset = size
        return .damage(damage(start, size, expected..<expected, what))
    }

    /// The sequence with which reading can go on there, behind damage.
    private mutating func resumption(at place: Int) throws(LogError) -> UInt64? {
        switch try parse(at: place) {
        case .block(let header): header.first >= expected && fits(header) ? header.first : nil
        case .end(let member): member.end == segmentEnd ? segmentEnd : nil
        case .incomplete, .invalid: nil
        }
    }

    private mutating func accept(_ end: PlacedEnd) -> ScanStep {
        guard end.member.end == segmentEnd else {
            offset = end.end
            return .damage(
                damage(end.offset, end.end, expected..<expected, "the end of another segment stands here"))
        }
        guard expected == segmentEnd else {
            let missing = expected..<segmentEnd
            expected = segmentEnd
            return .damage(
                damage(end.offset, end.offset, missing, "sequence \(missing.lowerBound) is due and missing here"))
        }
        offset = end.end
        isSealed = true
        return .end(end)
    }

    private mutating func accept(_ block: PlacedBlock) -> ScanStep {
        guard fits(block.header), block.header.first >= expected else {
            offset = block.end
            return .damage(
                damage(
                    block.offset, block.end, expected..<expected,
                    "a block that begins with sequence \(block.header.first) stands where \(expected) is due"))
        }
        if block.header.first > expected {
            let missing = expected..<block.header.first
            expected = block.header.first
            return .damage(
                damage(block.offset, block.offset, missing, "sequence \(missing.lowerBound) is due and missing here"))
        }
        offset = block.end
        expected = block.header.next
        return .block(block)
    }

    private func fits(_ header: BlockHeader) -> Bool {
        header.first >= segment && header.next <= segmentEnd
    }

    private func damage(_ from: Int, _ to: Int, _ sequences: Range<UInt64>, _ what: String) -> Damage {
        Damage(file: Segment.name(segment), from: from, to: to, sequences: sequences, what: what)
    }

    private mutating func parse(at place: Int) throws(LogError) -> BlockParse {
        if let chunk, place >= chunk.base, place < chunk.end {
            let found = Block.parse(chunk.bytes(from: place))
            guard case .incomplete = found, chunk.end < size else { return found }
        }
        let fresh = try FileBytes(file, at: place, count: min(chunkSize, size - place))
        chunk = fresh
        return Block.parse(fresh.bytes(from: place))
    }

    /// Where the first byte of a gzip member may next be.
    private mutating func nextMagic(from start: Int) throws(LogError) -> Int? {
        var place = start
        while place < size {
            if chunk.map({ place < $0.base || place >= $0.end }) ?? true {
                chunk = try FileBytes(file, at: place, count: min(chunkSize, size - place))
            }
            guard let chunk, chunk.end > place else { return nil }
            let bytes = chunk.bytes(from: place)
            if let base = bytes.baseAddress, let hit = memchr(base, 0x1F, bytes.count) {
                let candidate = place + base.distance(to: UnsafeRawPointer(hit))
                if candidate + 1 >= chunk.end || chunk.raw[candidate + 1 - chunk.base] == 0x8B { return candidate }
                place = candidate + 1
            } else {
                place = chunk.end
            }
        }
        return nil
    }
}

/// What a walk over a part of a segment's file comes upon, for fault campaigns.
package enum WalkStep: Sendable, Hashable {
    /// A sound block: its bytes in the file, and the events that start in it.
    case block(Range<Int>, Range<UInt64>)
    case damage(Damage)

    /// From `offset` to the end of the file. `expected` is the sequence that is due there.
    package static func walk(
        _ file: any LogFile, segment: UInt64, from offset: Int = 0, expected: UInt64
    ) throws(LogError) -> [WalkStep] {
        var scanner = try SegmentScanner(
            file: file, segment: segment, segmentEnd: segment + Segment.eventsMax, offset: offset, expected: expected,
            chunkSize: Block.sizeMax)
        var steps: [WalkStep] = []
        while let step = try scanner.next() {
            switch step {
            case .damage(let damage): steps.append(.damage(damage))
            case .end: break
            case .block(let block):
                steps.append(.block(block.offset..<block.end, block.header.first..<block.header.next))
            }
        }
        return steps
    }
}
