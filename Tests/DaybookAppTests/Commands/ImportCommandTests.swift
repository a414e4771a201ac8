import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("daybook import", .timeLimit(.minutes(5)))
struct ImportCommandTests {
    private static let configuration = """
        watches:
          congress: { preset: frab-xml, fetch: { url: "https://example.org/schedule.xml" } }
        channels: { notes: { file: ./told.txt } }
        reactors: { tell: { on: [session.*, run.*], to: [notes] } }

        """

    private static func schedule(_ titles: String...) -> String {
        let events = titles.enumerated().map { "<event id='\($0)'><title>\($1)</title></event>" }
        return "<schedule>\(events.joined())</schedule>\n"
    }

    @Test("a history is there to be asked of at any of its moments, and nobody is told of it")
    func history() async throws {
        let scratch = try Scratch(Self.configuration)
        let repository = try scratch.repository([
            ("README.md", "scraped"), ("schedule.xml", Self.schedule("One", "Two")),
            ("schedule.xml", Self.schedule("One", "Zwei")), ("schedule.xml", "broken"),
        ])
        let said = await scratch.daybook("import", "congress", "--git", repository, "--json")
        #expect(said.status == .done && said.errors == "")
        let row = try #require(try said.rows().first)
        #expect(row["runs"] == 3 && row["completed"] == 2 && row["failed"] == 1 && row["left"] == 0)
        #expect(row["firstFailure"]?["time"] == "2017-12-21T16:03:00.000Z")
        #expect(row["path"] == "schedule.xml" && row["from"] == "2017-12-21T16:01:00.000Z")
        let types = try await scratch.daybook("log", "export").lines.map { try JSON.parse($0)["type"]?.stringValue }
        #expect(types.first == "config.applied" && types.count == 7)
        let then = try await scratch.daybook("sessions", "list", "--json", "--as-of", "2017-12-21T16:01:30Z").rows()
        #expect(then.map { $0["fields"]?["title"] } == ["One", "Two"])
        let now = try await scratch.daybook("sessions", "list", "--json").rows()
        #expect(now.map { $0["fields"]?["title"] } == ["One", "Zwei"])
        let again = await scratch.daybook("import", "congress", "--git", repository)
        #expect(again.status == .done && again.output.contains("nothing new in the history of schedule.xml"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("told.txt")))
    }

    @Test(
        "what had been observed by a moment of the past is known since the import, what had been recorded by then is not"
    )
    func observedAndRecorded() async throws {
        let scratch = try Scratch(Self.configuration)
        let repository = try scratch.repository([
            ("schedule.xml", Self.schedule("One")), ("schedule.xml", Self.schedule("Uno", "Two")),
        ])
        #expect(await scratch.daybook("import", "congress", "--git", repository).status == .done)
        let between = "2017-12-21T16:00:30Z"
        func titles(asOf point: String) async throws -> [String?] {
            try await scratch.daybook("sessions", "list", "--json", "--as-of", point).rows()
                .map { $0["fields"]?["title"]?.stringValue }
        }
        #expect(try await titles(asOf: between) == ["One"])
        #expect(try await titles(asOf: "recorded:" + between) == [])
        #expect(try await titles(asOf: "1m ago") == ["Uno", "Two"])
        #expect(try await titles(asOf: "recorded:1h ago") == [])
        #expect(try await titles(asOf: "recorded:0s ago") == ["Uno", "Two"])
        // config.applied, then the first version's item and its run.
        #expect(try await titles(asOf: "2") == ["One"])

        func types(_ command: String..., asOf point: String) async throws -> [JSON?] {
            try await scratch.daybook(command + ["--json", "--as-of", point]).rows().map { $0["type"] }
        }
        #expect(try await types("audit", "congress/0", asOf: between) == ["session.observed"])
        #expect(try await types("audit", "congress", asOf: between) == ["run.completed"])
        #expect(try await types("log", "tail", asOf: between) == ["session.observed", "run.completed"])
        #expect(try await types("log", "tail", "-n", "1", asOf: between) == ["run.completed"])
        #expect(try await scratch.daybook("status", "--json", "--as-of", between).rows().map { $0["items"] } == [1])
        for command in [["audit", "congress/0"], ["log", "tail"]] {
            let said = await scratch.daybook(command + ["--as-of", "recorded:" + between])
            #expect(said.lines.isEmpty)
        }
    }

