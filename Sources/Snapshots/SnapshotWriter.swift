// Making a snapshot: the manifest, the log up to one end, what stands beside it, the blobs; written aside, synced, renamed.

import EventLog
import Glibc

/// What is going on, and how far it has come: events read, blobs checked, bytes written or read. May throw to stop it.
public typealias SnapshotProgress = (_ step: SnapshotStep, _ done: Int, _ total: Int) throws -> Void

public enum SnapshotStep: Sendable {
    /// The log's events.
    case reading
    /// Blobs.
    case checking
    /// Bytes of the snapshot written.
    case writing
    /// Bytes of the snapshot read.
    case verifying
}

/// Makes snapshots of a daybook, whoever else works with it at the same time.
public struct SnapshotWriter {
    private let log: EventLog
    private let configuration: String?
    private let version: String
    private let time: Timestamp
    private let progress: SnapshotProgress

    /// - Parameters:
    ///   - configuration: the path of daybook.yaml; it is taken along where it exists.
    ///   - version: of the program.
    public init(
        _ log: EventLog, configuration: String?, version: String, time: Timestamp = .now(),
        progress: @escaping SnapshotProgress = { _, _, _ in }
    ) {
        self.log = log
        self.configuration = configuration
        self.version = version
        self.time = time
        self.progress = progress
    }

    /// Writes to a file, mode 0600, that appears under its name when it is whole and on disk.
    ///
    /// - Parameter force: whether a file that is there may be replaced.
    public func write(to path: String, force: Bool = false) throws(SnapshotError) -> SnapshotManifest {
        guard force || access(path, F_OK) != 0 else { throw .exists(path) }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let folder = path.dropLast(name.count)
        let aside = "\(folder).\(name).partial-\(getpid())"
        unlink(aside)
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("write", aside) }
        var isDone = false
        defer {
            close(descriptor)
            if !isDone { unlink(aside) }
        }
        let manifest = try write(to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw .system("sync", aside) }
        guard force || access(path, F_OK) != 0 else { throw .exists(path) }
        guard rename(aside, path) == 0 else { throw .system("rename", aside) }
        isDone = true
        try Folders.sync(folder.isEmpty ? "." : String(folder))
        return manifest
    }

    /// Writes to an open descriptor, which stays open.
    ///
    /// - Parameter path: what errors call it.
    public func write(to descriptor: Int32, path: String) throws(SnapshotError) -> SnapshotManifest {
        do {
            let source = try SnapshotSource(
                log, configuration: configuration, version: version, time: time, progress: progress)
            var copy = try Copy(source, TarWriter(descriptor, path: path, time: time), progress)
            try copy.run()
            return source.manifest
        } catch {
            throw SnapshotError(error)
        }
    }

    /// The second pass: what the first has found is written, and must still be the same.
    private struct Copy {
        let source: SnapshotSource
        let archive: TarWriter
        let progress: SnapshotProgress
        private var done = 0

        init(_ source: SnapshotSource, _ archive: TarWriter, _ progress: @escaping SnapshotProgress) {
            self.source = source
            self.archive = archive
            self.progress = progress
        }

        mutating func run() throws {
            try archive.add(SnapshotMember.manifest, source.manifest.text)
            for part in source.segments { try copy(part) }
            try archive.add(SnapshotMember.end, source.publishedEnd)
            for part in source.others { try copy(part) }
            try copyBlobs()
            try archive.close()
        }

        private mutating func copy(_ part: SnapshotSource.Part) throws {
            guard try copy(part.piece, as: part.path) == part.digest else {
                throw SnapshotError.changed(part.piece.path)
            }
        }

        private mutating func copyBlobs() throws {
            var lines = RunningDigest()
            for blob in source.blobs {
                let path = SnapshotMember.blob(blob.digest, isCompressed: blob.isCompressed)
                guard let file = try source.blobFile(blob), file.size == blob.size else {
                    throw SnapshotError.changed(path)
                }
                lines.update(SumLine.of(try copy(file, as: path), path))
            }
            guard lines.finish() == source.manifest.blobs.digest else { throw SnapshotError.changed("blobs") }
        }

        private mutating func copy(_ piece: FilePiece, as path: String) throws -> Digest {
            var digest = RunningDigest()
            try archive.begin(path, size: piece.size)
            try piece.forEachChunk { bytes in
                digest.update(bytes)
                try archive.write(bytes)
                done += bytes.count
                try progress(.writing, done, source.manifest.bytes)
            }
            return digest.finish()
        }
    }
}

/// What folders need.
enum Folders {
    static func sync(_ folder: String) throws(SnapshotError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("sync", folder) }
    }
}
