// Brotli (RFC 7932), by its reference library.

import CBrotli

final class BrotliInflater: Inflater {
    private let state: OpaquePointer
    private let output = OutputBuffer()
    private(set) var isComplete = false

    init?() {
        guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else { return nil }
        self.state = state
    }

    deinit { BrotliDecoderDestroyInstance(state) }

    func inflate(_ input: UnsafeRawBufferPointer, _ emit: Sink) throws(Fault) {
        var next = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var left = input.count
        while !isComplete {
            var room = output.bytes.count
            var place = output.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let result = BrotliDecoderDecompressStream(state, &left, &next, &room, &place, nil)
            guard result != BROTLI_DECODER_RESULT_ERROR else { throw .garbage("it does not inflate") }
            if room < output.bytes.count { try emit(output.prefix(output.bytes.count - room)) }
            isComplete = result == BROTLI_DECODER_RESULT_SUCCESS
            if result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT { return }
        }
    }
}
