import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("daybook log")
struct LogCommandTests {
    private let threeVersions = [
        observed("x/a", title: "one", at: "2026-11-21T10:00:00Z"),
        observed("x/a", title: "two", at: "2026-11-21T11:00:00Z"),
        observed("x/b", title: "other", at: "2026-11-21T12:00:00Z"),
    ]

    @Test("import acknowledges each commit with its last sequence; stats, tail and show tell what is there")
    func importing() async throws {
        let scratch = try Scratch()
        try scratch.write(threeVersions.joined(separator: "\n"), to: "events.ndjson")
        let said = await scratch.daybook("log", "import", scratch.path("events.ndjson"), "--batch", "2", "--json")
        #expect(said.status == .done && said.lines == [#"{"acknowledged":1}"#, #"{"acknowledged":2}"#])
        let stats = try #require(try await scratch.daybook("log", "stats", "--json").rows().first)
        #expect(stats["events"] == 3 && stats["types"]?["session.observed"] == 3)
        #expect(try await scratch.daybook("log", "tail", "-n", "1", "--json").rows().map { $0["subject"] } == ["x/b"])
        let shown = try #require(try await scratch.daybook("log", "show", "1", "--json").rows().first)
        #expect(shown["revision"] == 2 && shown["data"]?["title"] == "two")
    }

    @Test("a line that is wrong ends the import with its number; what was before it stays")
    func wrongLine() async throws {
        let scratch = try Scratch()
        let said = try await scratch.importSessions([threeVersions[0], "{nonsense", threeVersions[2]])
        #expect(said.status == .usage && said.errors.contains("line 2") && said.errors.contains("1 event before it"))
        #expect(try await scratch.daybook("log", "stats", "--json").rows().first?["events"] == 1)
    }

    @Test("large events are appended in as many commits as they take, whatever the batch")
    func large() async throws {
        let scratch = try Scratch()
        let text = String(repeating: "long ", count: 150_000)
        let said = try await scratch.importSessions((0..<30).map { observed("x/\($0)", title: text) })
        #expect(said.status == .done && said.lines.count == 3, "\(said.errors)")
    }

    @Test("an event that is older than its stream is refused, and says of which")
    func older() async throws {
        let scratch = try Scratch()
        let said = try await scratch.importSessions([threeVersions[1], threeVersions[0]])
        #expect(said.status == .usage && said.errors.contains("x/a"))
    }

