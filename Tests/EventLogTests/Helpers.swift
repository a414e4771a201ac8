// Tiny helpers that the tests of the log share: temporary folders, drafts, and damage done to files.

import CanonicalJSON
import Foundation
import Synchronization
import Testing

@testable import EventLog

/// A folder of its own, gone at the end.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "daybook-\(UUID().uuidString)"
        mkdir(path, 0o700)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var data: String { path + "/data" }
}

/// Makes drafts with ids of one run and times a second apart.
struct Drafts {
    let run = RunID.make()
    var number = 0

    mutating func next(
        _ subject: String = "watch/a", type: String = "session.observed", at seconds: Double = 0,
        data: JSON = ["title": "x"]
    ) -> EventDraft {
        number += 1
        return EventDraft(
            type: type, source: "/watches/watch", subject: subject, id: EventID(run: run, number: number),
            time: noon.adding(seconds: seconds), data: data)
    }

    mutating func make(_ count: Int, subjects: Int = 7, size: Int = 0) -> [EventDraft] {
        (0..<count).map { index in
            next(
                "watch/\(index % subjects)",
                data: ["n": JSON(index), "text": .string(String(repeating: "x", count: size))])
        }
    }
}

let noon = Timestamp(millisecondsSinceEpoch: 1_795_262_400_000)

/// Segments are of 64 events, so that a test can fill them, and sealed when a test says so.
let segmentEvents: UInt64 = 64

func openLog(
    _ data: String, create: Bool = true, clock: @escaping @Sendable () -> Timestamp = { noon },
    notices: @escaping @Sendable (LogNotice) -> Void = { _ in }, files: any FileSystem = SystemFileSystem()
) throws -> EventLog {
    try EventLog.open(
        data, create: create, clock: clock, notices: notices, files: files, segmentEvents: segmentEvents,
        foldCount: 500, sealsByItself: false)
}

func openLog(
    _ folder: TemporaryFolder, create: Bool = true, clock: @escaping @Sendable () -> Timestamp = { noon },
    notices: @escaping @Sendable (LogNotice) -> Void = { _ in }
) throws -> EventLog {
    try openLog(folder.data, create: create, clock: clock, notices: notices)
}

extension EventLog {
    func lines(from: UInt64 = 0, to: UInt64? = nil) throws -> [String] {
        var lines: [String] = []
        try forEachBatch(from: from, to: to) { batch in
            batch.forEach { lines.append($0.line.string) }
            return true
        }
        return lines
    }
}

/// A log's files on disk, and what one does to them.
struct LogFiles {
    let folder: TemporaryFolder

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.data + "/log")) ?? []).sorted()
    }
    var segments: [String] { names.filter { $0.hasSuffix(".ndjson.gz") } }
    var torn: [String] { names.filter { $0.hasPrefix("torn-") } }
    /// The newest segment.
    var newest: String { segments.last ?? "" }

    func path(_ name: String) -> String { folder.data + "/log/" + name }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    func size(_ name: String) throws -> Int { try bytes(name).count }

    /// Cuts the newest segment to `size` bytes.
    func cut(to size: Int) throws { try write(Array(try bytes(newest)[..<size]), newest) }

    func flip(_ name: String, at place: Int, bit: UInt8 = 1) throws {
        var all = try bytes(name)
        all[place] ^= bit
        try write(all, name)
    }

    /// Seals all that is due.
    func sealAll(_ log: EventLog) throws {
        while case .sealed = try log.sealNext() {}
    }

    /// What a program answers to a segment's file.
    func run(_ command: [String], on name: String) throws -> (status: Int32, said: [UInt8]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command + [path(name)]
        let out = folder.path + "/out"
        _ = FileManager.default.createFile(atPath: out, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, Array(try Data(contentsOf: URL(fileURLWithPath: out))))
    }

    func append(_ more: [UInt8]) throws { try write(try bytes(newest) + more, newest) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    /// As a crash between the sync and the publishing leaves it, and as if nothing derived had been kept.
    func forgetDerived() throws {
        try? remove("end")
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder.data + "/index.sqlite" + suffix)
        }
    }

    /// The blocks of a segment, as scanned.
    func blocks(_ name: String) throws -> [PlacedBlock] {
        let segment = try #require(Segment.first(inName: name))
        let file = try SystemFileSystem().open(path(name), .read)
        let directory = LogDirectory(data: folder.data, files: SystemFileSystem(), segmentEvents: segmentEvents)
        var scanner = try directory.scanner(file, segment, expected: segment)
        var blocks: [PlacedBlock] = []
        while let step = try scanner.next() { if case .block(let block) = step { blocks.append(block) } }
        return blocks
    }
}

/// Collects what a log tells from its own thread.
final class Notices: Sendable {
    private let all = Mutex<[LogNotice]>([])
    var list: [LogNotice] { all.withLock { $0 } }
    func add(_ notice: LogNotice) { all.withLock { $0.append(notice) } }
}

/// A clock that a test sets.
final class SetClock: Sendable {
    private let time = Mutex(noon)
    func set(_ seconds: Double) { time.withLock { $0 = noon.adding(seconds: seconds) } }
    func now() -> Timestamp { time.withLock { $0 } }
}

func isCorrupt(_ error: any Error) -> Damage? {
    if case .corrupt(let damage)? = error as? LogError { return damage }
    return nil
}
