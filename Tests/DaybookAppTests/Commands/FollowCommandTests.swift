import CanonicalJSON
import EventLog
import Foundation
import Projections
import Testing

@testable import DaybookApp

/// `daybook follow` under way, until it is told to stop.
private final class Following: Sendable {
    private let recorder = Recorder()
    private let task: Task<DaybookApp.ExitStatus, Never>

    init(_ scratch: Scratch, _ arguments: String..., isReaderGone: @escaping @Sendable () -> Bool = { false }) {
        let all = ["follow"] + arguments + ["--config", scratch.path("daybook.yaml")]
        let recorder = recorder
        task = Task {
            let console = Console(
                isReaderGone: isReaderGone, output: { recorder.add($0) }, errors: { recorder.add(error: $0) })
            let status = await DaybookApplication().run(all, console: console)
            console.flush()
            return status
        }
    }

    var lines: [String] { recorder.lines }
    var errors: String { recorder.errors }

    /// When it has said so many lines.
    func lines(_ count: Int) async throws -> [String] {
        while recorder.lines.count < count { try await pause() }
        return recorder.lines
    }

    func stop() async -> DaybookApp.ExitStatus {
        task.cancel()
        return await task.value
    }

    func ended() async -> DaybookApp.ExitStatus { await task.value }
}

@Suite("daybook follow", .timeLimit(.minutes(5)))
struct FollowCommandTests {
    private func sequences(_ lines: [String]) throws -> [Int] {
        try lines.map { Int(try JSON.parse($0)["sequence"]?.stringValue ?? "") ?? -1 }
    }

    private func filled() async throws -> Scratch {
        let scratch = try Scratch()
        _ = try await scratch.importSessions([
            observed("re/1", title: "One"), observed("other/1", title: "Else"), observed("re/1", title: "Uno"),
            #"{"type":"run.failed","subject":"re","data":{"error":"it is down"}}"#, observed("re/2", title: "Two"),
        ])
        return scratch
    }

