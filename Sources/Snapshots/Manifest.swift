// manifest.json, a snapshot's first member: what the rest is, before the rest comes.

import CanonicalJSON
import EventLog

/// What a snapshot holds (docs/operations.md has the format).
public struct SnapshotManifest: Sendable, Equatable {
    /// A file other than a blob.
    public struct File: Sendable, Equatable {
        public let path: String
        /// In bytes.
        public let size: Int
        public let digest: Digest
    }

    /// All blobs together: their names are the digests of what is in them.
    public struct Blobs: Sendable, Equatable {
        public var count = 0
        /// Of the files as they are kept.
        public var bytes = 0
        /// Of the lines that `sha256sum` prints for the files in their order.
        public var digest = Digest.sha256([])
    }

    /// The version of daybook that made it.
    public var version: String
    /// When it was made.
    public var time: Timestamp
    /// How many events the log has.
    public var events: UInt64
    /// The Merkle root over them (RFC 6962).
    public var root: Digest
    /// In the order in which they follow.
    public var files: [File]
    public var blobs: Blobs
    /// Blobs that events name and that were missing or damaged when the snapshot was made.
    public var absent: [Digest]

    static let format = "daybook-snapshot/1"

    /// Bytes of everything but the manifest and the archive's own.
    public var bytes: Int { files.reduce(blobs.bytes) { $0 + $1.size } }

    /// One line of JSON.
    var text: [UInt8] { json.canonicalBytes + [0x0A] }

    var json: JSON {
        .object(
            JSONObject([
                ("format", .string(Self.format)), ("daybook", .string(version)), ("time", .string(time.description)),
                ("events", JSON(events)), ("root", .string(root.hex)),
                (
                    "files",
                    .array(
                        files.map {
                            .object(
                                JSONObject([
                                    ("path", .string($0.path)), ("size", JSON($0.size)),
                                    ("sha256", .string($0.digest.hex)),
                                ]))
                        })
                ),
                (
                    "blobs",
                    .object(
                        JSONObject([
                            ("count", JSON(blobs.count)), ("bytes", JSON(blobs.bytes)),
                            ("sha256", .string(blobs.digest.hex)),
                        ]))
                ),
                ("absent", .array(absent.map { .string($0.reference) })),
            ]))
    }
}

extension SnapshotManifest {
    /// Why a text is no manifest, as a clause.
    struct Wrong: Error {
        let reason: String
    }

    init(_ bytes: [UInt8]) throws(Wrong) {
        let json: JSON
        do { json = try JSON.parse(bytes.last == 0x0A ? bytes.dropLast() : bytes) } catch {
            throw Wrong(reason: "its manifest is not JSON")
        }
        guard let format = json["format"]?.stringValue, format.hasPrefix("daybook-snapshot/") else {
            throw Wrong(reason: "its manifest names no format")
        }
        guard format == Self.format else {
            throw Wrong(reason: "it is of the format \(format), and this version reads \(Self.format)")
        }
        guard let version = json["daybook"]?.stringValue,
            let time = json["time"]?.stringValue.flatMap({ Timestamp($0) }),
            let events = json["events"]?.intValue.flatMap({ UInt64(exactly: $0) }), let root = json["root"]?.digest,
            let files = json["files"]?.arrayValue, let blobs = json["blobs"], let absent = json["absent"]?.arrayValue
        else { throw Wrong(reason: "its manifest lacks what every manifest has") }
        self.version = version
        self.time = time
        self.events = events
        self.root = root
        self.files = try files.map { (file) throws(Wrong) in try File(file) }
        self.blobs = try Blobs(blobs)
        self.absent = absent.compactMap { $0.stringValue.flatMap { Digest(reference: $0) } }
        try checkFiles()
    }

    /// The segments of so many events, `log/end`, and any of the others, each once and in this order. No other name ever
    /// becomes a path.
    private func checkFiles() throws(Wrong) {
        let due = SnapshotMember.logFiles(events: events)
        let paths = files.map(\.path)
        guard paths.starts(with: due) else {
            throw Wrong(reason: "its manifest does not list the log of so many events")
        }
        var others = SnapshotMember.others.map(\.path)[...]
        for file in files.dropFirst(due.count) {
            guard let place = others.firstIndex(of: file.path) else {
                throw Wrong(reason: "its manifest lists \"\(file.path)\", which has no place in a snapshot")
            }
            others = others[(place + 1)...]
        }
        for file in files {
            guard file.size <= SnapshotMember.sizeMax(file.path) else {
                throw Wrong(reason: "its manifest gives \(file.path) more bytes than such a file may have")
            }
        }
        guard files.reduce(into: blobs.bytes, { $0 = $0.addingClamped($1.size) }) < Int.max else {
            throw Wrong(reason: "its manifest's sizes are impossible")
        }
    }
}

extension SnapshotManifest.File {
    fileprivate init(_ json: JSON) throws(SnapshotManifest.Wrong) {
        guard let path = json["path"]?.stringValue, let size = json["size"]?.intValue, size >= 0,
            let digest = json["sha256"]?.digest
        else { throw SnapshotManifest.Wrong(reason: "its manifest has a file without path, size or sha256") }
        self.init(path: path, size: size, digest: digest)
    }
}

extension SnapshotManifest.Blobs {
    fileprivate init(_ json: JSON) throws(SnapshotManifest.Wrong) {
        guard let count = json["count"]?.intValue, count >= 0, let bytes = json["bytes"]?.intValue, bytes >= 0,
            let digest = json["sha256"]?.digest
        else { throw SnapshotManifest.Wrong(reason: "its manifest does not say how many blobs there are") }
        self.init(count: count, bytes: bytes, digest: digest)
    }
}

extension JSON {
    fileprivate var digest: Digest? { stringValue.flatMap { Digest(hex: $0) } }
}

extension Int {
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}

/// Which members a snapshot may have, and how large they may be.
enum SnapshotMember {
    static let manifest = "manifest.json"
    static let manifestSizeMax = 16 << 20

    /// Beside the log, where they exist: the signed checkpoint, the keys, the configuration.
    static let others: [(path: String, sizeMax: Int)] = [
        ("checkpoint", 64 << 10), ("key", 64 << 10), ("key.pub", 64 << 10), ("daybook.yaml", 4 << 20),
    ]

    static let end = "log/end"

    static func logFiles(events: UInt64) -> [String] {
        LogCut.segmentNames(events: events).map { "log/" + $0 } + [end]
    }

    /// 65,536 lines of 1 MiB, and what blocks add to them.
    private static let segmentSizeMax = 72 << 30

    static func sizeMax(_ path: String) -> Int {
        if path == end { return 12 }
        return others.first { $0.path == path }?.sizeMax ?? segmentSizeMax
    }

    static func blob(_ digest: Digest, isCompressed: Bool) -> String {
        "blobs/\(digest.hex.prefix(2))/\(digest.hex)" + (isCompressed ? ".gz" : "")
    }

    /// The digest in a blob's path, and whether it is gzipped; nil for any other path.
    static func blob(at path: String) -> (digest: Digest, isCompressed: Bool)? {
        let isCompressed = path.hasSuffix(".gz")
        let name = isCompressed ? path.dropLast(3) : path[...]
        guard let digest = Digest(hex: String(name.suffix(64))), blob(digest, isCompressed: isCompressed) == path else {
            return nil
        }
        return (digest, isCompressed)
    }
}
