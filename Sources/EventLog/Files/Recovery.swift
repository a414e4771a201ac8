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

    var damages: some Sequence<Damage> {
        steps.lazy.compactMap { if case .damage(let damage) = $0 { damage } else { nil } }
    }

    /// The largest `durable` of its valid blocks; the whole segment where it is sealed.
    var durable: UInt64 {
        steps.reduce(0) { largest, step in
            switch step {
            case .block(let block): max(largest, block.header.durable)
            case .end(let end): max(largest, end.member.end)
            case .damage: largest
            }
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
    /// that is reached from `base` over valid blocks only. `RecoveryRow.table` says what follows from them.
    static func assess(base: LogPosition, segments: [ScannedSegment], published: UInt64?) -> RecoveryVerdict {
        let evidence = RecoveryEvidence(base: base, segments: segments, published: published)
        var verdict = RecoveryVerdict(durable: evidence.durable, end: evidence.end, tail: [], damage: nil)
        switch RecoveryRow.outcome(of: evidence.situation) {
        case .ends: break
        case .endsBeforeTornTail: verdict.tail = evidence.tail
        case .damaged: verdict.damage = evidence.loss(at: evidence.damage ?? evidence.stop)
        case .cutOff: verdict.damage = evidence.loss(at: evidence.stop)
        case .shortened:
            verdict.end = base
            verdict.damage = evidence.shortening
        }
        return verdict
    }
}

/// What is found in looking from a place on, before it is judged.
struct RecoveryEvidence {
    private let base: LogPosition
    private let segments: [ScannedSegment]
    /// D.
    let durable: UInt64
    /// L.
    private(set) var end: LogPosition
    /// What stopped the walk, if it was damage.
    private(set) var damage: Damage?
    /// Where the walk came to an end otherwise, told as the damage that it is if more was due.
    private(set) var stop: Damage

    init(base: LogPosition, segments: [ScannedSegment], published: UInt64?) {
        self.base = base
        self.segments = segments
        durable = segments.reduce(max(base.sequence, published ?? 0)) { max($0, $1.durable) }
        end = base
        stop = Self.stop(in: base.segment, at: base.offset)
        walk()
    }

    var situation: RecoverySituation {
        RecoverySituation(
            base: baseSize < base.offset ? .gone : .there,
            end: end.sequence < durable ? .beforeDurable : .atDurableOrBeyond,
            rest: damage != nil ? .damage : tail.isEmpty ? .nothing : .unfinished)
    }

    /// Goes as far as blocks are valid and in order.
    private mutating func walk() {
        var expected = base.sequence
        for scanned in segments {
            guard scanned.segment == base.segment || scanned.segment == expected else { return }
            stop = Self.stop(in: scanned.segment, at: scanned.size)
            for step in scanned.steps {
                switch step {
                case .damage(let found):
                    damage = found
                    return
                case .block(let block):
                    expected = block.header.next
                    guard block.header.endsCommit else { continue }
                    end = LogPosition(segment: scanned.segment, offset: block.end, sequence: expected)
                case .end(let member):
                    // Part of the file, whether or not a commit ends with the segment.
                    if end.sequence == expected { end.offset = member.end }
                }
            }
        }
    }

    private static func stop(in segment: UInt64, at size: Int) -> Damage {
        Damage(
            file: Segment.name(segment), from: size, to: size, sequences: 0..<0,
            what: "the file ends before them, though they were acknowledged")
    }

    /// The bytes behind L.
    var tail: [TornPiece] {
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

    /// The acknowledged events from L on, which are lost in this place.
    func loss(at place: Damage) -> Damage {
        var damage = place
        damage.sequences = end.sequence..<max(durable, damage.sequences.upperBound, end.sequence)
        return damage
    }

    /// What is missing where the file ends before `base`.
    var shortening: Damage {
        Damage(
            file: Segment.name(base.segment), from: baseSize, to: base.offset, sequences: base.segment..<base.sequence,
            what: "the file has become shorter than it was")
    }

    private var baseSize: Int { segments.first.map { $0.segment == base.segment ? $0.size : 0 } ?? 0 }
}

/// Reads what `Recovery` decides over.
struct LogInspector: Sendable {
    let directory: LogDirectory

    struct Finding: Sendable {
        var verdict: RecoveryVerdict
        var published: UInt64?
        /// Of the newest segment's file, or of the one that is due; what changed since can be told by it.
        var newest: (segment: UInt64, size: Int)
        var scanned: [UInt64]
        /// A block that a later version wrote: whatever the verdict, nothing is to be set aside behind its back.
        var newer: Damage?
        /// Where in each segment's file the first block begins that holds events beyond the durable end.
        var beyond: [UInt64: Int]
    }

    /// Looks at everything behind `base`, or, without one, at the newest segment and as many before as it takes.
    ///
    /// Once there are segments behind its own, `base` is worth no more than its sequence: its segment may have been sealed
    /// since, and the file then has other blocks.
    func inspect(from base: LogPosition?, published: UInt64?) throws(LogError) -> Finding {
        let names = try directory.segments()
        if let base, try isInPlace(base, newest: names.last) {
            return try inspect(names.filter { $0 >= base.segment }, from: base, published: published)
        }
        return try inspectNewest(names, published: published, known: base?.sequence ?? 0)
    }

    private func isInPlace(_ base: LogPosition, newest: UInt64?) throws(LogError) -> Bool {
        guard base.offset > 0, newest == base.segment else { return newest.map { $0 <= base.segment } ?? true }
        let file = try directory.files.open(directory.path(base.segment), .read)
        return try directory.endMember(of: base.segment, in: file) == nil
    }

    private func inspect(
        _ segments: [UInt64], from base: LogPosition, published: UInt64?
    ) throws(LogError) -> Finding {
        var scanned: [ScannedSegment] = []
        for segment in segments {
            scanned.append(
                try segment == base.segment
                    ? scan(segment, offset: base.offset, expected: base.sequence) : scan(segment))
        }
        return finding(from: base, scanned, published: published, known: 0)
    }

    /// `known`: so many events were on disk before.
    private func inspectNewest(
        _ names: [UInt64], published: UInt64?, known: UInt64
    ) throws(LogError) -> Finding {
        var scanned: [ScannedSegment] = []
        var start = LogPosition(segment: 0, offset: 0, sequence: 0)
        var durable = max(published ?? 0, known)
        for segment in names.reversed() {
            let one = try scan(segment)
            scanned.insert(one, at: 0)
            durable = max(durable, one.durable)
            start = LogPosition(segment: segment, offset: 0, sequence: segment)
            if durable >= segment { break }
        }
        // What comes before was lost in a crash, all of it: nothing from the log's start on is reached.
        if durable < start.segment { start = LogPosition(segment: 0, offset: 0, sequence: 0) }
        return finding(from: start, scanned, published: published, known: known)
    }

    private func finding(
        from base: LogPosition, _ scanned: [ScannedSegment], published: UInt64?, known: UInt64
    ) -> Finding {
        var verdict = Recovery.assess(base: base, segments: scanned, published: max(published ?? 0, known))
        verdict.end = directory.normalised(verdict.end)
        var newest = scanned.last.map { ($0.segment, $0.size) }
        if let last = newest, last.0 < verdict.end.segment { newest = (verdict.end.segment, 0) }
        return Finding(
            verdict: verdict, published: published, newest: newest ?? (base.segment, 0),
            scanned: scanned.map(\.segment),
            newer: scanned.lazy.flatMap(\.damages).first(where: \.isOfNewerVersion),
            beyond: Self.beyond(verdict.durable, in: scanned))
    }

    private static func beyond(_ durable: UInt64, in scanned: [ScannedSegment]) -> [UInt64: Int] {
        var places: [UInt64: Int] = [:]
        for one in scanned {
            for case .block(let block) in one.steps where block.header.first >= durable {
                places[one.segment] = block.offset
                break
            }
        }
        return places
    }

    private func scan(_ segment: UInt64, offset: Int = 0, expected: UInt64? = nil) throws(LogError) -> ScannedSegment {
        let file = try directory.files.open(directory.path(segment), .read)
        var scanner = try directory.scanner(file, segment, offset: offset, expected: expected ?? segment)
        var steps: [ScanStep] = []
        while let step = try scanner.next() { steps.append(step) }
        return ScannedSegment(segment: segment, size: scanner.size, steps: steps)
    }
}
