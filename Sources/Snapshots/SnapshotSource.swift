// What goes into a snapshot, found out before the first byte of it is written.

import EventLog
import Observations

/// A daybook at one moment: what is in its log, and the files beside it.
struct SnapshotSource {
    struct Part {
        let path: String
        let piece: FilePiece
        let digest: Digest
    }

    struct KeptBlob {
        let digest: Digest
        let isCompressed: Bool
        let size: Int
    }

    let manifest: SnapshotManifest
    /// The segments, then what stands beside the log.
    let segments: [Part]
    let publishedEnd: [UInt8]
    let others: [Part]
    /// In the order of their digests.
    let blobs: [KeptBlob]
    private let log: EventLog

    /// - Parameter configuration: the path of daybook.yaml.
    init(
        _ log: EventLog, configuration: String?, version: String, time: Timestamp, progress: SnapshotProgress
    ) throws {
        self.log = log
        // Before the log, which has to continue the checkpoint.
        others = try Self.others(in: log.dataDirectory, configuration: configuration)
        // The end before the blobs: every blob that an event before it names was on disk before that event was.
        let cut = try log.cut()
        let scan = try Scan(log, upTo: cut.end, progress)
        segments = try zip(LogCut.segmentNames(events: cut.end), cut.segments).map { name, piece in
            try Part("log/" + name, piece)
        }
        publishedEnd = cut.publishedEnd
        var blobs = SnapshotManifest.Blobs()
        var absent: [Digest] = []
        self.blobs = try Self.blobs(scan.named, in: log, &blobs, &absent, progress)
        let end = SnapshotManifest.File(
            path: SnapshotMember.end, size: publishedEnd.count, digest: Digest.sha256(publishedEnd))
        manifest = SnapshotManifest(
            version: version, time: time, events: cut.end, root: scan.root,
            files: segments.map(\.file) + [end] + others.map(\.file), blobs: blobs, absent: absent)
    }

    /// Nil where it is gone by now.
    func blobFile(_ blob: KeptBlob) throws(LogError) -> FilePiece? { try log.blobs.stored(blob.digest)?.file }

    private static func others(in dataDirectory: String, configuration: String?) throws -> [Part] {
        try SnapshotMember.others.compactMap { path, sizeMax in
            let isConfiguration = path == "daybook.yaml"
            guard let place = isConfiguration ? configuration : dataDirectory + "/" + path,
                let piece = try FilePiece.open(place)
            else { return nil }
            guard piece.size <= sizeMax else {
                throw SnapshotError.system(
                    operation: "take", path: place, reason: "it is larger than \(sizeMax) bytes")
            }
            return try Part(path, piece)
        }
    }

    /// Those that are there and sound; what is not is named, and no reason to have no snapshot at all.
    private static func blobs(
        _ named: [Digest], in log: EventLog, _ summary: inout SnapshotManifest.Blobs, _ absent: inout [Digest],
        _ progress: SnapshotProgress
    ) throws -> [KeptBlob] {
        var kept: [KeptBlob] = []
        var lines = RunningDigest()
        for (index, digest) in named.enumerated() {
            try progress(.checking, index, named.count)
            guard let (file, isCompressed) = try log.blobs.stored(digest) else {
                absent.append(digest)
                continue
            }
            let check = BlobCheck(digest, isCompressed: isCompressed)
            var stored = RunningDigest()
            try file.forEachChunk { bytes in
                check.take(bytes)
                stored.update(bytes)
            }
            guard check.isSound else {
                absent.append(digest)
                continue
            }
            kept.append(KeptBlob(digest: digest, isCompressed: isCompressed, size: file.size))
            summary.count += 1
            summary.bytes += file.size
            lines.update(SumLine.of(stored.finish(), SnapshotMember.blob(digest, isCompressed: isCompressed)))
        }
        summary.digest = lines.finish()
        return kept
    }
}

/// A line as `sha256sum` prints it.
enum SumLine {
    static func of(_ digest: Digest, _ path: String) -> String { "\(digest.hex)  \(path)\n" }
}

extension SnapshotSource.Part {
    fileprivate init(_ path: String, _ piece: FilePiece) throws {
        var digest = RunningDigest()
        try piece.forEachChunk { digest.update($0) }
        self.init(path: path, piece: piece, digest: digest.finish())
    }

    fileprivate var file: SnapshotManifest.File {
        SnapshotManifest.File(path: path, size: piece.size, digest: digest)
    }
}

/// One pass over the log: its root, and the blobs that it names, sorted. Some 64 bytes of memory for each of these.
private struct Scan {
    let root: Digest
    let named: [Digest]

    private struct Batch: Sendable {
        var leaves: [Digest] = []
        var named: [Digest] = []

        init(_ batch: EventBatch) {
            leaves.reserveCapacity(batch.count)
            batch.forEach { event in
                leaves.append(MerkleTree.leaf(event.line.raw))
                named += NamedBlobs.of(event)
            }
        }
    }

    init(_ log: EventLog, upTo end: UInt64, _ progress: SnapshotProgress) throws {
        var tree = MerkleTree()
        var named: Set<Digest> = []
        try log.forEachBatch(before: end, transform: Batch.init) { batch, work in
            for leaf in work.leaves { tree.append(leaf: leaf) }
            named.formUnion(work.named)
            try progress(.reading, Int(batch.end), Int(end))
        }
        root = tree.root
        self.named = named.sorted()
    }
}