    @Test("up to now, it shows the changes that there have been, each with its place")
    func untilNow() async throws {
        let scratch = try await filled()
        let said = await scratch.daybook("follow", "--until-now", "--json")
        #expect(said.status == .done)
        let rows = try said.rows()
        #expect(
            rows.map { $0["kind"] } == [
                "session.added", "session.added", "session.updated", "run.failed", "session.added",
            ])
        #expect(try sequences(said.lines) == [0, 1, 2, 3, 4])
        #expect(rows[2]["changes"] == [["field": "title", "new": "Uno", "old": "One"]])
        let text = await scratch.daybook("follow", "--no-wait", "--from", "2")
        #expect(text.lines.count == 3)
        #expect(text.lines[0].hasPrefix("      2  2026-11-21 10:00:00  (import) re/1 “Uno” changed: title One -> Uno"))
    }

    @Test(
        "begins where one says, and leaves out what is not wanted",
        arguments: [
            (["--from", "3"], [3, 4]), (["--after", "3"], [4]), (["--after", "00000000000000000003"], [4]),
            (["--from", "5"], []), (["--from", "1h ago"], [0, 1, 2, 3, 4]), (["--from", "recorded:0s ago"], []),
            (["--on", "session.added"], [0, 1, 4]), (["--on", "run.*", "session.updated"], [2, 3]),
            (["--watch", "other"], [1]), (["--watch", "re", "--on", "session.*"], [0, 2, 4]),
            (["--origin", "live"], []),
            (["--origin", "import", "first-look", "--from", "2"], [2, 3, 4]), (["--where", ".version == 2"], [2]),
            (["--events", "--on", "run.failed"], [3]), (["--events", "--where", ".data.title == \"Two\""], [4]),
            (["--events", "--watch", "re", "--from", "1"], [2, 3, 4]), (["--on", "none"], []),
        ])
    func chosen(arguments: [String], expected: [Int]) async throws {
        let scratch = try await filled()
        let said = await scratch.daybook(["follow", "--until-now", "--json"] + arguments)
        #expect(said.status == .done, "\(said.errors)")
        #expect(try sequences(said.lines) == expected)
    }

    @Test(
        "what cannot be is refused with a sentence, and with 2",
        arguments: [
            (["--from", "99"], "the log ends with event 4"),
            (["--after", "18446744073709551615"], "the log ends with event 4"),
            (["--from", "soon"], "--from: \"soon\" is not a point"),
            (["--from", "1", "--after", "1"], "--from or --after"),
            (["--watch", "othr"], "did you mean \"other\"?"), (["--where", ".a ="], "--where: the jq program"),
            (["--where", ".key | error"], "--where: the jq program"), (["--events", "--origin", "live"], "--origin"),
        ])
    func refused(arguments: [String], sentence: String) async throws {
        let scratch = try await filled()
        let said = await scratch.daybook(["follow", "--until-now"] + arguments)
        #expect(said.status == .usage && said.errors.contains(sentence), "\(said.errors)")
    }

    @Test("shows what comes, whoever appends it, and ends with 0 when it is stopped")
    func live() async throws {
        let scratch = try await filled()
        let changes = Following(scratch, "--from", "4", "--json")
        let events = Following(scratch, "--events", "--after", "4", "--json")
        #expect(try sequences(try await changes.lines(1)) == [4])
        // A log of its own, as another process has it.
        let log = try EventLog.open(scratch.path("data"), create: false)
        for title in ["Zwei", "Deux"] {
            try await log.append([
                EventDraft(
                    type: "session.observed", source: "/watches/re", subject: "re/2",
                    id: EventID(run: .make(), number: 1), time: .now(),
                    data: ["title": .string(title)])
            ])
        }
        log.close()
        #expect(try sequences(try await changes.lines(3)) == [4, 5, 6])
        #expect(try sequences(try await events.lines(2)) == [5, 6])
        #expect(await changes.stop() == .done && changes.errors == "")
        #expect(await events.stop() == .done && events.errors == "")
    }

    @Test("ends with 0 when nobody reads any more")
    func closedPipe() async throws {
        let scratch = try await filled()
        let following = Following(scratch, isReaderGone: { true })
        #expect(await following.ended() == .done && following.errors == "")
    }

    @Test("each change once and in order, while everything is rebuilt again and again")
    func rebuilt() async throws {
        let scratch = try await filled()
        let following = Following(scratch, "--from", "0", "--json")
        for round in 0..<12 {
            async let rebuilt = scratch.daybook("rebuild")
            _ = try await scratch.importSessions([observed("re/\(round % 3)", title: "Round \(round)")])
            #expect(await rebuilt.status == .done)
        }
        #expect(try sequences(try await following.lines(17)) == Array(0..<17))
        #expect(await following.stop() == .done)
        #expect(following.lines.count == 17)
    }

    @Test("a projection that stops holds back what comes after, so that there is one place to go on at")
    func held() async throws {
        let scratch = try await filled()
        let daybook = DaybookApplication(projections: [Stubborn()])
        let recorder = Recorder()
        let console = recorder.console
        let arguments = ["follow", "--until-now", "--json", "--config", scratch.path("daybook.yaml")]
        let status = await daybook.run(arguments, console: console)
        console.flush()
        #expect(status == .damaged)
        #expect(try sequences(recorder.lines) == [0, 1])
        #expect(recorder.errors.contains("projection stubborn stopped at event 2 ("))
        #expect(recorder.errors.contains("it does not like it; changes from there on are held back"))
    }

    @Test("status names the event that a projection stopped at, and the others go on")
    func statusNamesIt() async throws {
        let scratch = try await filled()
        let recorder = Recorder()
        let console = recorder.console
        let arguments = ["status", "--config", scratch.path("daybook.yaml")]
        #expect(await DaybookApplication(projections: [Stubborn()]).run(arguments, console: console) == .done)
        console.flush()
        #expect(recorder.output.contains("! projection stubborn stopped, 3 events behind: stopped at event 2 ("))
        #expect(recorder.output.contains("): it does not like it\n"))
        #expect(
            recorder.output.contains("Projection stubborn is 3 events behind.")
                && !recorder.output.contains("Projection sessions"))
    }
}

/// Takes nothing in that says "Uno".
private struct Stubborn: Projection {
    let name = "stubborn"
    let version = 1
    let families: Set<String> = ["session"]

    func createTables(_ database: Connection) throws {}

    func fold(_ event: EventView, into context: inout FoldContext) throws {
        if try event.dataJSON()["title"] == "Uno" { throw FoldError("it does not like it") }
    }

    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers { [] }
}
