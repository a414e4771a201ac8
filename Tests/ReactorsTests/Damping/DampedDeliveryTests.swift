import CanonicalJSON
import EventLog
import Foundation
import Projections
import Testing

@testable import Reactors

/// A reactor that tells titles, and holds back.
private func damped(_ damping: Damping?) throws -> ReactorDefinition {
    try telling {
        $0.message = try MessageTemplate("{{key}} {{title}}")
        $0.damping = damping
    }
}

private let digest = Damping(digestSeconds: 900)
/// The tests begin at 10:02 UTC, and every look takes a minute.
private let morning = Damping(quiet: QuietHours("10:00-12:00", in: .gmt))
private let folding = Damping(flapping: Damping.Flapping(count: 2, seconds: 600))
private let short: Duration = .seconds(1)

@Suite("Held back, and told in one message", .timeLimit(.minutes(5)))
struct DampedDeliveryTests {
    /// A daybook whose first look is over.
    private func withBook(
        _ reactor: ReactorDefinition, _ out: any Channel, _ body: (Book) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await body(book)
        }
    }

    @Test("a digest tells all of a window at once, and each change is on record with why and until when")
    func digests() async throws {
        let (reactor, out) = (try damped(digest), ScriptedChannel())
        try await withBook(reactor, out) { book in
            for title in ["2", "3"] {
                try await book.look(["A": title, "B": title])
                #expect(
                    try await book.dispatch([reactor], ["out": out], wait: short).gathering == (title == "2" ? 2 : 4))
            }
            #expect(out.told.isEmpty)
            let held = try book.events(["notification.held"])
            #expect(held.map { $0.data["by"] } == Array(repeating: "digest", count: 4))
            let until = try #require(held.first).time.adding(seconds: 900)
            #expect(Set(held.compactMap { $0.data["next"]?.stringValue }) == [until.description])
            #expect(try book.deliveries().allSatisfy { $0.state == .held && $0.next == until })

            #expect(try await book.dispatch([reactor], ["out": out]).delivered == 1)
            #expect(out.texts == ["r: 4 changes\n  A 2\n  B 2\n  A 3\n  B 3"])
            let told = try #require(try Deliveries(log: book.log).list(state: .delivered).first)
            #expect(told.gathers == 4 && told.notification.change.kind == "notification.digest")
            #expect(try book.deliveries().compactMap(\.hold?.toldIn) == Array(repeating: told.id, count: 4))
            let prepared = try #require(try book.events(["notification.prepared"]).last)
            #expect(
                prepared.data["changes"]?.arrayValue?.compactMap(\.stringValue)
                    == held.compactMap { $0.data["id"]?.stringValue })
            let detail = try #require(try Deliveries(log: book.log).show(told.id).first)
            #expect(detail.changes.map(\.change.subject) == ["w/A", "w/B", "w/A", "w/B"])
            // Enough of an id names it.
            #expect(try Deliveries(log: book.log).find(String(told.id.prefix(8))).map(\.id) == [told.id])
        }
    }

    @Test("one change alone is told to people as it always is")
    func alone() async throws {
        let (reactor, out) = (try damped(digest), ScriptedChannel())
        try await withBook(reactor, out) { book in
            try await book.look(["A": "2", "B": "1"])
            try await book.dispatch([reactor], ["out": out])
            #expect(out.texts == ["A 2"])
        }
    }

    @Test("quiet hours hold all of it until they end; outside of them everything is told at once")
    func quiet() async throws {
        let (reactor, out) = (try damped(morning), ScriptedChannel())
        try await withBook(reactor, out) { book in
            try await book.look(["A": "2", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            let report = try await book.dispatch([reactor], ["out": out], wait: short)
            #expect(report.next?.description.hasSuffix("T12:00:00.000Z") == true)
            #expect(try await book.dispatch([reactor], ["out": out], wait: .seconds(4 * 3600)).delivered == 1)
            #expect(book.time.now.description.contains("T12:00:00"))
            try await book.look(["A": "3", "B": "3"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            #expect(out.texts == ["r: 2 changes\n  A 2\n  B 2", "A 3", "B 3"])
        }
    }

    @Test("a try that failed waits for the end of quiet hours, and one that is asked for by hand does not")
    func retriesInQuiet() async throws {
        let quiet = Damping(quiet: QuietHours("10:04-12:00", in: .gmt))
        let reactor = telling {
            $0.damping = quiet
            $0.retry = RetrySchedule(attempts: 2, backoff: 240)
        }
        let out = ScriptedChannel(["w/A": [.retry(after: nil, reason: "busy"), .retry(after: nil, reason: "busy")]])
        try await withFolder { folder in
            let book = try Book(folder)
            try await book.look(["A": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            book.time.advance(seconds: -60)
            try await book.look(["A": "2"])
            let report = try await book.dispatch([reactor], ["out": out], wait: short)
            #expect(report.next?.description.hasSuffix("T12:00:00.000Z") == true)
            #expect(try await book.dispatch([reactor], ["out": out], wait: .seconds(4 * 3600)).parked == 1)
            book.time.advance(seconds: 23 * 3600)
            let parked = try #require(try book.deliveries().first)
            try await Deliveries(log: book.log).retry(parked.id, source: "/cli/x", now: book.time.now)
            #expect(try await book.dispatch([reactor], ["out": out], wait: short).delivered == 1)
            #expect(book.time.now.description.contains("T11:0"))
        }
    }

    @Test("what flaps is folded, and summed up when it has settled; others are told meanwhile")
    func folds() async throws {
        let (reactor, out) = (try damped(folding), ScriptedChannel())
        try await withBook(reactor, out) { book in
            for title in 2...6 {
                try await book.look(["A": "\(title)", "B": title == 6 ? "2" : "1"])
                try await book.dispatch([reactor], ["out": out], wait: short)
            }
            #expect(out.texts.sorted() == ["A 2", "A 3", "B 2"])
            #expect(try await book.dispatch([reactor], ["out": out]).delivered == 1)
            #expect(out.told.last?.text == "w/A: 3 more changes\n  A 4\n  A 5\n  A 6")
            #expect(out.told.last?.subject == "w/A")
            // It has been still for long enough, so it is told again.
            try await book.look(["A": "7", "B": "2"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            #expect(out.texts.last == "A 7")
        }
    }

    @Test("programs are given one event that lists the changes")
    func cloudEvent() async throws {
        let out = EventChannel()
        let reactor = try damped(digest)
        try await withBook(reactor, out) { book in
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([reactor], ["out": out])
            let event = try JSON.parse(try #require(out.bodies.first))
            #expect(event["type"] == "notification.digest" && event["subject"] == "r")
            #expect(event["id"]?.stringValue == out.keys.first)
            #expect(event["data"]?["count"] == 2 && event["data"]?["more"] == 0 && event["data"]?["reason"] == "digest")
            let changes = event["data"]?["changes"]?.arrayValue ?? []
            #expect(changes.map { $0["subject"] } == ["w/A", "w/B"])
            #expect(changes.map { $0["fields"]?["title"] } == ["2", "2"])
        }
    }

    @Test("a message lists a hundred changes, and counts the rest")
    func most() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (reactor, out) = (try damped(digest), ScriptedChannel())
            for title in ["1", "2"] {
                var drafts = (0..<130).map { book.draft("session.observed", "w/\($0)", ["title": .string(title)]) }
                drafts.append(book.draft("run.completed", "w", ["kind": "sessions", "observed": 130]))
                _ = try await book.log.append(drafts)
                try await book.dispatch([reactor], ["out": out], wait: short)
            }
            try await book.dispatch([reactor], ["out": out])
            let lines = try #require(out.texts.first).split(separator: "\n")
            #expect(out.texts.count == 1 && lines.count == 102 && lines[0] == "r: 130 changes")
            let id = try #require(try book.deliveries().last).id
            #expect(lines[101] == "  … and 30 more: daybook deliveries show \(id)")
            #expect(try book.events(["notification.prepared"]).last?.data["changes"]?.arrayValue?.count == 130)
            #expect(throws: ReactorError.self, "too little of an id") { try Deliveries(log: book.log).find("1") }
        }
    }

    @Test("a template of its own goes through the changes, each as `message` knows it")
    func template() async throws {
        let out = ScriptedChannel()
        let reactor = try telling {
            $0.damping = digest
            $0.message = try MessageTemplate("{{key}}")
            $0.digestMessage = try MessageTemplate(
                "{{count}} of {{reactor}} ({{reason}}){{#more}} and more{{/more}}:{{#changes}}\n{{text}}: {{#changes}}{{field}} {{old}}->{{new}}{{/changes}}{{/changes}}"
            )
        }
        try await withBook(reactor, out) { book in
            try await book.look(["A": "2", "C": "1"])
            try await book.dispatch([reactor], ["out": out])
            #expect(out.texts == ["2 of r (digest):\nA: title 1->2\nC: "])
        }
    }
}

@Suite("Held back over crashes and other settings", .timeLimit(.minutes(5)))
struct DampedResumingTests {
    @Test(
        "a message whose record is missing is sent again: the same bytes under the same id, whatever has changed meanwhile"
    )
    func crash() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let reactor = try damped(digest)
            // Interrupted after the effect: what kill -9 leaves behind.
            let out = ScriptedChannel(["r": [.interrupted, .interrupted]])
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            book.time.advance(seconds: 900)
            try await book.dispatch([reactor], ["out": out], wait: .milliseconds(1))
            #expect(out.told.count == 1)
            try await book.look(["A": "3", "B": "2"])
            try book.forget()
            let other = try telling { $0.digestMessage = try MessageTemplate("other words") }
            try await book.dispatch([other], ["out": out], wait: .milliseconds(1))
            try await book.dispatch([other], ["out": out])
            let digests = out.told.filter { $0.subject == "r" }
            #expect(digests.count == 3)
            #expect(Set(digests.map(\.key)).count == 1 && Set(digests.map(\.text)) == ["r: 2 changes\n  A 2\n  B 2"])
            #expect(out.told.last?.subject == "w/A", "what came later is told after it")
        }
    }

    @Test("a change that was told at once before a crash is not held after it")
    func toldBeforeQuiet() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let reactor = try damped(Damping(quiet: QuietHours("10:05-12:00", in: .gmt)))
            let out = ScriptedChannel(["w/A": [.interrupted]])
            try await book.look(["A": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2"])
            try await book.dispatch([reactor], ["out": out], wait: .milliseconds(1))
            #expect(out.told.count == 1)
            book.time.advance(seconds: 600)
            try await book.dispatch([reactor], ["out": out], wait: .seconds(4 * 3600))
            #expect(out.told.count == 2 && Set(out.told.map(\.key)).count == 1)
            #expect(try book.events(["notification.held"]).isEmpty)
        }
    }

    @Test("reactors.sqlite comes back the same, with what is held and what was told of it")
    func rebuilt() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (reactor, out) = (try damped(digest), ScriptedChannel())
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "3", "B": "2"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            let before = try book.deliveries()
            try book.forget()
            #expect(try book.deliveries() == before)
            try book.forget()
            try await book.dispatch([reactor], ["out": out])
            #expect(out.texts == ["r: 2 changes\n  A 2\n  B 2", "A 3"])
        }
    }

    @Test("what is held is told at once when the setting is taken away, and before what comes then")
    func settingGone() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (reactor, out) = (try damped(digest), ScriptedChannel())
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "3", "B": "2"])
            try await book.dispatch([damped(nil)], ["out": out], wait: short)
            #expect(out.texts == ["r: 2 changes\n  A 2\n  B 2", "A 3"])
        }
    }

    @Test("a gathered message is parked, and retried by hand, as any other")
    func parked() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (reactor, out) = (try damped(digest), ScriptedChannel(["r": [.park(reason: "refused")]]))
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([reactor], ["out": out])
            let parked = try #require(try Deliveries(log: book.log).list(state: .parked).first)
            #expect(parked.gathers == 2 && parked.error == "refused")
            try await Deliveries(log: book.log).retry(parked.id, source: "/cli/x", now: book.time.now)
            try await book.dispatch([reactor], ["out": out])
            #expect(out.told.map(\.isLate) == [false, true])
            #expect(Set(out.told.map(\.text)).count == 1 && Set(out.told.map(\.key)).count == 1)
        }
    }

    @Test("a shadow gathers as well, and tells nobody")
    func shadow() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            var reactor = try damped(digest)
            reactor.shadow = true
            let out = ScriptedChannel()
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([reactor], ["out": out])
            #expect(out.told.isEmpty)
            #expect(try book.deliveries().contains { $0.state == .held && $0.error == "shadow" && $0.gathers == 2 })
        }
    }

    @Test("a service wakes when a window closes")
    func service() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (reactor, gate) = (try damped(digest), Gate())
            let out = ScriptedChannel { _ in gate.open() }
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out], wait: short)
            try await book.look(["A": "2", "B": "2"])
            let dispatcher = try book.dispatcher([reactor], ["out": out])
            try await dispatcher.start()
            let running = Task { try await dispatcher.run() }
            await gate.wait()
            running.cancel()
            _ = try await running.value
            #expect(out.texts == ["r: 2 changes\n  A 2\n  B 2"])
        }
    }

    @Test("what reacts itself cannot have anything held back")
    func refused() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let definition = ReactorDefinition(name: "own", on: ["session.*"], to: [])
            var wrong = definition
            wrong.damping = digest
            struct Own: Reactor {
                func react(to change: Change, in context: ReactorContext) async -> Outcome { .done([]) }
            }
            #expect(throws: ReactorError.self) { try book.dispatcher([], [:], custom: [CustomReactor(wrong, Own())]) }
            _ = try book.dispatcher([], [:], custom: [CustomReactor(definition, Own())])
        }
    }
}
