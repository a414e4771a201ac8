// The reader of segments, from bytes to events: what holds of it whatever the bytes are.

#if DEBUG

@testable import EventLog

@Sendable func checkBlocks(_ input: UnsafeRawBufferPointer) throws {
    for segment in SegmentInput.segments(from: input) { try SegmentCheck(segment).run() }
}

private struct SegmentCheck {
    let bytes: [UInt8]
    let directory: LogDirectory

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        directory = Self.directory(bytes)
    }

    private static func directory(_ bytes: [UInt8]) -> LogDirectory {
        let path = LogDirectory(data: "/d", files: MemoryFiles(bytes: [:])).path(0)
        return LogDirectory(data: "/d", files: MemoryFiles(bytes: [path: bytes]))
    }

    func run() throws {
        let steps = try scan()
        try checkTiling(steps)
        try checkRecovery()
        var blocks: [PlacedBlock] = []
        for case .block(let block) in steps {
            try checkRewrite(block)
            blocks.append(block)
        }
        guard let end = blocks.map(\.header.next).max() else { return }
        let read = try SegmentReading(directory, to: end, thorough: true)
        let plain = try SegmentReading(directory, to: end, thorough: false)
        try demand(read.lines.allSatisfy { plain.lines[$0.key] == $0.value }, "a thorough reading makes nothing up")
        guard blocks.count == steps.count else {
            // Behind the last event it is a torn tail's, which is no event's.
            if case .block? = steps.last { try demand(!read.isSound, "damage is told") }
            return
        }
        let model = TextModel(bytes, blocks)
        try checkStreamed(read, blocks, to: end, isCounted: model != nil)
        guard let model else { return }
        try model.check(read)
        let later = try SegmentReading(directory, from: end / 2, to: end, thorough: false)
        try demand(
            later.lines == plain.lines.filter { $0.key >= end / 2 },
            "reading from \(end / 2) on gives what reading from 0 gives")
    }

    // MARK: Blocks

    private func scan() throws -> [ScanStep] {
        let file = try directory.files.open(directory.path(0), .read)
        var scanner = try directory.scanner(file, 0, expected: 0)
        var steps: [ScanStep] = []
        while let step = try scanner.next() { steps.append(step) }
        return steps
    }

    /// Every byte belongs to one block or one stretch of damage, in order, and sequences never go back.
    private func checkTiling(_ steps: [ScanStep]) throws {
        var place = 0
        var due: UInt64 = 0
        for step in steps {
            switch step {
            case .block(let block):
                try demand(block.offset == place && block.header.first == due, "a block begins where one is due")
                try demand(block.header.durable <= block.header.first, "a block knows nothing of what follows it")
                (place, due) = (block.end, block.header.next)
            case .end(let end):
                try demand(end.offset == place && end.member.end == due, "an end member ends all that came before it")
                place = end.end
            case .damage(let damage):
                try demand(damage.from == place && damage.to >= place, "damage begins where a block is due")
                try demand(damage.to > place || !damage.sequences.isEmpty, "damage is of something")
                (place, due) = (damage.to, max(due, damage.sequences.upperBound))
            }
        }
        try demand(place == bytes.count, "the walk ends with the file, not at \(place)")
    }

    /// A member's header written anew from what was read has the same bytes.
    private func checkRewrite(_ block: PlacedBlock) throws {
        let member = bytes[block.offset..<block.end]
        var header: [UInt8] = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 35, 0, 0x42, 0x43, 2, 0]
        header += littleEndian(UInt16(block.header.size - 1)) + [0x44, 0x42, 25, 0]
        header += littleEndian(block.header.first) + littleEndian(block.header.count)
        header += [block.header.endsCommit ? 1 : 0] + littleEndian(block.header.durable)
        try demand(member.starts(with: header), "a header has one form")
        try demand(
            member.suffix(4).elementsEqual(littleEndian(UInt32(block.header.inflatedSize))),
            "a trailer has one form")
    }

    private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    // MARK: Recovery

    /// What is set aside is all that follows the end, and then nothing is left to decide.
    private func checkRecovery() throws {
        let verdict = try LogInspector(directory: directory).inspect(from: nil, published: nil).verdict
        try demand(verdict.end.offset <= bytes.count, "the end lies within the file")
        guard verdict.damage == nil else {
            return try demand(
                verdict.end.sequence < verdict.durable && verdict.tail.isEmpty,
                "corruption is what was acknowledged and cannot be read, and is left alone")
        }
        try demand(verdict.end.sequence >= verdict.durable, "what was acknowledged is kept")
        let tail = verdict.tail.map { $0.from..<$0.to }
        try demand(
            tail == (verdict.end.offset < bytes.count ? [verdict.end.offset..<bytes.count] : []),
            "the tail is what follows the end")
        let rest = Self.directory(Array(bytes[..<verdict.end.offset]))
        let again = try LogInspector(directory: rest).inspect(from: nil, published: nil).verdict
        try demand(
            again.end == verdict.end && again.tail.isEmpty && again.damage == nil,
            "recovered once, a log needs no recovery")
    }

    // MARK: Events

    /// The check that sees the bytes only once, in pieces, agrees with the one that reads the file.
    ///
    /// Only a forger's block counts other lines than it holds; where no event starts in it, it is noticed only in pieces.
    private func checkStreamed(
        _ read: SegmentReading, _ blocks: [PlacedBlock], to end: UInt64, isCounted: Bool
    ) throws {
        var streamed = StreamedCheck { _ in }
        streamed.begin(Segment.name(0))
        for start in stride(from: 0, to: bytes.count, by: 4_099) {
            bytes[start..<min(start + 4_099, bytes.count)].withUnsafeBytes { streamed.take($0) }
        }
        streamed.endSegment(at: end, isLast: true)
        let isSound = read.isSound && blocks.last?.header.endsCommit == true
        try demand(
            isCounted ? streamed.problems.isEmpty == isSound : isSound || !streamed.problems.isEmpty,
            "verified in pieces: \(streamed.problems), as a file: \(read.problems)")
        if isSound, isCounted { try demand(streamed.root == read.root, "both find the same root") }
    }
}

#endif
