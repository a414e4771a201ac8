// Verifying a snapshot, and restoring one into a folder of its own.

import EventLog
import Glibc

/// Reads one snapshot.
public struct SnapshotReader {
    /// A file, or `-` for standard input.
    private let path: String
    private let progress: SnapshotProgress

    public init(_ path: String, progress: @escaping SnapshotProgress = { _, _, _ in }) {
        self.path = path
        self.progress = progress
    }

    /// Checks everything that can be checked of the file alone.
    ///
    /// - Throws: where the file cannot be read, or is no snapshot; a snapshot that is not sound has `problems`.
    public func verify() throws(SnapshotError) -> SnapshotReport { try walk(into: nil) }

    /// Restores into `folder`, which is missing or empty, and appears whole, checked and on disk, or not at all.
    public func restore(into folder: String) throws(SnapshotError) -> SnapshotManifest {
        let target = try RestoreTarget(folder)
        let report = try target.fill { sink throws(SnapshotError) in
            let report = try walk(into: sink)
            if let problem = report.problems.first { throw .unsound(path, problem) }
            return report
        }
        return report.manifest
    }

    private func walk(into sink: (any SnapshotSink)?) throws(SnapshotError) -> SnapshotReport {
        let isInput = path == "-"
        let descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", path) }
        defer { if !isInput { close(descriptor) } }
        do {
            var walk = try SnapshotWalk(
                descriptor, path: isInput ? "standard input" : path, into: sink, progress: progress)
            return try walk.run()
        } catch {
            throw SnapshotError(error)
        }
    }
}
