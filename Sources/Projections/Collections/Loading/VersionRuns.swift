// Sorts versions by item while a collection is loaded, in bounded memory: what memory holds is sorted and put into a file, as often
// as it is full, and at the end these runs are read side by side.

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A version of some item, on its way into the item's stretches.
struct LoadedVersion {
    var sequence: UInt64
    var time: Int64
    var isPresent: Bool
    var state: StateTold
}

/// Not to be shared between threads. An item's versions come out in the order in which they were put in.
final class VersionRuns {
    /// Where the file goes; nobody sees it, since its name is taken away at once.
    private let path: String
    private let memory: UnsafeMutableRawBufferPointer
    private var used = 0
    /// The records in memory, each as its item and where it lies, so that they sort by both.
    private var order: [UInt64] = []
    private var file: TemporaryFile?
    private var runs: [Range<Int>] = []

    /// So many bits for a place in memory, the others for the item.
    private static let placeBits: UInt64 = 28

    init(path: String, byteCount: Int = 48 << 20) {
        precondition(byteCount < 1 << Self.placeBits, "a place has so many bits")
        self.path = path
        memory = .allocate(byteCount: byteCount, alignment: 8)
        memory.preferLargePages()
        order.reserveCapacity(byteCount / 96)
    }

    deinit { memory.deallocate() }

    func add(_ version: LoadedVersion, to item: Int64) throws {
        let text = version.state.text
        let record = Record(version, item: item, count: text.count)
        let size = MemoryLayout<Record>.stride + text.count
        // A record larger than the memory is a run of its own.
        if used + size > memory.count { try spill() }
        guard size <= memory.count else {
            var bytes: [UInt8] = withUnsafeBytes(of: record) { Array($0) }
            bytes += repeatElement(0, count: MemoryLayout<Record>.stride - bytes.count) + Array(text)
            return try spill(whole: bytes)
        }
        order.append(UInt64(bitPattern: item) << Self.placeBits | UInt64(used))
        memory.storeBytes(of: record, toByteOffset: used, as: Record.self)
        UnsafeMutableRawBufferPointer(rebasing: memory[(used + MemoryLayout<Record>.stride)...]).copyMemory(from: text)
        used += size
    }

    /// Hands over every version, item by item; afterwards there are none.
    func drain(_ body: (_ item: Int64, LoadedVersion) throws -> Void) throws {
        order.sort()
        var readers = try runs.map { try RunReader(try openFile(), $0, bufferSize: max(1 << 16, 1 << 24 / runs.count)) }
        var place = 0
        while true {
            let inMemory = place < order.count ? Int64(bitPattern: order[place] >> Self.placeBits) : Int64.max
            let item = readers.reduce(inMemory) { min($0, $1.item) }
            if item == .max { break }
            for index in readers.indices {
                while readers[index].item == item {
                    try body(item, readers[index].version)
                    try readers[index].advance()
                }
            }
            while place < order.count, Int64(bitPattern: order[place] >> Self.placeBits) == item {
                try body(item, Record.read(record(order[place])))
                place += 1
            }
        }
        order.removeAll()
        runs.removeAll()
        used = 0
        file = nil
    }

    private func record(_ entry: UInt64) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[Int(entry & (1 << Self.placeBits - 1))...])
    }

    private func openFile() throws(ProjectionError) -> TemporaryFile {
        if let file { return file }
        let opened = try TemporaryFile(path)
        file = opened
        return opened
    }

    /// Puts what memory holds into the file, sorted.
    private func spill() throws(ProjectionError) {
        guard !order.isEmpty else { return }
        order.sort()
        let file = try openFile()
        let start = file.size
        for entry in order {
            let record = record(entry)
            try file.append(UnsafeRawBufferPointer(rebasing: record[..<Record.size(record)]))
        }
        try file.flush()
        runs.append(start..<file.size)
        order.removeAll(keepingCapacity: true)
        used = 0
    }

    private func spill(whole record: [UInt8]) throws {
        let file = try openFile()
        let start = file.size
        try record.withUnsafeBytes { try file.append($0) }
        try file.flush()
        runs.append(start..<file.size)
    }
}

/// A version as it lies in memory and in the file; its text follows.
private struct Record {
    let item: Int64
    let sequence: UInt64
    let time: Int64
    let prefix: UInt32
    let suffix: UInt32
    let count: UInt32
    let isPresent: Bool
    /// 0 the same, 1 a splice, 2 whole.
    let told: UInt8

