import CanonicalJSON
import DemoSite
import EventLog
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

/// The real program, a real site on loopback, real signals.
@Suite("daybook run", .timeLimit(.minutes(5)), .serialized)
struct RunCommandTests {
    private func configuration(_ address: String, every: String) -> String {
        DemoSite.patientConfiguration(for: address)
            .replacing("screen: { terminal: true }", with: "screen: { file: told.ndjson, format: json }")
            .replacing("every: 2s", with: "every: \(every)")
    }

    private func onSite(
        every: String = "1s",
        _ body: @escaping @Sendable (_ scratch: Scratch, _ go: @Sendable (Int) -> Void) async throws -> Void
    ) async throws {
        let step = Mutex(0)
        try await withoutActuallyEscaping(body) { body in
            try await DemoSite.run(step: { step.withLock { $0 } }) { address in
                let scratch = try Scratch(configuration(address, every: every))
                try await body(scratch) { next in step.withLock { $0 = next } }
            }
        }
    }

    /// What was told of sessions; on a machine that is busy a look may take too long, and that is told too.
    private func told(_ scratch: Scratch) throws -> [JSON] {
        // The file is made by the first thing that is told.
        let text = (try? scratch.read("told.ndjson")) ?? ""
        return try text.split(separator: "\n").map { try JSON.parse(String($0)) }
            .filter { $0["type"]?.stringValue?.hasPrefix("session.") == true }
    }

    @Test("it looks on schedule, tells each change once, and ends in order when told to")
    func keepsWatch() async throws {
        try await onSite { scratch, go in
            let daybook = try RunningDaybook(scratch)
            #expect(await daybook.says(#""changed":12"#) != nil)
            #expect(await daybook.says(#""changed":0"#) != nil)
            go(1)
            #expect(await daybook.says(#""changed":1,"#) != nil)
            // Asked of the service itself, so that what it had to tell has been told.
            #expect(await scratch.daybook("check").status == .done)
            #expect(try told(scratch).map { $0["type"] } == ["session.updated"])
            daybook.send(SIGTERM)
            #expect(await daybook.says("stopped") != nil)
            #expect(await daybook.end() == 0)
            #expect(await scratch.daybook("log", "verify").status == .done)
        }
    }

    @Test("a second one on the same data says who has it")
    func second() async throws {
        try await onSite { scratch, _ in
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says("running")
            let other = await scratch.daybook("run")
            #expect(other.status == .usage && other.errors.contains("as process \(daybook.pid)"))
            let status = await scratch.daybook("status")
            #expect(status.output.contains("Process \(daybook.pid) keeps watch"))
        }
    }

