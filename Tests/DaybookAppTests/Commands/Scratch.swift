import CanonicalJSON
import Foundation

@testable import DaybookApp

/// A folder of its own with a daybook.yaml, in which commands run as a user would run them.
final class Scratch: Sendable {
    let folder: String

    init(_ configuration: String = "watches: {}\n") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "commands-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(configuration, to: "daybook.yaml")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    struct Said {
        let status: DaybookApp.ExitStatus
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        func rows() throws -> [JSON] { try lines.map { try JSON.parse($0) } }
    }

    func path(_ name: String) -> String { folder + "/" + name }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// Runs `daybook ARGUMENTS --config FOLDER/daybook.yaml`; with a width, on a terminal.
    func daybook(_ arguments: String..., in application: DaybookApplication = DaybookApplication()) async -> Said {
        await daybook(arguments, in: application)
    }

    func daybook(
        _ arguments: [String], width: Int? = nil, in application: DaybookApplication = DaybookApplication()
    ) async -> Said {
        let recorder = width.map { Recorder(isTerminal: true, width: $0) } ?? Recorder()
        let console = recorder.console
        let status = await application.run(arguments + ["--config", path("daybook.yaml")], console: console)
        console.flush()
        return Said(status: status, output: recorder.output, errors: recorder.errors)
    }

    /// Imports one session for each number, as an import of its own each, so that their revisions go up.
    func importSessions(_ lines: [String], isTrusted: Bool = false) async throws -> Said {
        try write(lines.joined(separator: "\n") + "\n", to: "events.ndjson")
        let trust = isTrusted ? ["--trusted"] : []
        return await daybook(["log", "import", path("events.ndjson"), "--json"] + trust)
    }
}

/// A line for `log import`.
func observed(_ subject: String, title: String, at time: String = "2026-11-21T10:00:00Z") -> String {
    #"{"type":"session.observed","subject":"\#(subject)","time":"\#(time)","data":{"title":"\#(title)"}}"#
}
