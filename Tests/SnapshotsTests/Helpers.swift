import CanonicalJSON
import EventLog
import Foundation

@testable import Snapshots

/// A folder of its own, gone with the test.
final class Scratch: Sendable {
    let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.path() + "/snapshots-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ name: String) -> String { root + "/" + name }
    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }
    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path(name))) }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
    func names(in name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    func mode(_ name: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int ?? 0
    }

    /// What a program says on standard output, and how it ends.
    func run(_ program: String, _ arguments: String...) throws -> (output: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: root)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }
}

/// A small daybook: events, some of which name blobs.
struct Book {
    let log: EventLog

    init(_ path: String) throws { log = try EventLog.open(path, create: true) }

    /// Appends `count` events in one commit, with evidence of its own for each tenth.
    func append(_ count: Int, name: String = "a") async throws {
        let run = RunID.make()
        var drafts: [EventDraft] = []
        for number in 1...count {
            let evidence =
                number % 10 == 1 ? try log.blobs.put(Book.page("\(name)\(number)\(run)")).digest.reference : nil
            drafts.append(
                EventDraft(
                    type: "item.observed", source: "/watches/\(name)", subject: "\(name)/\(run)-\(number)",
                    id: EventID(run: run, number: number), time: .now(), evidence: evidence,
                    data: ["title": .string("item \(number)")]))
        }
        try await log.append(drafts, isDivisible: true)
    }

    /// Some pages pay to be compressed, and some do not.
    private static func page(_ seed: String) -> [UInt8] {
        Array((seed.utf8.count.isMultiple(of: 2) ? seed : String(repeating: seed + "\n", count: 40)).utf8)
    }

    func snapshot(_ path: String, configuration: String? = nil, force: Bool = false) throws -> SnapshotManifest {
        try SnapshotWriter(log, configuration: configuration, version: "1.2.3").write(to: path, force: force)
    }
}

/// A tar archive put together by hand, member by member, as nobody should.
struct HandmadeTar {
    private(set) var bytes: [UInt8] = []

    mutating func add(
        _ name: String, _ body: [UInt8], size: Int? = nil, type: Character = "0", link: String = ""
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        put(name, at: 0)
        put(octal(0o600, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size ?? body.count, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar\u{0}00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        bytes += header + body + [UInt8](repeating: 0, count: (512 - body.count % 512) % 512)
    }

    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1_024) }
}

extension HandmadeTar {
    /// The members of an archive that a snapshot wrote.
    static func members(of bytes: [UInt8]) -> [(name: String, body: [UInt8])] {
        places(in: bytes).map { ($0.name, Array(bytes[$0.body])) }
    }

    static func places(in bytes: [UInt8]) -> [(name: String, body: Range<Int>)] {
        var places: [(name: String, body: Range<Int>)] = []
        var offset = 0
        while offset + 512 <= bytes.count, bytes[offset] != 0 {
            let name = String(decoding: bytes[offset..<offset + 100].prefix { $0 != 0 }, as: UTF8.self)
            let digits = String(decoding: bytes[offset + 124..<offset + 135], as: UTF8.self)
            let size = Int(digits.trimmingCharacters(in: .whitespaces), radix: 8) ?? 0
            places.append((name, offset + 512..<offset + 512 + size))
            offset += 512 + (size + 511) / 512 * 512
        }
        return places
    }
}
