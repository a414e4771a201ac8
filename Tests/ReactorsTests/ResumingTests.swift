import CanonicalJSON
import EventLog
import Foundation
import Projections
import Synchronization
import Testing

@testable import Reactors

@Suite("Stopping and going on", .timeLimit(.minutes(5)))
struct ResumingTests {
    @Test("what is not due in time is left, and the next dispatcher tells it when it is due")
    func left() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(["w/A": [.retry(after: 100, reason: "later")]])
            let reactor = try telling { $0.message = try MessageTemplate("{{title}}") }
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "2", "B": "2"])
            let first = try await book.dispatch([reactor], ["out": out], wait: .seconds(30))
            #expect(first.delivered == 1 && first.waiting == 1)
            #expect(first.next == book.time.now.adding(seconds: 100))

            // Other words meanwhile: the message is the one of the first try all the same.
            let reworded = try telling { $0.message = try MessageTemplate("other words") }
            #expect(try await book.dispatch([reworded], ["out": out], wait: .seconds(30)).delivered == 0)
            book.time.advance(seconds: 80)
            #expect(try await book.dispatch([reworded], ["out": out], wait: .seconds(30)).delivered == 1)
            #expect(out.told.filter { $0.subject == "w/A" }.map(\.text) == ["2", "2"])
            #expect(out.told.filter { $0.subject == "w/B" }.count == 1)
        }
    }

    @Test("a later change waits for one that an earlier dispatcher left")
    func orderAcrossRestarts() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(["w/A": [.retry(after: 100, reason: "later")]])
            let reactor = try telling { $0.message = try MessageTemplate("{{title}}") }
            try await book.look(["A": "1"])
            try await book.dispatch([reactor], ["out": out])
            try await book.look(["A": "2"])
            try await book.dispatch([reactor], ["out": out], wait: .seconds(1))
            try await book.look(["A": "3"])
            try book.forget()
            #expect(try await book.dispatch([reactor], ["out": out], wait: .seconds(1)).waiting == 2)
            #expect(try await book.dispatch([reactor], ["out": out]).delivered == 2)
            #expect(out.texts == ["2", "2", "3"])
        }
    }

    @Test("an effect without its record happens again, under the same key")
    func crash() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            // Interrupted after the effect: what kill -9 leaves behind.
            let out = ScriptedChannel(["w/A": [.interrupted]])
            try await book.look(["A": "1", "B": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2", "B": "2"])
            try await book.dispatch([telling()], ["out": out], wait: .milliseconds(1))
            #expect(out.told.count == 2)
            try await book.dispatch([telling()], ["out": out])
            #expect(out.told.map(\.subject).sorted() == ["w/A", "w/A", "w/B"])
            #expect(Set(out.told.map(\.key)).count == 2)
            #expect(try book.deliveries().allSatisfy { $0.state == .delivered && $0.attempts == 1 })
        }
    }

    @Test("what another has recorded meanwhile is known to be done")
    func overtaken() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel { message in
                let name = ChangeName(projection: "sessions", sequence: 3, kind: message.kind, subject: message.subject)
                let other = NotificationRecord(
                    .delivered, NotificationKey(reactor: "r", channel: "out", change: name), attempts: 1)
                let draft = other.draft(id: EventIDs(at: book.time.now).next(), time: book.time.now, cause: nil)
                _ = try? await book.log.append([draft])
            }
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2"])
            let report = try await book.dispatch([telling()], ["out": out])
            #expect(report.waiting == 0 && report.failed == 0)
            #expect(out.told.count == 1)
            #expect(try book.events(["notification.delivered"]).count == 1)
        }
    }

    @Test("reactors.sqlite comes back the same, and nothing is told again")
    func rebuilt() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(["w/A": [.park(reason: "gone")], "w/B": [.retry(after: 9e4, reason: "busy")]])
            try await book.look(["A": "1", "B": "1", "C": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2", "B": "2", "C": "2"])
            try await book.dispatch([telling()], ["out": out])
            let before = try book.deliveries()
            #expect(Set(before.map(\.state)) == [.parked, .failed, .delivered])
            try book.forget()
            #expect(try book.deliveries() == before)
            let told = out.told.count
            try book.forget()
            try await book.dispatch([telling()], ["out": out])
            #expect(out.told.count == told)
        }
    }

    @Test("projections that are rebuilt, lost or of another version tell nothing again, and what waits keeps its key")
    func projectionsRebuilt() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(["w/A": Array(repeating: .retry(after: 100, reason: "busy"), count: 3)])
            try await book.look(["A": "1", "B": "1", "C": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2", "B": "2", "C": "2"])
            try await book.dispatch([telling()], ["out": out], wait: .seconds(1))
            #expect(out.told.count == 3)
            try await book.engine.rebuild()
            try await book.dispatch([telling()], ["out": out], wait: .seconds(1))
            try FileManager.default.removeItem(atPath: book.log.dataDirectory + "/projections")
            let again = try Book(folder, time: book.time)
            try await again.dispatch([telling()], ["out": out], wait: .seconds(1))
            #expect(out.told.count == 3, "nothing was due, and nothing was told")
            try await again.engine.rebuild()
            try await again.dispatch([telling()], ["out": out])
            #expect(try again.deliveries().map(\.state) == [.delivered, .delivered, .delivered])
            let byKey = Dictionary(grouping: out.told, by: \.key).mapValues { $0.map(\.subject) }
            #expect(byKey.count == 3)
            #expect(byKey.values.sorted { $0[0] < $1[0] } == [["w/A", "w/A", "w/A", "w/A"], ["w/B"], ["w/C"]])
        }
    }

    @Test("while a dispatcher tells, rebuilds beside it make it tell nothing twice and leave nothing out")
    func rebuildsBeside() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let told = AsyncStream<String>.makeStream()
            let out = ScriptedChannel { told.continuation.yield($0.subject) }
            let dispatcher = try book.dispatcher([telling()], ["out": out])
            try await dispatcher.start()
            try await book.look(["A": "0", "B": "0"])
            let service = Task { try await dispatcher.run() }
            let other = try ProjectionEngine(log: book.log, projections: [KeyedCollection.sessions])
            let rebuilds = Task {
                while !Task.isCancelled {
                    try await book.engine.rebuild()
                    try await other.rebuild()
                }
            }
            var subjects = told.stream.makeAsyncIterator()
            for round in 1...20 {
                try await book.look(["A": "\(round)", "B": "\(round)"])
                let pair = [await subjects.next(), await subjects.next()]
                #expect(Set(pair) == ["w/A", "w/B"])
            }
            rebuilds.cancel()
            // In the middle of a rebuild, or between two.
            if case .failure(let error) = await rebuilds.result { #expect(error is ProjectionError) }
            service.cancel()
            #expect(try await service.value.delivered == 40)
            #expect(out.told.count == 40 && Set(out.told.map(\.key)).count == 40)
        }
    }

    @Test("a reactors.sqlite that belongs to another log, or is no database, is made anew")
    func foreign() async throws {
        try await withFolder { folder in
            let (mine, other) = (try Book(folder + "/mine"), try Book(folder + "/other"))
            for book in [mine, other] {
                try await book.look(["A": "1"])
                try await book.dispatch([telling()], ["out": ScriptedChannel()])
                try await book.look(["A": "2"])
            }
            try await mine.dispatch([telling()], ["out": ScriptedChannel()])
            let rows = try mine.deliveries()
            try other.forget()
            try copy(mine.log.dataDirectory + "/reactors.sqlite", to: other.log.dataDirectory + "/reactors.sqlite")
            #expect(try other.deliveries().isEmpty)
            try mine.forget()
            try overwrite(
                mine.log.dataDirectory + "/reactors.sqlite", with: String(repeating: "no database ", count: 500))
            #expect(try mine.deliveries() == rows)
        }
    }

    @Test("as they stood at a point in the past")
    func asOf() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(["w/A": [.retry(after: 50, reason: "busy")]])
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], ["out": out])
            try await book.look(["A": "2"])
            try await book.dispatch([telling()], ["out": out])
            let failed = try #require(try book.events(["notification.failed"]).first)
            for point in [AsOf.sequence(failed.sequence), .observed(failed.time)] {
                let then = try Deliveries(log: book.log, asOf: point).list()
                #expect(then.map(\.state) == [.failed])
                #expect(then.first?.error == "busy")
                let shown = try Deliveries(log: book.log, asOf: point).show(try #require(then.first).id)
                #expect(shown.map { $0.records.map(\.type) } == [["notification.failed"]])
            }
            #expect(try Deliveries(log: book.log, asOf: .sequence(failed.sequence - 1)).list().isEmpty)
            #expect(try book.deliveries().map(\.state) == [.delivered])
        }
    }

    @Test("there is one dispatcher for a data folder")
    func lease() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel()
            let first = try book.dispatcher([telling()], ["out": out])
            #expect(try await first.start())
            let second = try book.dispatcher([telling()], ["out": out])
            #expect(try await second.start() == false)
            #expect(try await second.runUntilIdle().isLeftToAnother)
            #expect(try await first.runUntilIdle() == DispatchReport())
        }
    }
}

