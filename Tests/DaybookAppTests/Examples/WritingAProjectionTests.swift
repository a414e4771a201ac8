// docs/writing-a-projection.md, word for word: its Swift is the files beside this one, compiled and run.

import CanonicalJSON
import DemoSite
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

@Suite("docs/writing-a-projection.md", .timeLimit(.minutes(5)))
struct WritingAProjectionTests {
    /// The page's blocks of this language.
    private func blocks(_ language: String) throws -> [String] {
        let url = projectRoot.appending(path: "docs/writing-a-projection.md")
        let page = try String(contentsOf: url, encoding: .utf8)
        return page.components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first.map { $0 + "\n" }
        }
    }

    @Test("shows the code that is compiled here")
    func code() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let files = try ["Speakers.swift", "AskingSpeakers.swift"].map {
            try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
        }
        #expect(try blocks("swift") == files)
        #expect(try blocks("main").first?.contains("DaybookApplication(projections: [Speakers()]).main()") == true)
    }

    @Test("the example keeps its tables, tells its changes, answers both ways, and is rebuilt to the same")
    func example() async throws {
        let step = Mutex(0)
        let reactions = try #require(try blocks("yaml").first)
        let query = try #require(try blocks("sh").first)
        let daybook = DaybookApplication(projections: [Speakers()])
        try await DemoSite.run(step: { step.withLock { $0 } }) { address in
            let demo = DemoSite.patientConfiguration(for: address)
            let watches = try #require(demo.range(of: "\nchannels:")).lowerBound
            let scratch = try Scratch(demo[..<watches] + "\n" + reactions)
            #expect(await scratch.daybook("config", "check", in: daybook).status == .done)
            #expect(await scratch.daybook("check", in: daybook).status == .done)
            #expect(!FileManager.default.fileExists(atPath: scratch.path("speakers.txt")), "a first look is no news")
            // A session of Ruth Adler's comes; later one of Jonas Weiß's goes.
            for next in [3, 6] {
                step.withLock { $0 = next }
                #expect(await scratch.daybook("check", in: daybook).status == .done)
            }
            let told = [
                "speaker.booked: Ruth Adler, DAY-207 of days", "speaker.dropped: Jonas Weiß, DAY-104 of days",
            ]
            #expect(try scratch.read("speakers.txt").split(separator: "\n").map(String.init) == told)
            for _ in 0..<2 {
                #expect(try await sessions(of: "Ruth Adler", data: scratch.path("data")) == ["DAY-203", "DAY-207"])
                #expect(try shell(query, in: scratch.folder) == "DAY-203\nDAY-207\n")
                #expect(await scratch.daybook("rebuild", in: daybook).status == .done)
                #expect(await scratch.daybook("check", in: daybook).status == .done)
            }
            #expect(try scratch.read("speakers.txt").split(separator: "\n").count == 2, "a rebuild tells nothing again")
        }
    }

    @Test("its changes can be named in daybook.yaml by a daybook that has it, and by no other")
    func kinds() async throws {
        let yaml = "watches: { w: { kind: page, fetch: { url: 'http://127.0.0.1:1' } } }\n"
        let scratch = try Scratch(yaml + (try blocks("yaml").first ?? ""))
        let without = await scratch.daybook("config", "check")
        #expect(without.status == .usage && without.errors.contains(#"got "speaker.booked""#))
        let with = DaybookApplication(projections: [Speakers()])
        #expect(await scratch.daybook("config", "check", in: with).status == .done)
        let schema = Recorder()
        let console = schema.console
        #expect(await with.run(["config", "schema"], console: console) == .done)
        console.flush()
        #expect(schema.output.contains("speaker.dropped"))
    }

    private func shell(_ script: String, in folder: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self)
    }
}
