// The folder `log/`: which files are in it, the published end, the lock.

/// Segment files: 65,536 events each, named by their first sequence.
enum Segment {
    static let eventsMax: UInt64 = 65_536
    static let suffix = ".ndjson.gz"

    static func name(_ first: UInt64) -> String { padded(first) + suffix }

    /// The first sequence, where this is a segment's name.
    static func first(inName name: String) -> UInt64? {
        guard name.hasSuffix(suffix), let first = UInt64(name.dropLast(suffix.utf8.count)), Segment.name(first) == name
        else { return nil }
        return first
    }
}

/// The paths of a data folder and the small files beside the segments.
struct LogDirectory: Sendable {
    let data: String
    let files: any FileSystem
    /// Always 65,536 but in tests, which would take long to fill one.
    var segmentEvents = Segment.eventsMax

    var log: String { data + "/log" }
    var lockPath: String { log + "/lock" }
    var endPath: String { log + "/end" }
    var sealPath: String { log + "/seal" }
    var poisonPath: String { log + "/poisoned" }
    /// There only where a version wrote, or is about to write, what docs/log-format.md of this one does not describe.
    var formatPath: String { log + "/format" }
    var indexPath: String { data + "/index.sqlite" }

    func path(_ segment: UInt64) -> String { log + "/" + Segment.name(segment) }

    /// The segments' first sequences, ascending.
    func segments() throws(LogError) -> [UInt64] {
        guard let names = try files.list(log) else { throw .moved(data) }
        return names.compactMap(Segment.first(inName:)).filter { $0 % segmentEvents == 0 }.sorted()
    }

    /// The first segment between others whose file is not there though its events were acknowledged: before `durable`. Of a commit
    /// that was not, a crash may leave later files alone.
    func missingSegment(before durable: UInt64) throws(LogError) -> Damage? {
        var due: UInt64 = 0
        for segment in try segments() where due < durable {
            guard segment == due else {
                return Damage(
                    file: Segment.name(due), from: 0, to: 0, sequences: due..<segment, what: "the file is missing")
            }
            due = end(of: segment)
        }
        return nil
    }

    /// Throws `.newer` where the log says that it is of a format that this version does not know.
    func checkFormat() throws(LogError) {
        guard files.exists(formatPath) else { return }
        let bytes = try files.open(formatPath, .read).read(at: 0, count: 64)
        let format = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        guard format != Self.format else { return }
        throw .newer("the log in \(data) is of the format \(format.debugDescription), which")
    }

    /// What `log/format` says, or might say, of a log that this version reads and writes.
    static let format = "daybook-log/1"

    /// The segment that holds an event.
    func segment(holding sequence: UInt64) -> UInt64 { sequence / segmentEvents * segmentEvents }

    /// Where a segment ends and the next begins.
    func end(of segment: UInt64) -> UInt64 { segment + segmentEvents }

    /// A full segment's end is the beginning of the next: sealing moves the one in its file, and the other nowhere.
    func normalised(_ position: LogPosition) -> LogPosition {
        let end = end(of: position.segment)
        return position.sequence == end ? LogPosition(segment: end, offset: 0, sequence: end) : position
    }

    /// The end member with which a sealed segment's file ends; nil where the segment is not sealed, or no longer soundly so.
    func endMember(of segment: UInt64, in file: any LogFile) throws(LogError) -> EndMember? {
        let size = try file.size()
        guard size > EndMember.size else { return nil }
        let bytes = try file.read(at: size - EndMember.size, count: EndMember.size)
        guard case .end(let member) = bytes.withUnsafeBytes({ Block.parse($0) }), member.end == end(of: segment) else {
            return nil
        }
        return member
    }

    func scanner(
        _ file: any LogFile, _ segment: UInt64, offset: Int = 0, expected: UInt64, chunkSize: Int = 1 << 18
    ) throws(LogError) -> SegmentScanner {
        try SegmentScanner(
            file: file, segment: segment, segmentEnd: end(of: segment), offset: offset, expected: expected,
            chunkSize: chunkSize)
    }
}

/// `log/end`: the durable end, published after each sync. 12 bytes: the number of events (u64, little-endian) and the
/// CRC-32C of those eight (u32, little-endian). It is itself never synced: behind or gone is fine, ahead cannot happen.
struct PublishedEnd: Sendable {
    static let size = 12

    static func bytes(_ end: UInt64) -> [UInt8] {
        let number = withUnsafeBytes(of: end.littleEndian) { Array($0) }
        let checksum = number.withUnsafeBytes { CRC32C.checksum($0) }
        return number + withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
    }

    /// Nil where the bytes are not a published end.
    static func parse(_ raw: UnsafeRawBufferPointer) -> UInt64? {
        guard raw.count == size else { return nil }
        let number = UnsafeRawBufferPointer(rebasing: raw[..<8])
        let checksum = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard CRC32C.checksum(number) == checksum else { return nil }
        return UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    }

    /// Writes it where that can be done. Else the file is emptied: who reads it then does not take an old end for the present one.
    static func publish(_ end: UInt64, _ file: any LogFile) {
        do throws(LogError) { try file.write(bytes(end), at: 0) } catch { try? file.truncate(to: 0) }
    }

    /// Reads it; twice where the bytes do not fit together, as another process may be writing them.
    static func read(_ file: any LogFile) -> UInt64? {
        for _ in 0..<3 {
            let end = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer -> UInt64?? in
                guard let count = try? file.read(at: 0, into: buffer) else { return .some(nil) }
                if count < size { return .some(nil) }
                guard let end = parse(UnsafeRawBufferPointer(buffer)) else { return nil }
                return end
            }
            if let end { return end }
        }
        return nil
    }
}
