// The folder that a snapshot is restored into: filled aside, and renamed into its place when it is whole.

import CLinux
import EventLog
import Foundation
import Glibc

/// `DIR` while it is being made: `.DIR.restoring-PID` beside it, under a lock by which leftovers of killed ones are known.
struct RestoreTarget {
    private let folder: String
    private let parent: String
    private let asideName: String

    private var aside: String { (parent == "/" ? "" : parent) + "/\(asideName)\(getpid())" }

    init(_ folder: String) throws(SnapshotError) {
        // Of a relative URL, `standardized` would take `..` off without its base.
        let url = URL(fileURLWithPath: folder).absoluteURL.standardized
        self.folder = url.path
        parent = url.deletingLastPathComponent().path
        asideName = ".\(url.lastPathComponent).restoring-"
        try checkEmpty()
    }

    private func checkEmpty() throws(SnapshotError) {
        var status = stat()
        guard lstat(folder, &status) == 0 else {
            guard errno == ENOENT else { throw .system("examine", folder) }
            return
        }
        if status.st_mode & S_IFMT == S_IFLNK {
            let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: folder)) ?? "?"
            throw .link(folder, to: target.hasPrefix("/") ? target : (parent == "/" ? "" : parent) + "/" + target)
        }
        guard status.st_mode & S_IFMT == S_IFDIR,
            (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty == true
        else { throw .notEmpty(folder) }
    }

    /// Has `body` write a snapshot, and puts it in its place. Where anything fails, nothing is left.
    func fill(
        _ body: (any SnapshotSink) throws(SnapshotError) -> SnapshotReport
    ) throws(SnapshotError) -> SnapshotReport {
        do { try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true) } catch {
            throw .system(operation: "make the folder", path: parent, reason: error.localizedDescription)
        }
        PassingFolder.removeLeftovers(in: parent, prefix: asideName) { $0.allSatisfy(\.isNumber) }
        guard let made = PassingFolder(at: aside) else { throw .system("make the folder", aside) }
        let report = try body(FolderSink(aside))
        try check(report.manifest)
        guard syncfs(made.descriptor) == 0 else { throw .system("sync", aside) }
        try putInPlace()
        _ = consume made
        return report
    }

    /// Opens the log as every command will, which also makes what is missing of the folders.
    private func check(_ manifest: SnapshotManifest) throws(SnapshotError) {
        do {
            let log = try EventLog.open(aside, create: true)
            defer { log.close() }
            guard try log.end() == manifest.events else {
                throw SnapshotError.log("the restored log does not end where the snapshot does", isDamage: true)
            }
        } catch {
            throw SnapshotError(error)
        }
    }

    /// An empty folder gives way to the one that is renamed over it; one that is not empty any more does not.
    private func putInPlace() throws(SnapshotError) {
        guard rename(aside, folder) == 0 else {
            switch errno {
            case ENOTEMPTY, EEXIST, ENOTDIR: throw .notEmpty(folder)
            case EBUSY, EXDEV:
                throw .system(
                    operation: "restore into", path: folder,
                    reason: "it is a disk of its own; name a folder on it that does not exist yet")
            default: throw .system("rename \(aside) to", folder)
            }
        }
        try Folders.sync(parent)
    }
}

/// Writes members as files of mode 0600 into a folder that is ours alone.
private final class FolderSink: SnapshotSink {
    private let folder: String
    private var made: Set<String> = []
    private var path = ""
    private var descriptor: Int32 = -1

    init(_ folder: String) { self.folder = folder }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func begin(_ manifest: SnapshotManifest) throws(SnapshotError) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        let free = Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
        guard manifest.bytes <= free else { throw .noRoom(folder, needed: manifest.bytes, free: free) }
    }

    func begin(_ path: String) throws(SnapshotError) {
        let parts = path.split(separator: "/")
        for depth in 1..<max(1, parts.count) {
            let name = parts[..<depth].joined(separator: "/")
            guard made.insert(name).inserted else { continue }
            guard mkdir(folder + "/" + name, 0o700) == 0 || errno == EEXIST else {
                throw .system("make the folder", folder + "/" + name)
            }
        }
        self.path = folder + "/" + path
        descriptor = open(self.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("write", self.path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func end() throws(SnapshotError) {
        defer { descriptor = -1 }
        guard close(descriptor) == 0 else { throw .system("write", path) }
    }
}