    @Test("which file is meant is said where there are several, and which is near where it is not there")
    func paths() async throws {
        let scratch = try Scratch(Self.configuration)
        let repository = try scratch.repository([
            ("a.xml", Self.schedule("One")), ("b.xml", Self.schedule("One")), ("b.xml", Self.schedule("Two")),
        ])
        let several = await scratch.daybook("import", "congress", "--git", repository)
        #expect(several.status == .usage)
        #expect(several.errors.contains("several files; name one with --path: b.xml (2 versions), a.xml (1 version)"))
        let near = await scratch.daybook("import", "congress", "--git", repository, "--path", "c.xml")
        #expect(near.status == .usage && near.errors.contains("holds no version of c.xml; did you mean"))
        for outside in ["../b.xml", "/etc/b.xml"] {
            let said = await scratch.daybook("import", "congress", "--git", repository, "--path", outside)
            #expect(said.status == .usage && said.errors.contains("\(outside) is no file in"), "\(said.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("data")), "nothing was written")

        #expect(await scratch.daybook("import", "congress", "--git", repository, "--path", "./b.xml").status == .done)
        let again = await scratch.daybook("import", "congress", "--git", repository, "--path", "x/..//b.xml")
        #expect(again.status == .done && again.output.contains("nothing new in the history of b.xml"))
    }

    @Test("of the versions that could not be understood the first is named with its reason, and where to find all")
    func failures() async throws {
        let scratch = try Scratch(Self.configuration)
        let files = ["broken", Self.schedule("One"), "<schedule><event>"].map { ("schedule.xml", $0) }
        let repository = try scratch.repository(files)
        let said = await scratch.daybook("import", "congress", "--git", repository)
        #expect(said.status == .done && said.lines.count == 2)
        #expect(said.lines.last?.hasPrefix("failed first: 2017-12-21 16:00:00, git:") == true, "\(said.output)")
        #expect(said.output.contains(":schedule.xml: the page is not the XML it should be"))
        #expect(said.output.contains("(all of them: daybook audit congress | grep run.failed)"))
        let audit = await scratch.daybook("audit", "congress").lines.filter { $0.contains("run.failed") }
        #expect(audit.count == 2)
    }

    @Test(
        "which file is meant where one is data and the others are about the repository",
        arguments: [
            (["a.xml"], "a.xml"), (["a.xml", "README.md", "LICENSE", ".gitignore", ".github/x.yml"], "a.xml"),
            (["a.xml", "b.xml"], nil), (["README.md"], nil), ([], nil),
        ] as [([String], String?)])
    func onlyFile(paths: [String], only: String?) { #expect(HistoryFiles.only(paths) == only) }

    @Test("what cannot be is said in a sentence, with 2")
    func refusals() async throws {
        let scratch = try Scratch(Self.configuration)
        let nowhere = await scratch.daybook("import", "congress", "--git", scratch.path("nowhere"))
        #expect(nowhere.status == .usage && nowhere.errors.contains("--git takes a git repository or a bundle"))
        let unknown = await scratch.daybook("import", "congres", "--git", scratch.path("nowhere"))
        #expect(unknown.status == .usage && unknown.errors.contains(#"did you mean "congress"?"#))
        let repository = try scratch.repository([("a.xml", Self.schedule("One"))])
        _ = try await scratch.importSessions([observed("congress/1", title: "Now")])
        let newer = await scratch.daybook("import", "congress", "--git", repository)
        #expect(newer.status == .usage && newer.errors.contains("newer than the history's next version"))
    }
}
