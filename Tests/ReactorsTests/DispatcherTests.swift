import CanonicalJSON
import EventLog
import Projections
import Testing

@testable import Reactors

@Suite("What is told", .timeLimit(.minutes(5)))
struct TellingTests {
    @Test("every change once, and nothing of the first look")
    func once() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            let reactor = try telling { $0.message = try MessageTemplate("{{kind}} {{title}}") }
            let dispatcher = try book.dispatcher([reactor], ["out": out])
            try await dispatcher.start()
            try await book.look(["A": "one", "B": "two"])
            #expect(try await dispatcher.runUntilIdle() == DispatchReport())
            try await book.look(["A": "one, again", "B": "two", "C": "three"])
            let report = try await dispatcher.runUntilIdle()
            #expect(report.delivered == 2 && report.waiting == 0)
            #expect(Set(out.texts) == ["session.updated one, again", "session.added three"])
            #expect(try await dispatcher.runUntilIdle().delivered == 0)
        }
    }

    @Test("the first look too where it is included")
    func firstLook() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            let dispatcher = try book.dispatcher([telling { $0.include = [.firstLook] }], ["out": out])
            try await dispatcher.start()
            try await book.look(["A": "one", "B": "two"])
            #expect(try await dispatcher.runUntilIdle().delivered == 2)
        }
    }

    @Test("to a new reactor nothing of the past", arguments: [true, false])
    func past(_ isStartedBefore: Bool) async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            try await book.look(["A": "one"])
            let out = ScriptedChannel()
            if isStartedBefore { try await book.dispatch([telling()], ["out": out]) }
            try await book.look(["A": "two"])
            try await book.dispatch([telling()], ["out": out])
            #expect(out.told.count == (isStartedBefore ? 1 : 0))
            let started = try #require(try book.events(["reactor.started"]).first)
            #expect(started.subject == "r" && started.source == "/reactors/r")
            #expect(started.data["from"] == .string(padded(isStartedBefore ? 2 : 4)))
        }
    }

    @Test(
        "of the past from where it is asked for",
        arguments: [
            (ReactorDefinition.StartingPoint.beginning, 2), (.sequence(4), 1), (.end, 0), (.sequence(3), 1),
        ])
    func from(_ start: ReactorDefinition.StartingPoint, _ count: Int) async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            for title in ["one", "two", "three"] { try await book.look(["A": title]) }
            let out = ScriptedChannel()
            try await book.dispatch([telling { $0.from = start }], ["out": out])
            #expect(out.told.count == count)
            try await book.dispatch([telling { $0.from = .beginning }], ["out": out])
            #expect(out.told.count == count, "where to begin counts once")
        }
    }

    @Test("from a time on")
    func fromTime() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            for title in ["one", "two"] { try await book.look(["A": title]) }
            let time = book.time.now
            try await book.look(["A": "three"])
            let out = ScriptedChannel()
            try await book.dispatch([telling { $0.from = .time(time) }], ["out": out])
            #expect(out.texts == ["w/A “three” changed: title two -> three"])
        }
    }

    @Test("only what the filter chooses; where it fails, a person is to look")
    func filter() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            let reactor = try telling { $0.filter = try .init(#".fields.title | tonumber > 5"#) }
            try await book.look(["A": "0", "B": "0", "C": "0"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "7", "B": "3", "C": "seven"])
            let report = try await book.dispatch([reactor], ["out": out])
            #expect(out.told.map(\.subject) == ["w/A"])
            #expect(report.delivered == 1 && report.parked == 1)
            let parked = try #require(try book.deliveries().first { $0.state == .parked })
            #expect(parked.notification.change.subject == "w/C" && parked.attempts == 0)
            #expect(parked.error?.contains("where:") == true)

            try await Deliveries(log: book.log).retry(parked.id, source: "/cli/me", now: book.time.now)
            try await book.dispatch([reactor], ["out": out])
            #expect(out.told.map(\.subject) == ["w/A", "w/C"], "who asks for it has decided")
        }
    }

    @Test("nothing under shadow, but all of it is recorded")
    func shadow() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            let reactor = telling { $0.shadow = true }
            try await book.look(["A": "one"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "two"])
            #expect(try await book.dispatch([reactor], ["out": out]).held == 1)
            #expect(out.told.isEmpty)
            let event = try #require(try book.events(["notification.held"]).first)
            #expect(event.data["error"] == "shadow" && event.data["attempts"] == 0)
            let id = try #require(event.data["id"]?.stringValue)
            let detail = try #require(try Deliveries(log: book.log).show(id).first)
            #expect(detail.message.map { String(decoding: $0, as: UTF8.self) } == "w/A “two” changed: title one -> two")
        }
    }

    @Test("nothing that was passed over, after the choice has changed and all that is derived is gone")
    func changedChoice() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            let narrow = try telling { $0.filter = try .init(#".key == "A""#) }
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([narrow], ["out": out])
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([narrow], ["out": out])
            let wide = telling { $0.on = ["*"] }
            try await book.dispatch([wide], ["out": out])
            try book.forget()
            try await book.dispatch([wide], ["out": out])
            #expect(out.told.map(\.subject) == ["w/A"])
            try await book.look(["A": "2", "B": "3"])
            try await book.dispatch([wide], ["out": out])
            #expect(out.told.map(\.subject) == ["w/A", "w/B"])
            #expect(try book.events(["reactor.started"]).count == 2)
        }
    }

    @Test("to a channel that is new to a reactor, only what comes")
    func newChannel() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (out, more) = (ScriptedChannel(), ScriptedChannel())
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2"])
            try await book.dispatch([telling()], ["out": out])
            let both = telling { $0.to = ["out", "more"] }
            try await book.dispatch([both], ["out": out, "more": more])
            try await book.look(["A": "3"])
            try await book.dispatch([both], ["out": out, "more": more])
            #expect(out.told.count == 2 && more.told.count == 1)
            #expect(out.told.last?.key == more.told.last?.key)
            #expect(Set(try book.deliveries().map(\.id)).count == 3)
        }
    }

    @Test("a channel that is not there is named")
    func unknownChannel() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let error = #expect(throws: ReactorError.self) { try book.dispatcher([telling()], [:]) }
            #expect("\(try #require(error))".contains("reactor r tells channel out"))
        }
    }

    @Test("a Swift reactor's events are in one commit with the record of it")
    func custom() async throws {
        struct Deciding: Reactor {
            func react(to change: Change, in context: ReactorContext) async -> Outcome {
                let note = EventDraft(
                    type: "note.made", source: "/reactors/decide", subject: change.subject, id: context.ids.next(),
                    time: context.now, data: ["key": .string(context.key)])
                return .done([note])
            }
        }
        try await withFolder { folder in
            let book = try Book(folder)
            let definition = ReactorDefinition(name: "decide", on: ["session.updated"], to: [])
            let dispatcher = try book.dispatcher([], [:], custom: [CustomReactor(definition, Deciding())])
            try await dispatcher.start()
            try await book.look(["A": "1"])
            try await book.look(["A": "2"])
            #expect(try await dispatcher.runUntilIdle().delivered == 1)
            let events = try book.events(["note.made", "notification.delivered"])
            #expect(events.map(\.type) == ["note.made", "notification.delivered"])
            #expect(events.first?.data["key"] == events.last?.data["key"])
            #expect(events.last?.subject.hasPrefix("decide/self/") == true)
        }
    }

    @Test("events that no log would take park what they belong to, and stop nobody")
    func impossible() async throws {
        struct Deciding: Reactor {
            func react(to change: Change, in context: ReactorContext) async -> Outcome {
                let subject = change.subject == "w/B" ? "note" : ""
                let note = EventDraft(
                    type: "note.made", source: "/reactors/decide", subject: subject, id: context.ids.next(),
                    time: context.now, data: [:])
                return .done([note])
            }
        }
        try await withFolder { folder in
            let book = try Book(folder)
            let definition = ReactorDefinition(name: "decide", on: ["session.updated"], to: [])
            let dispatcher = try book.dispatcher([], [:], custom: [CustomReactor(definition, Deciding())])
            try await dispatcher.start()
            try await book.look(["A": "1", "B": "1"])
            try await book.look(["A": "2", "B": "2"])
            let report = try await dispatcher.runUntilIdle()
            #expect(report.delivered == 1 && report.parked == 1)
            let parked = try #require(try book.deliveries().first { $0.state == .parked })
            #expect(parked.error?.hasPrefix("what it wanted appended cannot be: ") == true)
            #expect(parked.error?.contains("its subject is empty") == true)
            #expect(try book.events(["note.made"]).map(\.subject) == ["note"])
        }
    }
}

