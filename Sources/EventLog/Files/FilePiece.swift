// The first bytes of a file, as many as there were at some moment: what a copy is made of while others append behind them.

/// A file's first `size` bytes, open until this value goes, whatever becomes of its name.
package struct FilePiece: Sendable {
    package let path: String
    package let size: Int
    private let file: any LogFile

    private static let chunkSize = 1 << 20

    init(_ file: any LogFile, size: Int? = nil) throws(LogError) {
        self.file = file
        path = file.path
        self.size = if let size { size } else { try file.size() }
    }

    /// Nil where there is no such file.
    package static func open(_ path: String) throws(LogError) -> FilePiece? {
        let files = SystemFileSystem()
        guard files.exists(path), !files.isDirectory(path) else { return nil }
        return try FilePiece(files.open(path, .read))
    }

    /// Hands the bytes over in order, at most 1 MiB at a time.
    package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(Self.chunkSize, max(1, size)), alignment: 8)
        defer { buffer.deallocate() }
        var offset = 0
        while offset < size {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, size - offset)])
            let count = try file.read(at: offset, into: room)
            guard count > 0 else {
                throw LogError.io(operation: "read", path: path, reason: "it has become shorter than it was")
            }
            try body(UnsafeRawBufferPointer(rebasing: room[..<count]))
            offset += count
        }
    }
}
