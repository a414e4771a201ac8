// How fast a log grows. The blocks of one that grows fast are stored as they are: its segment is full soon, and packed then.

/// A bucket that events fill and time empties.
///
/// Packing keeps whoever waits for the disk waiting longer. But a segment that is not full for years should not be as large as its
/// text. So an eighth of a segment has to come fast before anything is stored, and what is stored is at most one segment's text: by
/// then it is sealed. A commit of a page or less, of which packing would save a third, has to wait for less.
struct AppendPace: Sendable, Hashable {
    /// A segment in so many milliseconds is not fast.
    private static let segmentMilliseconds = 240_000.0
    private static let smallMax = 4096
    /// These parts of a segment have to have come fast.
    private static let part = 8.0
    private static let smallPart = 2048.0

    private let segmentEvents: Double
    private var level = 0.0
    private var seen: Timestamp?

    init(segmentEvents: UInt64) { self.segmentEvents = Double(segmentEvents) }

    /// Whether so many bytes, to be appended now, need no packing.
    mutating func isFast(at now: Timestamp, bytes: Int) -> Bool {
        let elapsed = seen.map { now.millisecondsSinceEpoch - $0.millisecondsSinceEpoch } ?? 0
        level = max(0, level - max(0, Double(elapsed)) * segmentEvents / Self.segmentMilliseconds)
        seen = now
        return level * (bytes <= Self.smallMax ? Self.smallPart : Self.part) >= segmentEvents
    }

    /// More than a whole segment is not remembered, so that it takes no longer than that to be slow again.
    mutating func add(_ events: Int) { level = min(level + Double(events), segmentEvents) }
}
