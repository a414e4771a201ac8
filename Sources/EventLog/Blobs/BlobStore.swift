// Large and raw things (pages, mail, pictures): files named by the SHA-256 of their bytes, gzipped where that pays.

import CDeflate
import Synchronization

/// What events say of kept bytes.
public struct Blob: Sendable, Hashable {
    public let digest: Digest
    /// Of the bytes themselves, not of the file that keeps them.
    public let size: Int
}

/// `blobs/ab/abcdef…`, or `….gz` where a tenth or more is saved. Putting the same bytes again is free of effect.
///
/// A blob is on disk before the commit that names it: the next `append` after a `put` makes all of them durable at once.
public struct BlobStore: Sendable {
    private final class State: Sendable {
        let mutex = Mutex(Known())
    }

    private struct Known {
        /// Put and on disk, by this process: need not be looked at again. Bounded.
        var durable: Set<Digest> = []
        /// Put since the last sync.
        var pending: Set<Digest> = []
        /// A sync failed. The system may take the pages for written from then on, so no later sync can be believed.
        var isBroken = false
    }

    private let folder: String
    private let files: any FileSystem
    private let state = State()
    private static let durableMax = 100_000

    init(folder: String, files: any FileSystem) {
        self.folder = folder
        self.files = files
    }

    public func put(_ bytes: [UInt8]) throws(LogError) -> Blob {
        let blob = Blob(digest: Digest.sha256(bytes), size: bytes.count)
        if state.mutex.withLock({ $0.durable.contains(blob.digest) }) { return blob }
        // A crash may have left a file with this name and not these bytes: what is there counts only if it reads back.
        if (try? get(blob.digest)) == nil { try write(bytes, blob.digest) }
        state.mutex.withLock { _ = $0.pending.insert(blob.digest) }
        return blob
    }

    /// Nil where there is no such blob; an error where its file does not hold what it is named by.
    public func get(_ digest: Digest) throws(LogError) -> [UInt8]? {
        let path = path(digest)
        for (path, isCompressed) in [(path, false), (path + ".gz", true)] where files.exists(path) {
            let stored = try contents(path)
            guard let bytes = isCompressed ? Gzip.inflate(stored) : stored, Digest.sha256(bytes) == digest else {
                throw .blobDamaged(path)
            }
            return bytes
        }
        return nil
    }

    public func contains(_ digest: Digest) -> Bool {
        files.exists(path(digest)) || files.exists(path(digest) + ".gz")
    }

    enum BlobState: Sendable, Hashable { case sound, missing, damaged }

    /// Whether a blob is there and has the bytes that it is named by. Plain ones are read piece by piece.
    func state(of digest: Digest) throws(LogError) -> BlobState {
        guard let (file, isCompressed) = try stored(digest) else { return .missing }
        if isCompressed {
            do throws(LogError) { return try get(digest) == nil ? .missing : .sound } catch {
                guard case .blobDamaged = error else { throw error }
                return .damaged
            }
        }
        var content = RunningDigest()
        do { try file.forEachChunk { content.update($0) } } catch {
            throw error as? LogError ?? .io(operation: "read", path: file.path, reason: "\(error)")
        }
        return content.finish() == digest ? .sound : .damaged
    }

    /// What a blob's file is called within the data folder, whether or not it is gzipped.
    func name(of digest: Digest) -> String { "blobs/\(digest.hex.prefix(2))/\(digest.hex)" }

    /// A blob as it is kept: its file, and whether its bytes are gzipped there. Nil where there is none.
    package func stored(_ digest: Digest) throws(LogError) -> (file: FilePiece, isCompressed: Bool)? {
        for (path, isCompressed) in [(path(digest), false), (path(digest) + ".gz", true)] where files.exists(path) {
            return (try FilePiece(files.open(path, .read)), isCompressed)
        }
        return nil
    }

    /// Has everything that was put on disk (one `syncfs`). Nothing to do, and no cost, where nothing was put.
    func makeDurable() throws(LogError) {
        let pending = state.mutex.withLock { $0.isBroken ? nil : $0.pending }
        guard let pending else {
            throw .io(operation: "sync", path: folder, reason: "an earlier sync failed; stop and start this process")
        }
        guard !pending.isEmpty else { return }
        do throws(LogError) {
            try files.syncAll(folder)
        } catch {
            state.mutex.withLock { $0.isBroken = true }
            throw error
        }
        state.mutex.withLock { known in
            known.pending.subtract(pending)
            if known.durable.count > Self.durableMax { known.durable = [] }
            known.durable.formUnion(pending)
        }
    }

    private func path(_ digest: Digest) -> String { "\(folder)/\(digest.hex.prefix(2))/\(digest.hex)" }

    private func contents(_ path: String) throws(LogError) -> [UInt8] {
        let file = try files.open(path, .read)
        return try file.read(at: 0, count: try file.size())
    }

    private func write(_ bytes: [UInt8], _ digest: Digest) throws(LogError) {
        let compressed = Gzip.deflate(bytes)
        let isCompressed = compressed.count + compressed.count / 9 < bytes.count
        let path = path(digest) + (isCompressed ? ".gz" : "")
        try files.makeDirectory("\(folder)/\(digest.hex.prefix(2))")
        // Written aside, so that no reader meets a half; the name is random, as others may put the same bytes now.
        let aside = "\(folder)/\(digest.hex.prefix(2))/.\(RunID.make())"
        let file = try files.open(aside, .create)
        do throws(LogError) {
            try file.write(isCompressed ? compressed : bytes, at: 0)
            try files.rename(aside, to: path)
            // A damaged file in the other form would be found first.
            try files.remove(self.path(digest) + (isCompressed ? "" : ".gz"))
        } catch {
            try? files.remove(aside)
            throw error
        }
    }
}

/// One gzip member, in memory.
enum Gzip {
    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        let compressor = libdeflate_alloc_compressor(6)
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = libdeflate_gzip_compress(compressor, bytes, bytes.count, buffer.baseAddress, bound)
        }
    }

    /// Nil where the bytes are not one whole member.
    static func inflate(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 18 else { return nil }
        let size = bytes.withUnsafeBytes {
            Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)))
        }
        // Deflate makes at most about 1,032 bytes of one; more is a lie that would only cost memory.
        guard size <= bytes.count * 1_040 else { return nil }
        let decompressor = libdeflate_alloc_decompressor()
        defer { libdeflate_free_decompressor(decompressor) }
        var isWhole = false
        let text = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let result = libdeflate_gzip_decompress(decompressor, bytes, bytes.count, buffer.baseAddress, size, nil)
            isWhole = result == LIBDEFLATE_SUCCESS
            count = isWhole ? size : 0
        }
        return isWhole ? text : nil
    }
}
