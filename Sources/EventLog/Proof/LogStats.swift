// Counts over the whole log, in one scan in place.

/// What `log stats` tells.
public struct LogStats: Sendable, Hashable {
    public var events: UInt64 = 0
    public var segments = 0
    /// How many of them are sealed.
    public var sealed = 0
    /// Of the segments' files.
    public var bytes = 0
    /// Of the lines, newlines included.
    public var inflatedBytes = 0
    /// The first and the last event's times; nil in an empty log.
    public var first: Timestamp?
    public var last: Timestamp?
    /// How many events of each type.
    public var types: [String: Int] = [:]
}

extension EventLog {
    /// Reads the whole log; what is damaged goes to `onDamage` and is left out of the counts of types and bytes.
    public func stats(onDamage: ((Damage) -> Void)? = nil) throws -> LogStats {
        var stats = LogStats()
        stats.events = try end()
        for segment in try directory.segments() {
            stats.segments += 1
            let file = try directory.files.open(directory.path(segment), .read)
            stats.bytes += try file.size()
            if try directory.endMember(of: segment, in: file) != nil { stats.sealed += 1 }
        }
        try reader.forEachPiece(from: 0, to: stats.events, transform: BatchStats.init) { piece in
            switch piece {
            case .batch(_, let batch): stats.add(batch)
            case .damage(let damage):
                guard let onDamage else { throw LogError.corrupt(damage) }
                onDamage(damage)
            }
            return true
        }
        return stats
    }
}

extension LogStats {
    fileprivate mutating func add(_ batch: BatchStats) {
        inflatedBytes += batch.bytes
        if first == nil { first = batch.first }
        last = batch.last ?? last
        for (type, count) in batch.types { types[String(decoding: type, as: UTF8.self), default: 0] += count }
    }
}

/// Counted where the batch was inflated.
private struct BatchStats: Sendable {
    var bytes = 0
    var first: Timestamp?
    var last: Timestamp?
    var types: [([UInt8], Int)] = []

    init(_ batch: EventBatch) {
        bytes = batch.byteCount
        batch.forEach { event in
            let type = event.type.raw
            // A handful of types, most often the one before: comparing bytes beats hashing them.
            if let index = types.lastIndex(where: { $0.0.elementsEqual(type) }) {
                types[index].1 += 1
            } else {
                types.append((Array(type), 1))
            }
        }
        first = batch.withEvent(at: 0) { $0.observed }
        last = batch.withEvent(at: batch.count - 1) { $0.observed }
    }
}
