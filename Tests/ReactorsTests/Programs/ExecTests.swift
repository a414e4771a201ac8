import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Reactors

/// Programs in the place of channels and reactors: told, recorded, tried again, parked, retried by hand.
@Suite("exec", .timeLimit(.minutes(5)))
struct ExecTests {
    /// Keeps every event it is told in a file, and answers as the title says.
    private static let keeper = """
        for event in events():
            with open("told", "a") as told: told.write(json.dumps(event) + "\\n")
            title = event["data"]["fields"]["title"]
            if title == "crash": sys.exit("out of paper")
            elif title == "wait": say(outcome="retry", after=30, reason="busy")
            elif title == "never": say(outcome="park", reason="no such room")
            elif title == "same": say(outcome="skip", reason="seen")
            elif title == "ticket":
                say(id=event["id"], outcome="done", events=[{"type": "ticket.opened", "subject": event["subject"], "data": {"n": 1}}])
            elif title == "forged":
                say(outcome="done", events=[{"type": "run.completed", "subject": "w", "data": {}}])
            elif title == "huge":
                say(outcome="done", events=[{"type": "ticket.opened", "subject": "s" * 1048400, "data": {}}])
            else: say(outcome="done")
        """

    private func told(_ bench: Workbench) throws -> [JSON] {
        try String(contentsOfFile: bench.folder + "/told", encoding: .utf8).split(separator: "\n")
            .map { try JSON.parse(String($0)) }
    }

    private func reactor(_ bench: Workbench, attempts: Int = 2) throws -> ReactorDefinition {
        ReactorDefinition(
            name: "r", on: ["session.*"], to: [], exec: try bench.python(Self.keeper),
            retry: RetrySchedule(attempts: attempts))
    }

    private func channel(_ bench: Workbench) throws -> ExecChannel {
        ExecChannel(try bench.python(Self.keeper), name: "out", host: bench.host())
    }

