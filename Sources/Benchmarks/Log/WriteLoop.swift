// What no log can be faster than, one commit at a time: writing the same bytes behind one another and syncing after each.

import Foundation

final class WriteLoop {
    private let descriptor: Int32
    private var offset = 0

    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
    }

    deinit { close(descriptor) }

    func append(_ bytes: ArraySlice<UInt8>) throws {
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard count == bytes.count, fdatasync(descriptor) == 0 else { throw POSIXError(.EIO) }
        offset += count
    }
}

/// The blocks of a log's first segment, as they lie in the file.
struct SegmentBlocks {
    private let bytes: [UInt8]
    private var offset = 0

    init(data: String) throws {
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: data + "/log/00000000000000000000.ndjson.gz")))
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard offset + 18 <= bytes.count else { return nil }
        let size = Int(bytes[offset + 16]) + Int(bytes[offset + 17]) << 8 + 1
        defer { offset += size }
        return bytes[offset..<min(offset + size, bytes.count)]
    }
}
