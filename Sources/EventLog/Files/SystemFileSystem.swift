// The real file system.

import CLinux
import Glibc
import Synchronization

struct SystemFileSystem: FileSystem {
    func open(_ path: String, _ mode: OpenMode) throws(LogError) -> any LogFile {
        let flags: Int32
        switch mode {
        case .read: flags = O_RDONLY
        case .write: flags = O_RDWR | O_CREAT
        case .create: flags = O_RDWR | O_CREAT | O_EXCL
        }
        let descriptor = uninterrupted { Glibc.open(path, flags | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw LogError.system("open", path, writing: mode != .read) }
        return SystemFile(path: path, descriptor: descriptor)
    }

    func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    func list(_ path: String) throws(LogError) -> [String]? {
        guard let directory = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw LogError.system("list", path, writing: false)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    func makeDirectory(_ path: String) throws(LogError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST && isDirectory(path) { return }
        throw LogError.system("make the folder", path, writing: true)
    }

    func rename(_ from: String, to: String) throws(LogError) {
        guard Glibc.rename(from, to) == 0 else { throw LogError.system("rename", from, writing: true) }
    }

    func remove(_ path: String) throws(LogError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw LogError.system("remove", path, writing: true) }
    }

    func syncDirectory(_ path: String) throws(LogError) {
        try withDescriptor(path) { fsync($0) }
    }

    func syncAll(_ path: String) throws(LogError) {
        try withDescriptor(path) { syncfs($0) }
    }

    private func withDescriptor(_ path: String, _ call: (Int32) -> Int32) throws(LogError) {
        let descriptor = uninterrupted { Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw LogError.system("open", path, writing: true) }
        defer { close(descriptor) }
        guard call(descriptor) == 0 else { throw LogError.system("sync", path, writing: true) }
    }
}

final class SystemFile: LogFile {
    let path: String
    private let descriptor: Int32
    private let identity = Mutex<Identity?>(nil)

    private struct Identity: Hashable {
        let device: dev_t
        let number: ino_t
    }

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func size() throws(LogError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LogError.system("examine", path, writing: false) }
        return Int(status.st_size)
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw LogError.system("read", path, writing: false)
            }
            done += count
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw LogError.system("write", path, writing: true)
            }
            done += count
        }
    }

    func truncate(to size: Int) throws(LogError) {
        guard uninterrupted({ ftruncate(descriptor, off_t(size)) }) == 0 else {
            throw LogError.system("shorten", path, writing: true)
        }
    }

    func sync() throws(LogError) {
        guard fdatasync(descriptor) == 0 else { throw LogError.system("sync", path, writing: true) }
    }

    func lock(wait: Bool) throws(LogError) -> Bool {
        if uninterrupted({ flock(descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB) }) == 0 { return true }
        if errno == EWOULDBLOCK, !wait { return false }
        throw LogError.system("lock", path, writing: false)
    }

    func unlock() { _ = flock(descriptor, LOCK_UN) }

    var isInPlace: Bool { statusInPlace != nil }

    var sizeInPlace: Int? { statusInPlace.map { Int($0.st_size) } }

    /// What the path leads to, where that is this file. Asked for at each commit, so of the file itself only once: a file that is open
    /// keeps its number.
    private var statusInPlace: stat? {
        let own = identity.withLock { identity in
            if identity == nil {
                var own = stat()
                if fstat(descriptor, &own) == 0 { identity = Identity(device: own.st_dev, number: own.st_ino) }
            }
            return identity
        }
        var there = stat()
        guard let own, stat(path, &there) == 0, own == Identity(device: there.st_dev, number: there.st_ino) else {
            return nil
        }
        return there
    }
}

private func uninterrupted(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

extension LogError {
    /// The error for the system's present `errno`.
    static func system(_ operation: String, _ path: String, writing: Bool) -> LogError {
        let code = errno
        let reason = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT: return .diskFull(path)
        case EACCES, EPERM, EROFS, ENOTDIR:
            return writing ? .unwritable(path, reason: reason) : .io(operation: operation, path: path, reason: reason)
        default: return .io(operation: operation, path: path, reason: reason)
        }
    }
}