    @Test("check hands over: its looks are the service's, and its answer is the same as its own would be")
    func handOver() async throws {
        try await onSite(every: "1h") { scratch, go in
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says(#""changed":12"#)
            go(1)
            let said = await scratch.daybook("check", "days", "--json")
            #expect(said.status == .done && said.errors.contains("process \(daybook.pid) keeps watch"))
            let row = try #require(try said.rows().first)
            #expect(row["changed"] == 1 && row["outcome"] == "completed" && row["watch"] == "days")
            #expect(await daybook.says(row["run"]?.stringValue ?? "no run") != nil)
            #expect(try told(scratch).count == 1)
            let text = await scratch.daybook("check")
            #expect(text.output.contains("nothing changed"))
            let unknown = await scratch.daybook("check", "dys")
            #expect(unknown.status == .usage && unknown.errors.contains(#"did you mean "days""#))
        }
    }

    @Test("check waits for somebody to tell what it saw, and says where nobody could")
    func nobodyTells() async throws {
        try await onSite(every: "1h") { scratch, go in
            _ = await scratch.daybook("check")
            // As another process would that tells what is due.
            let lease = open(scratch.path("data/locks/dispatcher"), O_RDWR)
            defer { close(lease) }
            #expect(flock(lease, LOCK_EX | LOCK_NB) == 0)
            let daybook = try RunningDaybook(scratch)
            #expect(await daybook.says("another process is telling what is due") != nil)
            go(1)
            let hasty = await scratch.daybook("check", "--wait", "500ms")
            #expect(hasty.status == .world && hasty.errors.contains("nobody could be told of it within that time"))
            #expect(try told(scratch).isEmpty)
            let patient = Task { await scratch.daybook("check", "--wait", "4m") }
            _ = await daybook.says(#""changed":0"#)
            flock(lease, LOCK_UN)
            #expect(await patient.value.status == .done)
            #expect(try told(scratch).count == 1)
        }
    }

    @Test("SIGHUP takes up a changed file, and keeps the old one where the new one is broken")
    func reload() async throws {
        try await onSite(every: "1h") { scratch, _ in
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says(#""changed":12"#)
            let good = try scratch.read("daybook.yaml")
            try scratch.write(good.replacing("kind: sessions", with: "kind: sesions"), to: "daybook.yaml")
            daybook.send(SIGHUP)
            let refused = await daybook.says("stays as it was")
            #expect(refused?["message"]?.stringValue?.contains("did you mean \"sessions\"") == true)

            try scratch.write(good.replacing("  days:\n", with: "  tage:\n"), to: "daybook.yaml")
            let stale = await scratch.daybook("check")
            #expect(stale.status == .usage && stale.errors.contains("kill -HUP"))
            daybook.send(SIGHUP)
            #expect(await daybook.says("took up") != nil)
            #expect(await daybook.says(#""watch":"tage""#) != nil)
            #expect(await scratch.daybook("check", "tage").status == .done)

            try scratch.write(good.replacing("data: ./data", with: "data: ./elsewhere"), to: "daybook.yaml")
            daybook.send(SIGHUP)
            #expect(await daybook.says("`data:` cannot change") != nil)
        }
    }

    @Test("what a delivery takes long for keeps nobody from asking while another configuration is taken up")
    func reloadDuringDelivery() async throws {
        try await onSite(every: "1h") { scratch, go in
            try scratch.write("#!/bin/sh\nread -r event; touch begun; exec sleep 300\n", to: "deaf.sh")
            #expect(chmod(scratch.path("deaf.sh"), 0o755) == 0)
            let file = "{ file: told.ndjson, format: json }"
            let config = try scratch.read("daybook.yaml").replacing(file, with: "{ exec: ./deaf.sh, timeout: 5m }")
            try scratch.write(config, to: "daybook.yaml")
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says(#""changed":12"#)
            go(1)
            let check = Task { await scratch.daybook("check", "--wait", "4m") }
            while !FileManager.default.fileExists(atPath: scratch.path("begun")) { try await pause() }
            try scratch.write(config.replacing("every: 1h", with: "every: 2h"), to: "daybook.yaml")
            daybook.send(SIGHUP)
            let client = HandOverClient(dataDirectory: scratch.path("data"))
            #expect(try await client.state() != nil)
            #expect(await daybook.says("took up") != nil)
            #expect(try await client.state()?.isTelling == true)
            daybook.send(SIGTERM)
            _ = await check.value
            #expect(await daybook.end() == 0)
        }
    }

    @Test("one that does not answer is named by status, and keeps no check waiting")
    func stuck() async throws {
        try await onSite(every: "1h") { scratch, _ in
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says(#""changed":12"#)
            daybook.send(SIGSTOP)
            let status = await scratch.daybook("status")
            #expect(status.output.contains("! process \(daybook.pid) keeps watch and does not answer"))
            var client = HandOverClient(dataDirectory: scratch.path("data"))
            client.patience.silenceSeconds = 1
            let request = CheckRequest(watches: ["days"], waitSeconds: 60, configuration: .sha256([]))
            let failure = await #expect(throws: Failure.self) { _ = try await client.check(request) { _ in } }
            #expect(failure?.status == .world && failure?.sentence.contains("does not answer") == true)
            daybook.send(SIGCONT)
            #expect(await scratch.daybook("status").output.contains("All is well."))
        }
    }

    @Test("after a kill -9 the next one, or a check, goes on where it was")
    func killed() async throws {
        try await onSite { scratch, go in
            let first = try RunningDaybook(scratch)
            _ = await first.says(#""changed":12"#)
            first.send(SIGKILL)
            #expect(await first.end() == SIGKILL)
            go(1)
            let here = await scratch.daybook("check", "--json")
            #expect(here.status == .done && here.errors.isEmpty)
            go(2)
            let second = try RunningDaybook(scratch)
            _ = await second.says(#""changed":0"#)
            _ = await scratch.daybook("check")
            let ids = try told(scratch).compactMap { $0["id"]?.stringValue }
            #expect(Set(ids).count == ids.count && !ids.isEmpty)
            #expect(await scratch.daybook("log", "verify").status == .done)
        }
    }

    @Test("a check that is under way when the service is killed looks by itself")
    func killedUnderCheck() async throws {
        try await onSite(every: "1h") { scratch, _ in
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says(#""changed":12"#)
            daybook.send(SIGSTOP)
            async let said = scratch.daybook("check", "--json")
            // Connected by then or not: either way nobody answers.
            daybook.send(SIGKILL)
            let check = await said
            #expect(check.status == .done, "\(check.errors)")
            #expect(try check.rows().map { $0["watch"] } == ["days"])
        }
    }

    @Test("a configuration with nothing to do by itself is refused")
    func nothingScheduled() async throws {
        let scratch = try Scratch()
        let said = await scratch.daybook("run")
        #expect(said.status == .usage && said.errors.contains("every"))
    }

    @Test("a data folder whose path is longer than a socket's address may be works too")
    func longPath() async throws {
        try await onSite(every: "1h") { scratch, _ in
            let folder = "data/" + String(repeating: "long/", count: 30)
            try scratch.write(
                "data: ./\(folder)\n" + scratch.read("daybook.yaml").replacing("data: ./data\n", with: ""),
                to: "daybook.yaml")
            try FileManager.default.createDirectory(
                atPath: scratch.path(folder), withIntermediateDirectories: true)
            let daybook = try RunningDaybook(scratch)
            _ = await daybook.says(#""changed":12"#)
            let said = await scratch.daybook("check")
            #expect(said.status == .done && said.errors.contains("keeps watch"))
        }
    }
}
