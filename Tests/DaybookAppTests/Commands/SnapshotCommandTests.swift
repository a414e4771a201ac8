import CanonicalJSON
import DemoSite
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

@Suite("daybook snapshot", .timeLimit(.minutes(5)))
struct SnapshotCommandTests {
    @Test("a restored daybook answers as the first one did, and tells nothing that was told")
    func restoredTellsNothingTwice() async throws {
        let step = Mutex(0)
        try await DemoSite.run(step: { step.withLock { $0 } }) { address in
            let scratch = try Scratch(
                DemoSite.patientConfiguration(for: address)
                    .replacing("screen: { terminal: true }", with: "screen: { file: told.ndjson, format: json }"))
            let other = scratch.path("elsewhere")
            _ = await scratch.daybook("check")
            step.withLock { $0 = 1 }
            _ = await scratch.daybook("check")
            let told = try scratch.read("told.ndjson")
            let root = try #require(try await scratch.daybook("log", "verify", "--json").rows().first?["root"])
            let listed = await scratch.daybook("sessions", "list", "--json")

            let made = await scratch.daybook("snapshot", "create", scratch.path("s.tar"), "--json")
            #expect(try made.status == .done && made.rows().first?["root"] == root, "\(made.errors)")
            let restored = await scratch.daybook("snapshot", "restore", scratch.path("s.tar"), "--data", other)
            #expect(restored.status == .done && restored.output.contains("elsewhere/daybook.yaml"))
            #expect(try await scratch.daybook("log", "verify", "--json", "--data", other).rows().first?["root"] == root)
            #expect(await scratch.daybook("sessions", "list", "--json", "--data", other).output == listed.output)

            #expect(await scratch.daybook("check", "--data", other).status == .done)
            #expect(try scratch.read("told.ndjson") == told)
            step.withLock { $0 = 2 }
            #expect(await scratch.daybook("check", "--data", other).status == .done)
            let more = try scratch.read("told.ndjson")
            #expect(more.hasPrefix(told) && more != told)
        }
    }

    @Test("verify answers no to what is not sound, and names it")
    func verify() async throws {
        let scratch = try Scratch()
        _ = try await scratch.importSessions((1...5).map { observed("a/\($0)", title: "t\($0)") })
        let file = scratch.path("s.tar")
        #expect(await scratch.daybook("snapshot", "create", file).status == .done)
        #expect(await scratch.daybook("snapshot", "create", file).status == .usage)
        #expect(await scratch.daybook("snapshot", "create", file, "--force").status == .done)
        let sound = await scratch.verify(file)
        #expect(sound.status == .done)
        #expect(try sound.rows().first?["ok"] == true)
        var bytes = try Data(contentsOf: URL(filePath: file))
        let place = try #require(bytes.firstRange(of: Data("watches: {}".utf8)))
        bytes[place.lowerBound] ^= 1
        try bytes.write(to: URL(filePath: file))
        let unsound = await scratch.verify(file)
        #expect(unsound.status == .no)
        #expect(try unsound.rows().first?["problems"]?.arrayValue?.first?["member"] == "daybook.yaml")
        let refused = await scratch.daybook("snapshot", "restore", file, "--data", scratch.path("new"))
        #expect(refused.status == .no && !FileManager.default.fileExists(atPath: scratch.path("new")))
        #expect(await scratch.verify(scratch.path("nothing.tar")).status == .world)
        #expect(await scratch.verify(scratch.path("daybook.yaml")).status == .no)
    }

    @Test("kill -9 in the middle of a restore leaves no half of a daybook, and the next one is whole")
    func killed() async throws {
        let scratch = try Scratch()
        _ = try await scratch.importSessions((1...50).map { observed("a/\($0)", title: "t\($0)") })
        try scratch.write("watches: {}\n" + String(repeating: "# a long comment\n", count: 1 << 16), to: "daybook.yaml")
        let file = scratch.path("s.tar")
        #expect(await scratch.daybook("snapshot", "create", file).status == .done)
        let bytes = try Data(contentsOf: URL(filePath: file))
        let child = try Child("snapshot", "restore", "-", "--data", scratch.path("new"))
        // More than a pipe holds: when it is written, most of it has been read, and the restore is in the middle.
        try child.input.write(contentsOf: bytes.prefix(bytes.count / 2))
        let aside = ".new.restoring-\(child.identifier)"
        #expect(FileManager.default.fileExists(atPath: scratch.path(aside + "/log")))
        kill(child.identifier, SIGKILL)
        try child.input.close()
        child.wait()
        #expect(!FileManager.default.fileExists(atPath: scratch.path("new")))
        let restored = await scratch.daybook("snapshot", "restore", file, "--data", scratch.path("new"), "--json")
        #expect(restored.status == .done && !FileManager.default.fileExists(atPath: scratch.path(aside)))
        let verified = await scratch.daybook("log", "verify", "--json", "--data", scratch.path("new"))
        #expect(try verified.rows().first?["root"] == restored.rows().first?["root"])
    }
}

extension Scratch {
    /// `snapshot verify --json`, which needs no daybook.
    fileprivate func verify(_ file: String) async -> Said {
        let recorder = Recorder()
        let console = recorder.console
        let status = await DaybookApplication().run(["snapshot", "verify", file, "--json"], console: console)
        console.flush()
        return Said(status: status, output: recorder.output, errors: recorder.errors)
    }
}

/// The program itself, as a process of its own with its standard input held open.
private final class Child {
    private let process = Process()
    private let pipe = Pipe()

    init(_ arguments: String...) throws {
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "daybook")
        process.arguments = arguments
        process.standardInput = pipe
        try process.run()
    }

    var input: FileHandle { pipe.fileHandleForWriting }
    var identifier: Int32 { process.processIdentifier }

    func wait() { process.waitUntilExit() }
}