@Suite("Order and tries", .timeLimit(.minutes(5)))
struct TryingTests {
    @Test("a subject's later changes wait for its earlier one, others do not")
    func order() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let retry = Outcome.retry(after: nil, reason: "not now")
            let out = ScriptedChannel(["w/A": [retry, retry]])
            let reactor = try telling { $0.message = try MessageTemplate("{{key}}{{title}}") }
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "2", "B": "2"])
            try await book.look(["A": "3", "B": "3"])
            let report = try await book.dispatch([reactor], ["out": out])
            #expect(report.delivered == 4 && report.failed == 2)
            #expect(out.texts.filter { $0.hasPrefix("A") } == ["A2", "A2", "A2", "A3"])
            #expect(out.texts.filter { $0.hasPrefix("B") } == ["B2", "B3"])
            let (lastA, lastB) = (out.texts.lastIndex { $0 == "A2" }, out.texts.firstIndex { $0 == "B3" })
            #expect(try #require(lastB) < #require(lastA))
            #expect(Set(out.told.map(\.key)).count == 4, "the same key on every try")
        }
    }

    @Test("each try is recorded, in a stream of the notification's own")
    func records() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel([
                "w/A": [.retry(after: nil, reason: "busy\u{1B}[0m"), .retry(after: 30, reason: "busy")]
            ])
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2"])
            try await book.dispatch([telling()], ["out": out])
            let events = try book.events(["notification.failed", "notification.delivered", "notification.parked"])
            #expect(events.map(\.type) == ["notification.failed", "notification.failed", "notification.delivered"])
            #expect(events.map(\.revision) == [1, 2, 3])
            #expect(events.map { $0.data["attempts"] } == [1, 2, 3])
            let key = try #require(out.told.first?.key)
            #expect(Set(events.map(\.subject)) == ["r/out/\(key)"])
            #expect(Set(events.map(\.source)) == ["/reactors/r"])
            let observed = try #require(try book.events(["session.observed"]).last)
            #expect(Set(events.map(\.causation)) == [observed.id])
            #expect(events[0].data["error"] == "busy\\u{1B}[0m")
            // One half of a second's ceiling, then what was asked for, which is more than half of two.
            let waits = try events.prefix(2).map { event in
                let next = try #require(event.data["next"]?.stringValue.flatMap { Timestamp($0) })
                return next.seconds(since: event.time)
            }
            #expect(waits == [0.5, 30])
            let message = try #require(events.last?.data["message"])
            let digest = try #require(message["sha256"]?.stringValue.flatMap { Digest(hex: $0) })
            #expect(try book.log.blobs.get(digest) == Array("w/A “2” changed: title 1 -> 2".utf8))
        }
    }

    @Test("after the last try it is parked, which lets the subject's later changes pass")
    func parking() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let down = [Outcome](repeating: .retry(after: nil, reason: "down"), count: 3)
            let out = ScriptedChannel(["w/A": down, "w/B": [.park(reason: "gone for good")]])
            let reactor = try telling {
                $0.message = try MessageTemplate("{{key}}{{title}}")
                $0.retry.attempts = 3
            }
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "2", "B": "2"])
            try await book.look(["A": "3", "B": "3"])
            let report = try await book.dispatch([reactor], ["out": out])
            #expect(report.parked == 2 && report.delivered == 2 && report.waiting == 0)
            #expect(out.texts.filter { $0.hasPrefix("A") } == ["A2", "A2", "A2", "A3"])
            #expect(out.texts.filter { $0.hasPrefix("B") } == ["B2", "B3"])
            let rows = try book.deliveries().filter { $0.state == .parked }.map(\.json)
            #expect(Set(rows.map { $0["error"] }) == ["down", "gone for good"])
            #expect(Set(rows.map { $0["attempts"] }) == [3, 1])
        }
    }

    @Test("a parked one asked for again is sent under the same key, saying that it is late, with tries anew")
    func retried() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let down = [Outcome](repeating: .retry(after: nil, reason: "down"), count: 3)
            let out = ScriptedChannel(["w/A": down])
            let reactor = telling { $0.retry.attempts = 2 }
            try await book.look(["A": "1"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "2"])
            try await book.dispatch([reactor], ["out": out])
            let deliveries = try Deliveries(log: book.log)
            let parked = try #require(try deliveries.list(state: .parked).first)
            let again = try await deliveries.retry(parked.id, source: "/cli/me", now: book.time.now)
            #expect(again.map(\.state) == [.failed])
            try book.forget()
            #expect(try await book.dispatch([reactor], ["out": out]).delivered == 1)
            #expect(out.told.map(\.isLate) == [false, false, true, true])
            #expect(Set(out.told.map(\.key)).count == 1)
            let detail = try #require(try deliveries.show(parked.id).first?.json)
            let outcomes = detail["tries"]?.arrayValue?.compactMap { $0["outcome"]?.stringValue }
            #expect(outcomes == ["failed", "parked", "retried", "failed", "delivered"])
            #expect(detail["attempts"] == 4 && detail["late"] == true)
            await #expect(throws: ReactorError.self) { try await deliveries.retry(parked.id, source: "/cli/me") }
            await #expect(throws: ReactorError.self) { try await deliveries.retry("nothing", source: "/cli/me") }
        }
    }

    @Test("different subjects go at the same time, as many as the channel takes", arguments: [1, 4])
    func concurrency(_ limit: Int) async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(concurrency: limit) { _ in await Task.yield() }
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2", "B": "2", "C": "2", "D": "2", "E": "2", "F": "2", "G": "2", "H": "2"])
            #expect(try await book.dispatch([telling()], ["out": out]).delivered == 8)
            #expect(out.mostUnderWay <= limit)
            if limit == 1 { #expect(out.told.map(\.subject) == "ABCDEFGH".map { "w/\($0)" }) }
        }
    }

    @Test("far more changes than are kept in memory at once")
    func many() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], ["out": out])
            let drafts = (0..<1000).map { book.draft("session.observed", "w/K\($0 % 400)", ["title": JSON($0)]) }
            _ = try await book.log.append(drafts)
            #expect(try await book.dispatch([telling()], ["out": out]).delivered == 1000)
            #expect(Set(out.told.map(\.key)).count == 1000)
            let titles = out.told.filter { $0.subject == "w/K3" }.map(\.text)
            #expect(titles == ["w/K3 is new", "w/K3 changed: title 3 -> 403", "w/K3 changed: title 403 -> 803"])
        }
    }
}