@Suite("As a service", .timeLimit(.minutes(5)))
struct ServiceTests {
    @Test("tells what comes, also what is asked for again by another process, until it is cancelled")
    func service() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let told = AsyncStream<String>.makeStream()
            let out = ScriptedChannel(["w/B": [.park(reason: "gone")]]) { told.continuation.yield($0.subject) }
            var subjects = told.stream.makeAsyncIterator()
            let dispatcher = try book.dispatcher([telling()], ["out": out])
            try await dispatcher.start()
            let service = Task { try await dispatcher.run() }
            try await book.look(["A": "1", "B": "1"])
            try await book.look(["A": "2", "B": "1"])
            #expect(await subjects.next() == "w/A")
            try await book.look(["A": "2", "B": "2"])
            #expect(await subjects.next() == "w/B")
            let deliveries = try Deliveries(log: book.log)
            while try deliveries.list(state: .parked).isEmpty { try await pause() }
            let parked = try #require(try deliveries.list(state: .parked).first)
            try await deliveries.retry(parked.id, source: "/cli/me", now: book.time.now)
            #expect(await subjects.next() == "w/B")
            service.cancel()
            let report = try await service.value
            #expect(report.delivered == 2 && report.parked == 1 && report.waiting == 0)
            #expect(out.told.map(\.isLate) == [false, false, true])
        }
    }

    @Test("once cancelled, begins nothing more but lets end and be recorded what is under way")
    func draining() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let (begun, mayEnd) = (Gate(), Gate())
            // Cancellation reaches what is under way only after the grace, which this clock would let pass at once.
            let pace = Pace(now: book.time.pace.now, sleep: { _ in await Gate().wait() }, random: { 0.5 })
            let out = ScriptedChannel(concurrency: 1) { _ in
                begun.open()
                await mayEnd.wait()
            }
            let dispatcher = try Dispatcher(
                log: book.log, engine: book.engine, projections: ["sessions"], reactors: [telling()],
                channels: ["out": out], pace: pace)
            try await book.look(["A": "1", "B": "1"])
            try await dispatcher.start()
            try await book.look(["A": "2", "B": "2"])
            let service = Task { try await dispatcher.run() }
            await begun.wait()
            service.cancel()
            mayEnd.open()
            let report = try await service.value
            #expect(report.delivered == 1 && report.waiting == 1)
            #expect(out.told.map(\.subject) == ["w/A"])
            #expect(try book.deliveries().map(\.state) == [.delivered])
        }
    }
}