    @Test("export and import make a round trip")
    func roundTrip() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions(threeVersions).status == .done)
        let exported = await scratch.daybook("log", "export")
        let other = try Scratch()
        #expect(try await other.importSessions(exported.lines).status == .done)
        let stripped = { (said: Scratch.Said) in
            try said.rows().map { row in
                guard case .object(var members) = row else { return row }
                members["recordedtime"] = nil
                return .object(members)
            }
        }
        #expect(try stripped(await other.daybook("log", "export")) == stripped(exported))
    }

    @Test("verify says that all is well, or where it is not, with exit code 4")
    func verify() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions(threeVersions).status == .done)
        let good = await scratch.daybook("log", "verify", "--json")
        #expect(try good.status == .done && good.rows().first?["ok"] == true)
        let segment = URL(filePath: scratch.path("data/log/00000000000000000000.ndjson.gz"))
        var bytes = try Data(contentsOf: segment)
        bytes[60] ^= 1
        try bytes.write(to: segment)
        let bad = await scratch.daybook("log", "verify", "--json")
        let problem = try #require(try bad.rows().first?["problems"]?.arrayValue?.first)
        #expect(bad.status == .damaged && problem["file"] == "00000000000000000000.ndjson.gz")
        let refused = try await scratch.importSessions([threeVersions[0]])
        #expect(refused.status == .damaged && refused.errors.contains("00000000000000000000.ndjson.gz"))
    }

    @Test("verify reads the blobs that events name, and says which event names one that is missing")
    func evidence() async throws {
        let scratch = try Scratch()
        let line = observed("x/a", title: "one", at: "2026-11-21T10:00:00Z")
        let evidence = String(repeating: "ab", count: 32)
        #expect(
            try await scratch.importSessions([
                #"{"evidence":"sha256:\#(evidence)","# + line.dropFirst()
            ]).status == .done)
        let said = await scratch.daybook("log", "verify", "--json")
        let problem = try #require(try said.rows().first?["problems"]?.arrayValue?.first)
        #expect(said.status == .damaged && problem["file"] == .string("blobs/ab/\(evidence)"))
        #expect(problem["what"] == "a blob that event 0 names is not there")
    }

    @Test("a checkpoint is printed and kept, and verify holds the log against it")
    func checkpoint() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions(threeVersions).status == .done)
        let note = await scratch.daybook("log", "checkpoint")
        #expect(
            note.status == .done && note.lines.count == 4 && note.lines[1] == "3"
                && note.lines[3].hasPrefix("\u{2014} daybook/"))
        #expect(try String(contentsOfFile: scratch.path("data/checkpoint"), encoding: .utf8).hasPrefix(note.lines[0]))
        let row = try #require(try await scratch.daybook("log", "checkpoint", "--json").rows().first)
        let verified = try #require(try await scratch.daybook("log", "verify", "--json").rows().first)
        #expect(row["size"] == 3 && row["root"] == verified["root"] && verified["checkpoint"] == 3)
        try Data("rubbish".utf8).write(to: URL(filePath: scratch.path("data/checkpoint")))
        let said = await scratch.daybook("log", "verify")
        #expect(said.status == .damaged && said.output.contains("it is not a signed checkpoint"))
        #expect(await scratch.daybook("log", "checkpoint").status == .damaged)
    }

    @Test("prove prints the hashes that lead to the root, and for people what they mean")
    func prove() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions(threeVersions).status == .done)
        let verified = try #require(try await scratch.daybook("log", "verify", "--json").rows().first)
        let proof = try #require(try await scratch.daybook("log", "prove", "1", "--json").rows().first)
        #expect(proof["sequence"] == 1 && proof["size"] == 3 && proof["root"] == verified["root"])
        #expect(proof["leaf"]?.stringValue?.utf8.count == 64 && proof["path"]?.arrayValue?.count == 2)
        let growth = try #require(try await scratch.daybook("log", "prove", "--from", "2", "--json").rows().first)
        #expect(growth["from"] == 2 && growth["size"] == 3 && growth["root"] == verified["root"])
        let earlier = try #require(
            try await scratch.daybook("log", "prove", "0", "--size", "2", "--json").rows().first)
        #expect(earlier["root"] == growth["fromRoot"] && growth["path"]?.arrayValue?.count == 1)
        let text = await scratch.daybook("log", "prove", "1")
        #expect(text.output.contains("Event 1 is one of the 3 events") && text.output.contains("RFC 9162"))
        #expect(await scratch.daybook("log", "prove", "--from", "2").output.contains("is the beginning of"))
    }

    @Test(
        "what cannot be proved is refused in one sentence",
        arguments: [
            (["3"], DaybookApp.ExitStatus.no, "not among the first 3"), (["1", "--size", "9"], .no, "has 3 events"),
            (["--from", "4"], .no, "cannot continue one of 4"), (["--from", "0"], .no, "every log continues"),
            ([], .usage, "--from"), (["1", "--from", "1"], .usage, "--from"),
        ])
    func notProved(arguments: [String], status: DaybookApp.ExitStatus, part: String) async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions(threeVersions).status == .done)
        let recorder = Recorder()
        let ended = await DaybookApplication().run(
            ["log", "prove"] + arguments + ["--config", scratch.path("daybook.yaml")], console: recorder.console)
        #expect(ended == status && recorder.errors.contains(part), "\(recorder.errors)")
    }

    @Test(
        "what is not there is said in one sentence",
        arguments: [
            (["log", "show", "17"], DaybookApp.ExitStatus.no, "the log ends with 2"),
            (["audit", "x/c"], .no, #"about "x/c""#),
            (["sessions", "show", "zzz"], .no, #"no session "zzz""#),
            (["sessions", "list", "--as-of", "whenever"], .usage, "whenever"),
            (["rebuild", "sesions"], .usage, #"no projection "sesions""#), (["deliveries", "show", "zzz"], .no, "zzz"),
        ])
    func nothing(arguments: [String], status: DaybookApp.ExitStatus, part: String) async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions(threeVersions).status == .done)
        let recorder = Recorder()
        let ended = await DaybookApplication().run(
            arguments + ["--config", scratch.path("daybook.yaml")], console: recorder.console)
        #expect(ended == status && recorder.errors.contains(part))
        #expect(recorder.errors.split(separator: "\n").count == 1)
    }
}
