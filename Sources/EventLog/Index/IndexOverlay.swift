// What events after the index database's checkpoint change in it, in memory: heads, sequences, runs.

/// The newest event of a stream, and those of its events that an overlay covers.
struct IndexEntry: Sendable {
    var revision: Int
    var sequence: UInt64
    var digest: Digest
    var type: String
    var time: Timestamp
    /// Those before `sequence`, ascending. Mostly there are none, and none take no memory.
    var earlier: [UInt64] = []

    /// Of an overlay's entry: the stream's events that it covers, ascending.
    var sequences: [UInt64] { earlier + [sequence] }

    func head(_ stream: StreamID) -> StreamHead {
        StreamHead(stream: stream, revision: revision, sequence: sequence, digest: digest, type: type, time: time)
    }
}

struct IndexOverlay: Sendable {
    /// Covers events `first..<end`.
    private(set) var first: UInt64
    private(set) var end: UInt64
    private(set) var entries: [StreamID: IndexEntry] = [:]
    private(set) var runs: [RunID: Int] = [:]
    /// The newest event's line and when it was recorded; nil where nothing is covered.
    private(set) var lastLine: [UInt8] = []
    private(set) var lastRecorded: Timestamp?

    /// `room` for so many streams.
    init(from first: UInt64, room: Int = 0) {
        self.first = first
        end = first
        if room > 0 { entries.reserveCapacity(room) }
    }

    var count: Int { Int(end - first) }

    /// Takes in the event at `end`.
    mutating func add(_ stream: StreamID, _ entry: IndexEntry, id: EventID, recorded: Timestamp) {
        put(entry, stream)
        runs[id.run] = id.number
        lastRecorded = recorded
        end += 1
    }

    mutating func note(lastLine line: some Sequence<UInt8>) { lastLine = Array(line) }

    /// Takes in an event as it is read from the log.
    mutating func add(_ event: EventView) {
        let id = EventID(bytes: event.id.raw) ?? EventID(run: .nowhere, number: 0)
        let entry = IndexEntry(
            revision: event.revision, sequence: event.sequence, digest: Digest.sha256(event.data),
            type: event.type.string, time: event.observed)
        // Where damage was skipped, sequences do too.
        end = event.sequence
        add(event.stream, entry, id: id, recorded: event.recorded)
    }

    /// Takes in what follows this overlay.
    mutating func append(_ later: IndexOverlay) {
        guard count > 0 || end != later.first else {
            let first = first
            self = later
            self.first = first
            return
        }
        for (stream, entry) in later.entries { put(entry, stream) }
        runs.merge(later.runs) { $1 }
        if later.count > 0 {
            lastLine = later.lastLine
            lastRecorded = later.lastRecorded
        }
        end = later.end
    }

    mutating func skip(to sequence: UInt64) { end = max(end, sequence) }

    /// In the place of the stream's entry, whose sequences it takes over.
    private mutating func put(_ entry: IndexEntry, _ stream: StreamID) {
        guard var older = entries.updateValue(entry, forKey: stream) else { return }
        older.earlier.append(older.sequence)
        older.earlier += entry.earlier
        entries[stream]?.earlier = older.earlier
    }
}
