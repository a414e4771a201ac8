// Advisory locks between processes, for whom a database is in use by and who is building one.

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A lock (flock) on a file of its own, held until this value goes or the process ends.
///
/// Never taken on a database file itself: closing any descriptor of such a file would drop SQLite's own locks on it.
final class FileLock: Sendable {
    enum Kind {
        case shared
        case exclusive
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Takes the lock, or `nil` when somebody is in the way. The file is made where it is missing.
    static func take(_ path: String, _ kind: Kind) throws(ProjectionError) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .storage(path: path, reason: String(cString: strerror(errno)))
        }
        let lock = FileLock(descriptor)
        guard flock(descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else { return nil }
        return lock.isStillAt(path) ? lock : nil
    }

    /// Turns a shared lock into an exclusive one, where nobody else holds it.
    func becomeExclusive() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 && hasName }

    /// Whether the file still has a name; one that was removed protects nothing.
    private var hasName: Bool {
        var mine = stat()
        return fstat(descriptor, &mine) == 0 && mine.st_nlink > 0
    }

    /// Whether the file we hold is the one that others would find, and not one that was removed in between.
    private func isStillAt(_ path: String) -> Bool {
        var mine = stat()
        var theirs = stat()
        return fstat(descriptor, &mine) == 0 && stat(path, &theirs) == 0
            && mine.st_ino == theirs.st_ino && mine.st_dev == theirs.st_dev
    }
}
