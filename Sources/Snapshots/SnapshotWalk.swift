// Reading a snapshot once, from its first byte to its last, and checking everything in it on the way: what `verify` and
// `restore` have in common.

import EventLog
import Observations

/// What a snapshot turned out to hold.
public struct SnapshotReport: Sendable {
    public let manifest: SnapshotManifest
    public internal(set) var problems: [SnapshotProblem] = []

    public var isSound: Bool { problems.isEmpty }
}

/// Where members go while they are read.
protocol SnapshotSink {
    /// The manifest is known, and nothing has been written yet.
    func begin(_ manifest: SnapshotManifest) throws(SnapshotError)
    /// A member begins; its path is one of those that a snapshot may have.
    func begin(_ path: String) throws(SnapshotError)
    func write(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError)
    func end() throws(SnapshotError)
}

/// The members in the one order that they may have: the manifest, the files that it lists, the blobs by their digests. So a
/// member that is missing, doubled or strange shows by itself.
struct SnapshotWalk {
    private let reader: TarReader
    private let path: String
    private let sink: (any SnapshotSink)?
    private let progress: SnapshotProgress
    private var done = 0
    private var report: SnapshotReport
    private var names = NameList()

    private static let problemsMax = 100

    init(
        _ descriptor: Int32, path: String, into sink: (any SnapshotSink)?, progress: @escaping SnapshotProgress
    ) throws {
        reader = try TarReader(descriptor, path: path)
        self.path = path
        self.sink = sink
        self.progress = progress
        report = SnapshotReport(manifest: try Self.manifest(reader, path))
    }

    private static func manifest(_ reader: TarReader, _ path: String) throws -> SnapshotManifest {
        guard let first = try reader.next(), first.path == SnapshotMember.manifest else {
            throw SnapshotError.foreign(path, reason: "its first member is not \(SnapshotMember.manifest)")
        }
        guard first.size <= SnapshotMember.manifestSizeMax else {
            throw SnapshotError.foreign(
                path, reason: "its manifest is larger than \(SnapshotMember.manifestSizeMax) bytes")
        }
        var bytes: [UInt8] = []
        try reader.forEachChunk { bytes += $0 }
        do { return try SnapshotManifest(bytes) } catch {
            throw SnapshotError.foreign(path, reason: error.reason)
        }
    }

    /// - Throws: where the archive itself is not one that a snapshot can be; what is wrong within it is in the report.
    mutating func run() throws -> SnapshotReport {
        try sink?.begin(report.manifest)
        let names = names
        var log = StreamedCheck { names.add($0) }
        let segments = SnapshotMember.logFiles(events: report.manifest.events).count - 1
        for (index, file) in report.manifest.files.enumerated() {
            guard let member = try reader.next() else {
                note(file.path, "it is missing, and all that follows it")
                return report
            }
            try expect(member, file.path, size: file.size)
            if index < segments {
                log.begin(String(file.path.dropFirst("log/".count)))
                try take(file) { log.take($0) }
                log.endSegment(
                    at: min(UInt64(index + 1) << 16, report.manifest.events), isLast: index == segments - 1)
            } else if file.path == SnapshotMember.end {
                var bytes: [UInt8] = []
                try take(file) { bytes += $0 }
                if bytes != LogCut.publishedEnd(of: report.manifest.events) {
                    note(file.path, "it does not say \(report.manifest.events) events")
                }
            } else {
                try take(file) { _ in }
            }
        }
        judge(log)
        try takeBlobs()
        return report
    }

    private mutating func judge(_ log: StreamedCheck) {
        for damage in log.problems { note("log/" + damage.file, "\(damage)") }
        guard let root = log.root, root != report.manifest.root else { return }
        note(SnapshotMember.manifest, "its root is \(report.manifest.root.hex), and the log's is \(root.hex)")
    }

    private func expect(_ member: TarReader.Member, _ due: String, size: Int) throws {
        guard member.path == due else {
            throw SnapshotError.foreign(path, reason: "it has \"\(member.path)\" where \(due) is due")
        }
        guard member.size == size else {
            throw SnapshotError.foreign(
                path, reason: "\(due) has \(member.size) bytes where its manifest says \(size)")
        }
    }

    private mutating func take(
        _ file: SnapshotManifest.File, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws {
        if try pass(file.path, body) != file.digest {
            note(file.path, "its bytes do not have the digest in the manifest")
        }
    }

    /// Reads the current member; the digest of its bytes.
    private mutating func pass(_ name: String, _ body: (UnsafeRawBufferPointer) -> Void) throws -> Digest {
        var digest = RunningDigest()
        try sink?.begin(name)
        try reader.forEachChunk { bytes in
            digest.update(bytes)
            body(bytes)
            try sink?.write(bytes)
            done += bytes.count
            try progress(.verifying, done, report.manifest.bytes)
        }
        try sink?.end()
        return digest.finish()
    }

    private mutating func note(_ member: String, _ what: String) {
        guard report.problems.count < Self.problemsMax else { return }
        report.problems.append(SnapshotProblem(member: member, what: what))
    }
}

extension SnapshotWalk {
    private mutating func takeBlobs() throws {
        var found = SnapshotManifest.Blobs()
        var lines = RunningDigest()
        var last: Digest?
        while let member = try reader.next() {
            guard let (digest, isCompressed) = SnapshotMember.blob(at: member.path) else {
                throw SnapshotError.foreign(path, reason: "it has \"\(member.path)\", which has no place in a snapshot")
            }
            guard last.map({ $0 < digest }) ?? true else {
                throw SnapshotError.foreign(path, reason: "its blob \(digest.hex) stands out of order, or twice")
            }
            last = digest
            found.count += 1
            found.bytes += member.size
            guard found.count <= report.manifest.blobs.count, found.bytes <= report.manifest.blobs.bytes else {
                throw SnapshotError.foreign(path, reason: "it has more blobs than its manifest says")
            }
            let check = BlobCheck(digest, isCompressed: isCompressed)
            lines.update(SumLine.of(try pass(member.path) { check.take($0) }, member.path))
            if !check.isSound { note(member.path, "its bytes do not have the digest that it is named by") }
            names.remove(digest)
        }
        found.digest = lines.finish()
        if found != report.manifest.blobs {
            note(
                SnapshotMember.manifest,
                "its \(report.manifest.blobs.count) blobs are not the \(found.count) that are there")
        }
        judgeMissing()
    }

    private mutating func judgeMissing() {
        for digest in report.manifest.absent { names.remove(digest) }
        for (digest, sequence) in names.rest(Self.problemsMax) {
            note(
                SnapshotMember.blob(digest, isCompressed: false),
                "it is missing, and event \(sequence) names it")
        }
    }
}

/// The blobs that the log names and that have not come by yet, each with the first event that names it.
private final class NameList {
    private var first: [Digest: UInt64] = [:]

    func add(_ event: EventView) {
        for digest in NamedBlobs.of(event) where first[digest] == nil { first[digest] = event.sequence }
    }

    func remove(_ digest: Digest) { first[digest] = nil }

    func rest(_ count: Int) -> [(Digest, UInt64)] {
        first.sorted { $0.value < $1.value }.prefix(count).map { ($0.key, $0.value) }
    }
}
