// What fuzzing started from and what it ever found: the readers keep their promises for each, whatever is changed in them.

import Foundation
import Testing

@testable import Fuzzing

@Suite("Seeds and kept cases of tools/fuzz", .timeLimit(.minutes(5)))
struct KeptCasesTests {
    private static let fuzzers = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "tools/fuzzers")

    private static func files(_ kind: String, _ target: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: fuzzers.appending(path: "\(kind)/\(target)"), includingPropertiesForKeys: nil
        ).filter { !$0.lastPathComponent.hasPrefix(".") }
    }

    @Test("every property holds", arguments: ["seeds", "cases"], FuzzTarget.all.map(\.name))
    func hold(kind: String, name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let files = try Self.files(kind, name)
        #expect(kind == "cases" || !files.isEmpty)
        for file in files {
            let bytes = try Data(contentsOf: file)
            do { try bytes.withUnsafeBytes(target.check) } catch {
                Issue.record("\(kind)/\(name)/\(file.lastPathComponent): \(error)")
            }
        }
    }

    @Test("each is a program in tools/fuzzers", arguments: FuzzTarget.all.map(\.name))
    func program(name: String) {
        #expect(FileManager.default.isExecutableFile(atPath: Self.fuzzers.appending(path: name).path()))
    }

    @Test("no bytes at all, or any one byte, are taken like any others")
    func least() throws {
        for target in FuzzTarget.all {
            try [].withUnsafeBytes(target.check)
            for byte in UInt8.min...UInt8.max { try [byte].withUnsafeBytes(target.check) }
        }
    }
}

@Suite("Inputs of the block fuzzer")
struct SegmentInputTests {
    @Test("a checksum that is wrong is mended, and nothing else")
    func mended() throws {
        let whole = "sequence\n".utf8.map { $0 }
        let recipe = [0, 255, 0, 1, 0, 0, 0] + whole
        let made = recipe.withUnsafeBytes { SegmentInput.segments(from: $0) }
        var damaged = try #require(made.first)
        let sound = damaged
        for place in [43, sound.count - 8, sound.count - 4] { damaged[place] ^= 1 }
        #expect(made.count == 1)
        #expect(damaged.withUnsafeBytes { SegmentInput.segments(from: $0) } == [damaged, sound])
        #expect(sound.withUnsafeBytes { SegmentInput.segments(from: $0) } == [sound])
    }
}
