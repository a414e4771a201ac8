// Files that are only bytes in memory, for reading: what the fuzzed readers find beneath the log's seam.

#if DEBUG

@testable import EventLog

struct MemoryFiles: FileSystem {
    let bytes: [String: [UInt8]]

    func open(_ path: String, _ mode: OpenMode) throws(LogError) -> any LogFile {
        guard let content = bytes[path], case .read = mode else { throw refused(path) }
        return MemoryFile(path: path, bytes: content)
    }

    func exists(_ path: String) -> Bool { bytes[path] != nil }
    func isDirectory(_ path: String) -> Bool { bytes.keys.contains { $0.hasPrefix(path + "/") } }
    func list(_ path: String) throws(LogError) -> [String]? {
        bytes.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.utf8.count + 1)) }
    }
    func makeDirectory(_ path: String) throws(LogError) { throw refused(path) }
    func rename(_ from: String, to: String) throws(LogError) { throw refused(from) }
    func remove(_ path: String) throws(LogError) { throw refused(path) }
    func syncDirectory(_ path: String) throws(LogError) { throw refused(path) }
    func syncAll(_ path: String) throws(LogError) { throw refused(path) }

    private func refused(_ path: String) -> LogError {
        .io(operation: "open", path: path, reason: "there are only bytes to read")
    }
}

private final class MemoryFile: LogFile {
    let path: String
    private let bytes: [UInt8]

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    func size() throws(LogError) -> Int { bytes.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int {
        let count = max(0, min(buffer.count, bytes.count - offset))
        if count > 0 { buffer.copyBytes(from: bytes[offset..<offset + count]) }
        return count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogError) { throw .closed }
    func truncate(to size: Int) throws(LogError) { throw .closed }
    func sync() throws(LogError) { throw .closed }
    func lock(wait: Bool) throws(LogError) -> Bool { true }
    func unlock() {}
}

#endif
