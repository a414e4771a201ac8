// The seam between the log and the disk: everything that the log asks of a file system, and nothing else. A test or a fault
// campaign puts its own beneath the log.

/// How to open a file.
package enum OpenMode: Sendable {
    case read
    /// For reading and writing; made where missing.
    case write
    /// For reading and writing; must not exist yet.
    case create
}

/// An open file. Offsets and sizes in bytes.
package protocol LogFile: AnyObject, Sendable {
    var path: String { get }
    func size() throws(LogError) -> Int
    /// Reads until `buffer` is full or the file ends; the count read.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int
    /// Writes all of it.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogError)
    func truncate(to size: Int) throws(LogError)
    /// The data and what is needed to find it (`fdatasync`). Never to be repeated after a failure.
    func sync() throws(LogError)
    /// Takes the advisory lock (`flock`); false where another holds it and `wait` is not asked for.
    func lock(wait: Bool) throws(LogError) -> Bool
    func unlock()
    /// Whether the path it was opened by still leads to it: not where it was removed, replaced or moved meanwhile.
    var isInPlace: Bool { get }
    /// Its size, where it is in place; nil where it is not.
    var sizeInPlace: Int? { get }
}

package protocol FileSystem: Sendable {
    func open(_ path: String, _ mode: OpenMode) throws(LogError) -> any LogFile
    func exists(_ path: String) -> Bool
    func isDirectory(_ path: String) -> Bool
    /// Names in a folder, unsorted; nil where there is none.
    func list(_ path: String) throws(LogError) -> [String]?
    /// One level, mode 0700; fine where it exists.
    func makeDirectory(_ path: String) throws(LogError)
    func rename(_ from: String, to: String) throws(LogError)
    /// Fine where it is gone already.
    func remove(_ path: String) throws(LogError)
    /// The names in a folder, so that made, renamed and removed files stay so.
    func syncDirectory(_ path: String) throws(LogError)
    /// Everything on the file system that holds `path` (`syncfs`).
    func syncAll(_ path: String) throws(LogError)
}

extension LogFile {
    package var isInPlace: Bool { true }
    package var sizeInPlace: Int? { isInPlace ? try? size() : nil }

    func write(_ bytes: [UInt8], at offset: Int) throws(LogError) {
        let result: Result<Void, LogError> = bytes.withUnsafeBytes { buffer in
            do throws(LogError) { return .success(try write(buffer, at: offset)) } catch { return .failure(error) }
        }
        try result.get()
    }

    func read(at offset: Int, count: Int) throws(LogError) -> [UInt8] {
        var failure: LogError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(LogError) {
                initialized = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}
