// Zstandard (RFC 8878), by its reference library.

import CZstd

final class ZstdInflater: Inflater {
    /// RFC 9659: no window above 8 MiB in a content encoding, so that nobody can ask for more memory.
    private static let windowLogMax: Int32 = 23

    private let context: OpaquePointer
    private let output = OutputBuffer()
    private(set) var isComplete = false

    init?() {
        guard let context = ZSTD_createDCtx() else { return nil }
        self.context = context
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMax)
    }

    deinit { ZSTD_freeDCtx(context) }

    func inflate(_ input: UnsafeRawBufferPointer, _ emit: Sink) throws(Fault) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var isFull = false
        while source.pos < source.size || isFull {
            var target = ZSTD_outBuffer(dst: output.bytes.baseAddress, size: output.bytes.count, pos: 0)
            let hint = ZSTD_decompressStream(context, &target, &source)
            guard ZSTD_isError(hint) == 0 else { throw .garbage("it does not inflate") }
            if target.pos > 0 { try emit(output.prefix(target.pos)) }
            isComplete = hint == 0
            isFull = !isComplete && target.pos == target.size
        }
    }
}