    @Test("a channel's program is told what a webhook is told, with the try beside it, and the same bytes each time")
    func channel() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            let channel = try channel(bench)
            let reactor = try telling {
                $0.message = try MessageTemplate("{{title}}!")
                $0.retry = RetrySchedule(attempts: 3)
            }
            try await book.look(["A": "one"])
            try await book.dispatch([reactor], ["out": channel])
            try await book.look(["A": "crash"])
            let report = try await book.dispatch([reactor], ["out": channel])
            #expect(report.parked == 1 && report.failed == 2)
            let told = try told(bench)
            #expect(told.map { $0["attempt"] } == [1, 2, 3])
            #expect(Set(told.map { $0["id"] }).count == 1)
            #expect(
                told[0]["message"] == "crash!" && told[0]["source"] == "/reactors/r"
                    && told[0]["type"] == "session.updated")
            #expect(told[0]["data"]?["changes"]?.arrayValue?.count == 1 && told[0]["late"] == nil)
            let parked = try #require(try book.deliveries().first)
            #expect(parked.notification.channel == "out" && parked.attempts == 3)
            #expect(parked.error == "./program ended with status 1 without an answer; the last it said: out of paper")

            try await Deliveries(log: book.log).retry(parked.id, source: "/cli/me", now: book.time.now)
            try await book.dispatch([reactor], ["out": channel])
            let late = try self.told(bench)[3]
            #expect(late["late"] == true && late["attempt"] == 4 && late["id"] == told[0]["id"])
        }
    }

    @Test("a channel's program may not give events, which is seen by a person")
    func channelEvents() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            let channel = try channel(bench)
            try await book.look(["A": "one"])
            try await book.dispatch([telling()], ["out": channel])
            try await book.look(["A": "ticket"])
            #expect(try await book.dispatch([telling()], ["out": channel]).parked == 1)
            #expect(
                try book.deliveries().first?.error?.contains("only a reactor's own program may give events") == true)
            #expect(try book.events(["ticket.opened"]).isEmpty)
        }
    }

    @Test("a reactor's program decides, and what it decides is recorded as for any other")
    func outcomes() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            let reactor = try reactor(bench)
            try await book.look(["A": "", "B": "", "C": "", "D": ""])
            try await book.dispatch([reactor], [:])
            try await book.look(["A": "fine", "B": "never", "C": "same", "D": "wait"])
            let report = try await book.dispatch([reactor], [:], wait: .seconds(10))
            #expect(report.delivered == 1 && report.parked == 1 && report.held == 1 && report.failed == 1)
            let deliveries = try book.deliveries()
            #expect(deliveries.allSatisfy { $0.notification.channel == "self" && $0.notification.reactor == "r" })
            #expect(deliveries.map(\.error) == [nil, "no such room", "seen", "busy"])
            let waiting = try #require(deliveries.last)
            #expect(try #require(waiting.next).seconds(since: waiting.time) >= 30)
            #expect(try await book.dispatch([reactor], [:]).parked == 1, "busy to the last try")
        }
    }

    @Test("a reactor's events stand in the same commit as the record; nothing forged does")
    func events() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            let reactor = try reactor(bench)
            try await book.look(["A": "", "B": "", "C": ""])
            try await book.dispatch([reactor], [:])
            try await book.look(["A": "ticket", "B": "forged", "C": "huge"])
            let report = try await book.dispatch([reactor], [:])
            #expect(report.delivered == 1 && report.parked == 2)
            let opened = try #require(try book.events(["ticket.opened"]).first)
            #expect(opened.source == "/reactors/r" && opened.subject == "w/A" && opened.data == ["n": 1])
            let record = try #require(try book.log.event(at: opened.sequence + 1))
            #expect(record.type == "notification.delivered" && record.causation == opened.causation)
            let errors = try book.deliveries().compactMap(\.error)
            #expect(errors.contains { $0.contains("the family run is Daybook's own") })
            #expect(errors.contains { $0.contains("1 MiB") })
            #expect(try book.events(["run.completed"]).count == 2)
        }
    }

    @Test("a crash looping program waits between tries as any other, and is started no oftener than it is tried")
    func crashLoop() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            var reactor = try reactor(bench, attempts: 8)
            reactor.exec = try bench.shell("echo $$ >> notes; exit 1")
            try await book.look(["A": "one"])
            try await book.dispatch([reactor], [:])
            try await book.look(["A": "two"])
            let began = book.time.now
            #expect(try await book.dispatch([reactor], [:]).parked == 1)
            #expect(bench.notes.count == 8)
            #expect(book.time.now.seconds(since: began) > 60, "1, 2, 4, … seconds, each half of it by chance")
        }
    }

    @Test("stopping the dispatcher ends a program in the middle of its event, and nothing is recorded of that")
    func stopped() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            var reactor = try reactor(bench)
            reactor.exec = try bench.shell("echo $$ > notes; trap '' TERM; while true; do sleep 60; done")
            try await book.look(["A": "one"])
            try await book.dispatch([reactor], [:])
            let dispatcher = try book.dispatcher([reactor], [:])
            try await dispatcher.start()
            try await book.look(["A": "two"])
            let running = Task { try await dispatcher.run() }
            while bench.notes.isEmpty { try await pause() }
            running.cancel()
            _ = try await running.value
            #expect(try book.deliveries().isEmpty)
            let process = try #require(bench.notes.first)
            #expect(!isAlive(process))
        }
    }

    @Test("under shadow nothing is started")
    func shadow() async throws {
        try await withWorkbench { bench in
            let book = try Book(bench.folder)
            var reactor = try reactor(bench)
            reactor.shadow = true
            try await book.look(["A": "one"])
            try await book.dispatch([reactor], [:])
            try await book.look(["A": "two"])
            #expect(try await book.dispatch([reactor], [:]).held == 1)
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/told"))
        }
    }
}
