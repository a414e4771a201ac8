// Decides what of the log's newest part counts: a pure function over what a scan of it found.

/// A place between two commits.
struct LogPosition: Sendable, Hashable {
    /// The segment's first sequence.
    var segment: UInt64
    /// Byte offset in its file.
    var offset: Int
    /// Sequence of the next event.
    var sequence: UInt64
}

/// A segment's blocks from some offset to the end of its file.
struct ScannedSegment: Sendable, Hashable {
    var segment: UInt64
    /// The file's size.
    var size: Int
    var steps: [ScanStep]

    /// The largest `durable` of its valid blocks.
    var durable: UInt64 {
        steps.reduce(0) { largest, step in
            if case .block(let block) = step { max(largest, block.header.durable) } else { largest }
        }
    }
}

/// Bytes of one file that belong to no acknowledged commit.
struct TornPiece: Sendable, Hashable {
    var segment: UInt64
    var from: Int
    var to: Int
    /// The file holds nothing else, nor is it due: it goes.
    var removesFile: Bool
}

struct RecoveryVerdict: Sendable, Hashable {
    /// All events before this one are known to be on disk.
    var durable: UInt64
    /// Where the last whole commit ends that can be reached without crossing damage.
    var end: LogPosition
    /// What lies behind `end`; only where `damage` is nil.
    var tail: [TornPiece]
    /// Acknowledged events that are damaged or missing.
    var damage: Damage?
}

enum Recovery {
    /// `base` is a place where a commit ends and everything before is on disk; `segments` are what follows it in order, the
    /// first from `base` on; `published` is `log/end`, where that is there and sound.
    ///
    /// Let D be the largest of `published`, any valid block's `durable`, and `base`; let L be the end of the last whole commit
    /// that is reached from `base` over valid blocks only.
    ///
    /// | L and D | what follows L  | verdict |
    /// | ------- | --------------- | ------- |
    /// | L >= D  | nothing         | the log ends at L |
    /// | L >= D  | anything        | the log ends at L; the rest is a torn tail, which no acknowledgement covered |
    /// | L < D   | damage          | corruption, at that damage |
    /// | L < D   | nothing, or blocks of an unfinished commit | corruption: sequences L to D are missing at the end of the file |
    /// | any     | the file ends before `base` | corruption: what was known to be on disk is gone |
    static func assess(base: LogPosition, segments: [ScannedSegment], published: UInt64?) -> RecoveryVerdict {
        let durable = segments.reduce(max(base.sequence, published ?? 0)) { max($0, $1.durable) }
        if base.offset > 0, segments.first.map({ $0.segment != base.segment || $0.size < base.offset }) ?? true {
            let size = segments.first.map { $0.segment == base.segment ? $0.size : 0 } ?? 0
            let damage = Damage(
                file: Segment.name(base.segment), from: size, to: base.offset, sequences: base.segment..<base.sequence,
                what: "the file has become shorter than it was")
            return RecoveryVerdict(durable: durable, end: base, tail: [], damage: damage)
        }
        let walk = walk(base: base, segments: segments)
        guard walk.end.sequence < durable else {
            return RecoveryVerdict(
                durable: durable, end: walk.end, tail: tail(after: walk.end, segments: segments), damage: nil)
        }
        var damage = walk.damage
        damage.sequences = walk.end.sequence..<max(durable, damage.sequences.upperBound, walk.end.sequence)
        return RecoveryVerdict(durable: durable, end: walk.end, tail: [], damage: damage)
    }

    /// Goes as far as blocks are valid and in order; `damage` is what stopped it.
    private static func walk(base: LogPosition, segments: [ScannedSegment]) -> (end: LogPosition, damage: Damage) {
        var end = base
        var expected = base.sequence
        var last = Damage(
            file: Segment.name(base.segment), from: base.offset, to: base.offset, sequences: 0..<0, what: "")
        for scanned in segments {
            guard scanned.segment == base.segment || scanned.segment == expected else { break }
            last = Damage(
                file: Segment.name(scanned.segment), from: scanned.size, to: scanned.size, sequences: 0..<0, what: "")
            for step in scanned.steps {
                guard case .block(let block) = step else {
                    if case .damage(let damage) = step { return (end, damage) }
                    continue
                }
                expected = block.header.next
                guard block.header.endsCommit else { continue }
                end = LogPosition(segment: scanned.segment, offset: block.end, sequence: expected)
            }
        }
        last.what = "the file ends before them, though they were acknowledged"
        return (end, last)
    }

    private static func tail(after end: LogPosition, segments: [ScannedSegment]) -> [TornPiece] {
        segments.compactMap { scanned in
            if scanned.segment == end.segment {
                guard scanned.size > end.offset else { return nil }
                return TornPiece(segment: scanned.segment, from: end.offset, to: scanned.size, removesFile: false)
            }
            guard scanned.segment > end.segment else { return nil }
            let isDue = scanned.segment == end.sequence
            guard scanned.size > 0 || !isDue else { return nil }
            return TornPiece(segment: scanned.segment, from: 0, to: scanned.size, removesFile: !isDue)
        }
    }
}

/// Reads what `Recovery` decides over.
struct LogInspector: Sendable {
    let directory: LogDirectory

    struct Finding: Sendable {
        var verdict: RecoveryVerdict
        var published: UInt64?
        /// Of the newest segment's file; what changed since can be told by it.
        var newest: (segment: UInt64, size: Int)?
        var scanned: [UInt64]
    }

    /// Looks at everything behind `base`, or, without one, at the newest segment and as many before as it takes.
    func inspect(from base: LogPosition?, published: UInt64?) throws(LogError) -> Finding {
        let names = try directory.segments()
        guard let newest = names.last else {
            let verdict = Recovery.assess(
                base: base ?? LogPosition(segment: 0, offset: 0, sequence: 0), segments: [], published: published)
            return Finding(verdict: verdict, published: published, newest: nil, scanned: [])
        }
        var scanned: [ScannedSegment] = []
        var start = base
        if let base {
            for segment in names where segment >= base.segment {
                scanned.append(
                    try segment == base.segment
                        ? scan(segment, offset: base.offset, expected: base.sequence) : scan(segment))
            }
        } else {
            var durable = published ?? 0
            for segment in names.reversed() {
                let one = try scan(segment)
                scanned.insert(one, at: 0)
                durable = max(durable, one.durable)
                start = LogPosition(segment: segment, offset: 0, sequence: segment)
                if durable >= segment { break }
            }
        }
        let verdict = Recovery.assess(
            base: start ?? LogPosition(segment: 0, offset: 0, sequence: 0), segments: scanned, published: published)
        return Finding(
            verdict: verdict, published: published,
            newest: scanned.last.map { ($0.segment, $0.size) } ?? (newest, 0), scanned: scanned.map(\.segment))
    }

    private func scan(_ segment: UInt64, offset: Int = 0, expected: UInt64? = nil) throws(LogError) -> ScannedSegment {
        let file = try directory.files.open(directory.path(segment), .read)
        var scanner = try directory.scanner(file, segment, offset: offset, expected: expected ?? segment)
        var steps: [ScanStep] = []
        while let step = try scanner.next() { steps.append(step) }
        return ScannedSegment(segment: segment, size: scanner.size, steps: steps)
    }
}
