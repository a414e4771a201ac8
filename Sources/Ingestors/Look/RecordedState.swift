// What the log knows of a watch: its items' last states, and what its past runs missed.

import CanonicalJSON
import EventLog
import Observations

/// Reads a watch's past from the log.
struct RecordedState {
    var items: [ItemKey: Recorded]
    /// The end of the log up to which this is everything.
    let end: UInt64
    /// When the newest of the items' events was observed.
    let newest: Timestamp?
    /// What must still hold when something is appended to it: nobody has added anything, under any name of the watch.
    let untouched: [AppendCondition]

    init(of watch: String, _ kind: WatchKind, in log: EventLog) throws(IngestError) {
        do throws(LogError) {
            // The end first: what others append meanwhile is then noticed by the append's condition.
            let end = try log.end()
            let prefixes = try WatchNames(of: watch, in: log).all.map { $0 + "/" }
            var items: [ItemKey: Recorded] = [:]
            var newest: Timestamp?
            for prefix in prefixes {
                for head in try log.heads(family: kind.family, subjectPrefix: prefix) {
                    newest = max(newest ?? head.time, head.time)
                    let key = ItemKey(
                        String(decoding: head.stream.subject.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
                    // A watch that was renamed has streams under each name; the newest event of them all counts.
                    if let other = items[key], other.sequence > head.sequence { continue }
                    let isPresent = head.type == kind.observedType
                    items[key] = Recorded(digest: isPresent ? head.digest : nil, sequence: head.sequence)
                }
            }
            self.end = end
            self.items = items
            self.newest = newest
            untouched = prefixes.map { .nothing(family: kind.family, subjectPrefix: $0, since: end) }
        } catch {
            throw .log(error)
        }
    }
}

extension RecordedState {
    /// The fields of an item as it was last recorded; nil where it was not, or is absent.
    func fields(of key: ItemKey, in log: EventLog) throws(IngestError) -> JSONObject? {
        guard let item = items[key], item.isPresent else { return nil }
        do throws(LogError) { return try log.event(at: item.sequence)?.data.objectValue } catch { throw .log(error) }
    }
}

/// Past runs of a watch, from the newest to the oldest.
struct RunHistory {
    let watch: String
    let log: EventLog

    /// Those items that enough runs in a row have missed, the current one included.
    func confirmed(
        _ missed: [ItemKey: UInt64], at now: Timestamp, expect: Expectation
    ) throws(IngestError) -> Set<ItemKey> {
        var rows = AbsenceRows(missed: missed, at: now, expect: expect)
        try extend(&rows)
        return rows.confirmed
    }

    /// Takes past runs into the rows until none of these can change.
    ///
    /// - Parameter end: only runs before this sequence.
    func extend(_ rows: inout AbsenceRows, before end: UInt64 = .max) throws(IngestError) {
        do throws(LogError) {
            guard !rows.isSettled else { return }
            try forEachPastRun(before: end) { event throws(LogError) in
                rows.take(try pastRun(event))
                return !rows.isSettled
            }
        } catch {
            throw .log(error)
        }
    }

    /// How many things without a key the last completed run found: what is always there hides no item.
    func usualKeyless() throws(IngestError) -> Int {
        var usual = 0
        do throws(LogError) {
            try forEachPastRun { event throws(LogError) in
                guard RunOutcome(type: event.type) == .completed else { return true }
                usual = (try? RunEnded(json: event.data))?.keyless ?? 0
                return false
            }
        } catch {
            throw .log(error)
        }
        return usual
    }

    /// So many past runs are asked for at a time: mostly the last one says all, whatever years lie before it.
    static let pageLength = 16

    /// The watch's runs before `end`, under whatever name, newest first; `body` answers whether to go on.
    func forEachPastRun(
        before end: UInt64 = .max, _ body: (Event) throws(LogError) -> Bool
    ) throws(LogError) {
        let streams = try WatchNames(of: watch, in: log).all.map { StreamID(family: "run", subject: $0) }
        var end = end
        while true {
            var page: [UInt64] = []
            for stream in streams { page += try log.latest(Self.pageLength, of: stream, before: end) }
            page = Array(page.sorted(by: >).prefix(Self.pageLength))
            for sequence in page {
                guard let event = try log.event(at: sequence) else { continue }
                guard try body(event) else { return }
            }
            guard page.count == Self.pageLength, let last = page.last else { return }
            end = last
        }
    }

    /// A run event that cannot be read, or whose list has gone, says nothing.
    private func pastRun(_ event: Event) throws(LogError) -> PastRun {
        let data = try? RunEnded(json: event.data)
        let outcome = RunOutcome(type: event.type)
        let missed = try data.map { data throws(LogError) in try missedKeys(data) } ?? nil
        let counts = Confirmation.counts(data?.suspicions ?? [], found: data?.observed ?? 0)
        return PastRun(
            time: event.time, sequence: event.sequence,
            counts: counts && missed != nil && outcome != .failed && outcome != nil,
            missed: missed ?? [])
    }

    private func missedKeys(_ data: RunEnded) throws(LogError) -> Set<ItemKey>? {
        if let missed = data.missed { return Set(missed.map { ItemKey($0) }) }
        guard let digest = data.missedIn.flatMap({ Digest(reference: $0.blob) }), let bytes = try log.blobs.get(digest),
            let keys = try? JSON.parse(bytes).arrayValue
        else { return nil }
        return Set(keys.compactMap { $0.stringValue.map { ItemKey($0) } })
    }
}
