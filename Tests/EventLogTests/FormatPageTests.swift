// The format page is enough to read a log: `tools/read-log.py` was written from it alone, and must agree with this module.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct FormatPageTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    private struct Outcome {
        var lines: [String]
        var said: String
        var status: Int32
    }

    private func read() throws -> Outcome {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", root.appendingPathComponent("tools/read-log.py").path, folder.data, String(segmentEvents),
        ]
        let out = folder.path + "/out"
        let said = folder.path + "/said"
        for path in [out, said] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(forWritingAtPath: said)
        try process.run()
        process.waitUntilExit()
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: out)), as: UTF8.self)
        return Outcome(
            lines: text.split(separator: "\n").map(String.init),
            said: String(decoding: try Data(contentsOf: URL(fileURLWithPath: said)), as: UTF8.self),
            status: process.terminationStatus)
    }

    private func fill() async throws -> EventLog {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in [3, 30, 1] { try await log.append(drafts.make(count, size: 7_000)) }
        try await log.append([
            drafts.next("a \"quoted\" caf\u{E9}", data: ["t": .string(String(repeating: "long", count: 50_000))])
        ])
        try await log.append(drafts.make(2))
        return log
    }

    @Test("it reads the lines that the log reads")
    func sound() async throws {
        let log = try await fill()
        let outcome = try read()
        #expect(try outcome.lines == log.lines())
        #expect(outcome.status == 0 && outcome.said.isEmpty, "\(outcome.said)")
    }

    @Test("across segments too, with and without the published end")
    func segments() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in [60, 20, 3] { try await log.append(drafts.make(count)) }
        for _ in 0..<2 {
            let outcome = try read()
            #expect(try outcome.lines == log.lines() && outcome.lines.count == 83 && outcome.status == 0)
            try? files.remove("end")
        }
    }

    @Test("sealed segments, and a commit that goes on behind one; it holds the lines against the end member")
    func sealed() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in [60, 20, 48, 3] { try await log.append(drafts.make(count, size: 3_000)) }
        try files.sealAll(log)
        for _ in 0..<2 {
            let outcome = try read()
            #expect(try outcome.lines == log.lines() && outcome.lines.count == 131 && outcome.status == 0)
            #expect(outcome.said.isEmpty, "\(outcome.said)")
            try? files.remove("end")
        }
        let whole = try files.bytes(files.segments[0])
        let file = try SystemFileSystem().open(files.path(files.segments[0]), .read)
        var member = try #require(try log.directory.endMember(of: 0, in: file))
        member.summary.root = .sha256([1])
        try files.write(Array(whole.dropLast(EndMember.size)) + member.bytes, files.segments[0])
        #expect(try read().said.contains("does not stand for its lines"))
    }

    @Test("it finds the torn tail that the log finds, wherever it was cut")
    func torn() async throws {
        try await fill().close()
        try files.remove("end")
        let whole = try files.bytes(files.newest)
        for cut in stride(from: 0, to: whole.count, by: whole.count / 9) {
            try? files.remove("end")
            try files.write(Array(whole[..<cut]), files.newest)
            let verified = try openLog(folder, create: false).verify()
            let outcome = try read()
            #expect(UInt64(outcome.lines.count) == verified.events && outcome.status == 0, "cut at \(cut)")
            #expect(outcome.said.contains("torn tail") == !verified.tornTail.isEmpty, "cut at \(cut)")
        }
    }

    @Test("of a first commit over several segments of which a crash left only a later one, it reads nothing")
    func laterSegmentsAlone() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append(drafts.make(150))
        try files.forgetDerived()
        try files.remove(files.segments[0])
        try files.cut(to: 30)
        let outcome = try read()
        #expect(outcome.lines.isEmpty && outcome.status == 0 && outcome.said.contains("torn tail"), "\(outcome)")
    }

    @Test("it reads around damage and says what is lost")
    func damage() async throws {
        try await fill().close()
        let blocks = try files.blocks(files.newest)
        for block in [blocks[0], blocks[2], blocks[blocks.count - 1]] {
            try files.flip(files.newest, at: block.offset + 60)
            var lost: Set<UInt64> = []
            var lines: [String] = []
            let log = try openLog(folder, create: false)
            try log.forEachBatch(from: 0, onDamage: { lost.formUnion($0.sequences) }) { batch in
                batch.forEach { lines.append($0.line.string) }
                return true
            }
            let outcome = try read()
            #expect(!lost.isEmpty && outcome.lines == lines)
            #expect(outcome.status == 4 && outcome.said.contains("corrupt: \(files.newest) at byte \(block.offset)"))
            try files.flip(files.newest, at: block.offset + 60)
        }
    }
}
