// gzip and deflate, by zlib.

import CZlib

/// gzip (RFC 1952, also several members in a row) or "deflate", which is zlib's format (RFC 1950) or, from servers that
/// took the name at its word, bare deflate (RFC 1951).
final class ZlibInflater: Inflater {
    enum Format { case gzip, deflate }

    private let stream: UnsafeMutablePointer<z_stream>
    private let output = OutputBuffer()
    private let format: Format
    private var isStarted = false
    private(set) var isComplete = false

    init?(_ format: Format) {
        self.format = format
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, format == .gzip ? 31 : 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func inflate(_ input: UnsafeRawBufferPointer, _ emit: Sink) throws(Fault) {
        guard !input.isEmpty, let start = input.baseAddress else { return }
        if !isStarted, format == .deflate, input[0] & 0x0f != 8 { inflateReset2(stream, -15) }
        isStarted = true
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        while stream.pointee.avail_in > 0 {
            if isComplete, !beginNextMember() { return }
            try step(emit)
        }
    }

    private func step(_ emit: Sink) throws(Fault) {
        repeat {
            stream.pointee.next_out = output.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.bytes.count)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                throw .garbage("it does not inflate")
            }
            let count = output.bytes.count - Int(stream.pointee.avail_out)
            if count > 0 { try emit(output.prefix(count)) }
            isComplete = code == Z_STREAM_END
        } while !isComplete && stream.pointee.avail_out == 0
    }

    /// Another gzip member may follow; anything else that follows is padding.
    private func beginNextMember() -> Bool {
        guard format == .gzip, stream.pointee.next_in.pointee == 0x1f, inflateReset(stream) == Z_OK else {
            return false
        }
        isComplete = false
        return true
    }
}
