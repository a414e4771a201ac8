// Programs as channels and reactors, as a user has them: docs/writing-a-reactor.md word for word, and `kill -9`.

import CanonicalJSON
import DemoSite
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

@Suite("exec in a daybook", .timeLimit(.minutes(5)))
struct ExecCommandTests {
    /// The first block of this language on the page.
    private func block(_ language: String) throws -> String {
        let page = try String(contentsOf: projectRoot.appending(path: "docs/writing-a-reactor.md"), encoding: .utf8)
        let begin = try #require(page.range(of: "\n```\(language)\n"))
        let end = try #require(page[begin.upperBound...].range(of: "\n```\n"))
        return String(page[begin.upperBound..<end.lowerBound]) + "\n"
    }

    /// The demo's site, watched by a daybook with these channels and reactors; `go` moves the site on.
    private func onSite(
        _ reactions: String,
        _ body: @escaping @Sendable (_ scratch: Scratch, _ go: @Sendable (Int) -> Void) async throws -> Void
    ) async throws {
        let step = Mutex(0)
        try await withoutActuallyEscaping(body) { body in
            try await DemoSite.run(step: { step.withLock { $0 } }) { address in
                let demo = DemoSite.patientConfiguration(for: address)
                let watches = try #require(demo.range(of: "\nchannels:")).lowerBound
                let scratch = try Scratch(demo[..<watches] + "\n" + reactions)
                try await body(scratch) { next in step.withLock { $0 = next } }
            }
        }
    }

    private func install(_ text: String, as name: String, in scratch: Scratch) throws {
        try scratch.write(text, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path(name))
    }

    @Test("the examples of docs/writing-a-reactor.md do what the page says")
    func examples() async throws {
        let yaml = try block("yaml").replacing("${env:PAGER_TOKEN}", with: "${file:token}")
        let (python, shell) = (try block("python"), try block("sh"))
        try await onSite(yaml) { scratch, go in
            try scratch.write("hunter22\n", to: "token")
            let missing = await scratch.daybook("config", "check")
            #expect(
                missing.status == .usage && missing.errors.contains("there is no program \(scratch.path("pager.py"))"))
            try install(python, as: "pager.py", in: scratch)
            try install(shell, as: "tickets.sh", in: scratch)
            #expect(await scratch.daybook("config", "check").status == .done)

            #expect(await scratch.daybook("check").status == .done)
            go(1)
            #expect(await scratch.daybook("check").status == .done)
            let deliveries = try await scratch.daybook("deliveries", "list", "--json").rows()
            #expect(deliveries.map { $0["state"] } == ["delivered", "delivered"])
            #expect(Set(deliveries.compactMap { $0["channel"]?.stringValue }) == ["pager", "self"])
            let note = try scratch.read("room-12.txt")
            #expect(note.contains("->") && note.split(separator: "\n").count == 1)
            #expect(await scratch.daybook("channels", "test", "pager").output == "pager took the test message.\n")
            #expect(
                try scratch.read("room-12.txt").hasSuffix(
                    " This is a test of the channel pager. Nothing has changed.\n"))
            let ticket = try scratch.read("tickets.txt").trimmingCharacters(in: .newlines)
            let events = try await scratch.daybook("log", "export").rows().filter { $0["type"] == "ticket.opened" }
            #expect(events.map { $0["subject"] } == [.string(ticket)])
            #expect(events.first?["source"] == "/reactors/tickets" && events.first?["causationid"] != nil)
        }
    }

    @Test("the channel of docs/writing-a-reactor.md takes an alarm, and what a reactor without a message tells")
    func defaultMessages() async throws {
        let page = try block("yaml").replacing("${env:PAGER_TOKEN}", with: "none")
        let channels = page[..<(try #require(page.range(of: "\nreactors:"))).lowerBound]
        let reactions =
            String(channels) + "\nreactors: { r: { on: [session.*], to: pager } }\ndefault-alarm: { failures: 1 }\n"
        let python = try block("python")
        try await onSite(reactions) { scratch, go in
            try install(python, as: "pager.py", in: scratch)
            #expect(await scratch.daybook("check").status == .done)
            go(1)
            #expect(await scratch.daybook("check").status == .done)
            let broken = try scratch.read("daybook.yaml").replacing(
                /http:\/\/127\.0\.0\.1:[0-9]+/, with: "http://127.0.0.1:1")
            try scratch.write(broken, to: "daybook.yaml")
            #expect(await scratch.daybook("check").status == .world)
            let notes = try scratch.read("room-12.txt").split(separator: "\n")
            #expect(notes.count == 2 && notes.first?.contains(" changed: ") == true)
            #expect(notes.last?.contains(" alarm failing:days is ALARM: 1 look failed: ") == true, "\(notes)")
            #expect(try await scratch.daybook("deliveries", "list", "--json").rows().map { $0["attempts"] } == [1, 1])
        }
    }

    @Test("after kill -9 of daybook its program is gone too, and the change is told by the next")
    func killed() async throws {
        let reactions = "reactors: { stuck: { on: [session.*], exec: ./stuck.sh } }\n"
        try await onSite(reactions) { scratch, go in
            try install(
                """
                #!/bin/sh
                trap '' TERM HUP INT PIPE
                read -r event
                if [ -e process ]; then echo '{"outcome":"done"}'; exit 0; fi
                echo $$ > process.new
                mv process.new process
                exec sleep 300
                """, as: "stuck.sh", in: scratch)
            #expect(await scratch.daybook("check").status == .done)
            go(1)
            let daybook = Process()
            daybook.executableURL = URL(filePath: try Self.binary())
            daybook.arguments = ["check", "--config", scratch.path("daybook.yaml")]
            daybook.standardOutput = FileHandle.nullDevice
            try daybook.run()
            while !FileManager.default.fileExists(atPath: scratch.path("process")) { try await pause() }
            let program = try scratch.read("process").trimmingCharacters(in: .newlines)
            kill(daybook.processIdentifier, SIGKILL)
            // The program may go a moment before the last of daybook, which holds the dispatcher's lease until then.
            while isAlive(program) || isAlive("\(daybook.processIdentifier)") { try await pause() }

            #expect(await scratch.daybook("check").status == .done)
            let deliveries = try await scratch.daybook("deliveries", "list", "--json").rows()
            #expect(deliveries.map { $0["state"] } == ["delivered"])
        }
    }

    /// The program beside the tests.
    private static func binary() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: tests).deletingLastPathComponent().appending(path: "daybook").path()
        guard FileManager.default.isExecutableFile(atPath: path) else {
            return projectRoot.appending(path: ".build/debug/daybook").path()
        }
        return path
    }

    /// Whether there is such a process, other than one that has ended and waits to be asked how.
    private func isAlive(_ process: String) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return !status.isEmpty && !status.contains(") Z ")
    }
}
