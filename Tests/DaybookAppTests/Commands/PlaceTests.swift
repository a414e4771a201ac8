import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("Where a daybook is")
struct PlaceTests {
    @Test("init writes a configuration that is right and an empty log, and never writes over one")
    func initialise() async throws {
        let scratch = try Scratch()
        try FileManager.default.removeItem(atPath: scratch.path("daybook.yaml"))
        #expect(await scratch.daybook("init").status == .done)
        #expect(await scratch.daybook("config", "check").status == .done)
        #expect(try await scratch.daybook("log", "stats", "--json").rows().first?["events"] == 0)
        try scratch.write("watches: {}\n", to: "daybook.yaml")
        #expect(await scratch.daybook("init").status == .done)
        #expect(try scratch.read("daybook.yaml") == "watches: {}\n")
    }

    @Test("a folder that holds something else is left alone", arguments: [["init"], ["check"]])
    func foreign(arguments: [String]) async throws {
        let scratch = try Scratch("data: ./photos\nwatches: {}\n")
        try FileManager.default.createDirectory(atPath: scratch.path("photos"), withIntermediateDirectories: false)
        try scratch.write("a picture", to: "photos/beach.jpg")
        let said = await scratch.daybook(arguments[0])
        #expect(said.status == .usage && said.errors.contains("photos") && said.errors.contains("choose"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("photos")) == ["beach.jpg"])
    }

    @Test("a data folder that cannot be made is the world's fault and is named")
    func unwritable() async throws {
        let scratch = try Scratch("data: ./file/data\nwatches: {}\n")
        try scratch.write("not a folder", to: "file")
        let said = await scratch.daybook("check")
        #expect(said.status == .world && said.errors.contains("/file"))
    }

    @Test("no daybook yet, no configuration yet: both say how to begin")
    func missing() async throws {
        let scratch = try Scratch()
        let noData = await scratch.daybook("sessions", "list")
        #expect(noData.status == .usage && noData.errors.contains("daybook check"))
        try FileManager.default.removeItem(atPath: scratch.path("daybook.yaml"))
        let noFile = await scratch.daybook("check")
        #expect(noFile.status == .usage && noFile.errors.contains("daybook init"))
    }

    @Test("a question needs only the data folder, not a right configuration")
    func brokenConfiguration() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions([observed("x/a", title: "one")]).status == .done)
        try scratch.write("watches:\n  talks: { kind: sessions, evry: 1m }\n", to: "daybook.yaml")
        #expect(await scratch.daybook("sessions", "list").status == .done)
        let check = await scratch.daybook("check")
        #expect(check.status == .usage && check.errors.contains("daybook.yaml:2") && check.errors.contains("every"))
    }

    @Test(
        "a command that is written wrong is answered with the nearest one",
        arguments: [
            (["stauts"], "daybook status"), (["log", "verfy"], "daybook log verify"),
            (["seach", "x"], "daybook search"),
            (["status", "--nonsense"], nil), (["log", "verify", "x"], nil), (["qqqqqq"], nil),
        ] as [([String], String?)])
    func meant(arguments: [String], command: String?) async {
        let recorder = Recorder()
        let console = recorder.console
        #expect(await DaybookApplication().run(arguments, console: console) == .usage)
        console.flush()
        let hint = recorder.errors.split(separator: "\n").last { $0.hasPrefix("Did you mean 'daybook") }
        #expect(hint == command.map { "Did you mean '\($0)'?" })
    }

    @Test(
        "wrong usage ends with 2 and help with 0",
        arguments: [
            (["--nonsense"], DaybookApp.ExitStatus.usage), (["log", "import"], .usage),
            (["log", "import", "-", "--batch", "0"], .usage),
            (["--help"], .done), (["sessions", "list", "--help"], .done), (["--version"], .done),
        ])
    func usage(arguments: [String], status: DaybookApp.ExitStatus) async {
        #expect(await DaybookApplication().run(arguments, console: Recorder().console) == status)
    }
}
