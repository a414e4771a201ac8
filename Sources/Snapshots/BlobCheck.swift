// Whether a blob's bytes are those that it is named by, told while they go by, in memory that does not grow with them.

import CZlib
import EventLog

/// Takes a blob's file as it is kept and digests what it means.
final class BlobCheck {
    private let digest: Digest
    private var content = RunningDigest()
    private var inflater: GzipStream?
    private var isBroken = false

    init(_ digest: Digest, isCompressed: Bool) {
        self.digest = digest
        if isCompressed {
            inflater = GzipStream()
            isBroken = inflater == nil
        }
    }

    func take(_ bytes: UnsafeRawBufferPointer) {
        guard !isBroken else { return }
        guard let inflater else { return content.update(bytes) }
        if !inflater.take(bytes, { content.update($0) }) { isBroken = true }
    }

    /// Whether it was all there, and just that.
    var isSound: Bool { !isBroken && inflater?.isComplete != false && content.finish() == digest }
}

/// One gzip member, inflated piece by piece.
private final class GzipStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    private(set) var isComplete = false

    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            room.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        room.deallocate()
    }

    /// False where the bytes are not gzip's, or go on behind its end.
    func take(_ bytes: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) -> Bool {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return true }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            guard !isComplete else { return false }
            stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room.count)
            let code = inflate(stream, Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return false }
            let count = room.count - Int(stream.pointee.avail_out)
            emit(UnsafeRawBufferPointer(rebasing: room[..<count]))
            isComplete = code == Z_STREAM_END
        } while stream.pointee.avail_in > 0 || !isComplete && stream.pointee.avail_out == 0
        return true
    }
}