    init(_ version: LoadedVersion, item: Int64, count: Int) {
        self.item = item
        sequence = version.sequence
        time = version.time
        isPresent = version.isPresent
        self.count = UInt32(count)
        if case .splice(let splice) = version.state {
            prefix = UInt32(splice.prefix)
            suffix = UInt32(splice.suffix)
        } else {
            prefix = 0
            suffix = 0
        }
        told =
            switch version.state {
            case .same: 0
            case .splice: 1
            case .whole: 2
            }
    }

    static func read(_ bytes: UnsafeRawBufferPointer) -> LoadedVersion {
        let record = bytes.loadUnaligned(as: Record.self)
        let start = MemoryLayout<Record>.stride
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(record.count)])
        let state: StateTold =
            switch record.told {
            case 0: .same
            case 1: .splice(Splice(prefix: Int(record.prefix), suffix: Int(record.suffix), middle: text))
            default: .whole(text)
            }
        return LoadedVersion(sequence: record.sequence, time: record.time, isPresent: record.isPresent, state: state)
    }

    /// How many bytes a record takes, its text included, where at least the record itself is there.
    static func size(_ bytes: UnsafeRawBufferPointer) -> Int {
        MemoryLayout<Record>.stride + Int(bytes.loadUnaligned(as: Record.self).count)
    }

    static func item(_ bytes: UnsafeRawBufferPointer) -> Int64 { bytes.loadUnaligned(as: Record.self).item }
}

extension StateTold {
    fileprivate var text: UnsafeRawBufferPointer {
        switch self {
        case .same: UnsafeRawBufferPointer(start: nil, count: 0)
        case .splice(let splice): splice.middle
        case .whole(let state): state
        }
    }
}

/// Goes through one run.
private struct RunReader {
    private let file: TemporaryFile
    private var offset: Int
    private let end: Int
    private var buffer: [UInt8] = []
    private var place = 0
    private let bufferSize: Int
    /// Of the record that it stands on; `.max` behind the last one.
    private(set) var item: Int64 = .max

    init(_ file: TemporaryFile, _ range: Range<Int>, bufferSize: Int) throws(ProjectionError) {
        self.file = file
        self.bufferSize = bufferSize
        offset = range.lowerBound
        end = range.upperBound
        try stand()
    }

    /// Valid until it moves on.
    var version: LoadedVersion {
        buffer.withUnsafeBytes { Record.read(UnsafeRawBufferPointer(rebasing: $0[place...])) }
    }

    mutating func advance() throws(ProjectionError) {
        place += size
        try stand()
    }

    private var size: Int { buffer.withUnsafeBytes { Record.size(UnsafeRawBufferPointer(rebasing: $0[place...])) } }

    private mutating func stand() throws(ProjectionError) {
        try need(MemoryLayout<Record>.stride)
        guard buffer.count - place >= MemoryLayout<Record>.stride else {
            item = .max
            return
        }
        try need(size)
        item = buffer.withUnsafeBytes { Record.item(UnsafeRawBufferPointer(rebasing: $0[place...])) }
    }

    /// Has so many bytes in the buffer, where the run has them.
    private mutating func need(_ count: Int) throws(ProjectionError) {
        guard buffer.count - place < count, offset < end else { return }
        buffer.removeFirst(place)
        place = 0
        let more = min(max(bufferSize, count) - buffer.count, end - offset)
        try file.read(at: offset, more, into: &buffer)
        offset += more
    }
}

/// A file without a name, gone when this goes or the process ends.
private final class TemporaryFile {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private(set) var size = 0
    private static let bufferSize = 1 << 20

    init(_ path: String) throws(ProjectionError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .storage(path: path, reason: String(cString: strerror(errno))) }
        unlink(path)
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    deinit { close(descriptor) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ProjectionError) {
        buffer += bytes
        size += bytes.count
        if buffer.count >= Self.bufferSize { try flush() }
    }

    func flush() throws(ProjectionError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                bytes.baseAddress.map { write(descriptor, $0 + written, bytes.count - written) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    func read(at offset: Int, _ count: Int, into buffer: inout [UInt8]) throws(ProjectionError) {
        let start = buffer.count
        buffer += repeatElement(0, count: count)
        var done = 0
        while done < count {
            let got = buffer.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { pread(descriptor, $0 + start + done, count - done, off_t(offset + done)) } ?? 0
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw failure }
            done += got
        }
    }

    private var failure: ProjectionError { .storage(path: path, reason: String(cString: strerror(errno))) }
}
