// Alarms in a dispatcher, over a real log: what they come to is on record once, whoever evaluates, and told once.

import CanonicalJSON
import EventLog
import Foundation
import Projections
import Testing

@testable import Reactors

@Suite("Alarms in a dispatcher")
struct AlarmBoardTests {
    @Test("it is raised once though it fails again, and cleared when a period was good")
    func raisedOnce() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let (start, alarms) = (station.time.now, [try alarm()])
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a OK"])
            #expect(station.channel.told.isEmpty)
            for _ in 0..<3 {
                station.time.advance(seconds: 10)
                try await station.run("w", "failed")
                try await station.check(alarms, since: start)
            }
            #expect(try station.changes() == ["a OK", "a ALARM"])
            #expect(station.channel.texts.count == 1)
            #expect(station.channel.texts[0].hasPrefix("alarm a is ALARM: 1 of the last 1 datapoint was >= 1"))
            station.time.advance(seconds: 70)
            try await station.run("w", "completed")
            station.time.advance(seconds: 70)
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a OK", "a ALARM", "a OK"])
            #expect(station.channel.texts.count == 2)
            let raised = try station.events("alarm.changed")[1]
            let failed = try station.events("run.failed")[0]
            #expect(raised.causation == failed.id && raised.time == failed.time)
            #expect(raised.data["datapoints"]?.arrayValue?.count == 3 && raised.data["value"] == 1)
        }
    }

    @Test("what was missed while nobody evaluated is caught up in order, at the moments at which it was due")
    func caughtUp() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let (start, alarms) = (station.time.now, [try alarm(missing: .missing)])
            try await station.check(alarms, since: start)
            try await station.run("w", "failed")
            station.time.advance(seconds: 86_400)
            try await station.run("w", "completed")
            station.time.advance(seconds: 3600)
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a ALARM", "a INSUFFICIENT_DATA", "a OK", "a INSUFFICIENT_DATA"])
            #expect(station.channel.texts.count == 2)
            let times = try station.events("alarm.changed").map { $0.time.seconds(since: start) }
            #expect(times[0] == 0 && times[1] == 240 && times[2] <= 86_460 && times[3] <= 86_400 + 240)
        }
    }

    @Test("deleting what is derived changes nothing about what it comes to")
    func forgotten() async throws {
        func changes(forgetting: Bool) async throws -> [String] {
            try await withFolder { folder in
                let station = try Station(folder)
                let (start, alarms) = (station.time.now, [try alarm()])
                for outcome in ["failed", "completed", "failed", "failed", "completed"] {
                    try await station.run("w", outcome)
                    try await station.check(alarms, since: start)
                    if forgetting { station.forget() }
                    station.time.advance(seconds: 300)
                }
                try await station.check(alarms, since: start)
                #expect(Set(station.channel.told.map(\.key)).count == station.channel.told.count)
                return try station.changes()
            }
        }
        let whole = try await changes(forgetting: false)
        #expect(whole.count == 7 && whole.last == "a OK")
        let again = try await changes(forgetting: true)
        #expect(again == whole)
    }

    @Test("two that evaluate the same log put no change on record twice")
    func twoEvaluators() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let (start, plan) = (station.time.now, AlarmPlan([try alarm()], since: station.time.now))
            try await station.run("w", "failed")
            try await station.engine.catchUp()
            let (store, book) = (try DeliveryStore(log: station.log), LogBook())
            var boards = (0..<2).map { _ in
                AlarmBoard(
                    plan, log: station.log, engine: station.engine, store: store, runs: EventIDPool(),
                    logger: book.logger)
            }
            // The second has read what there is, and is told of the first's change only by the log's refusal.
            #expect(try await boards[0].evaluate(at: start.adding(seconds: 1)))
            #expect(try await !boards[1].evaluate(at: start.adding(seconds: 1)))
            #expect(try await !boards[0].evaluate(at: start.adding(seconds: 2)))
            #expect(try station.changes() == ["a OK", "a ALARM"])
            #expect(book.lines == ["notice: alarm a is OK", "warning: alarm a is ALARM"])
            let metadata = try #require(book.metadata(of: "warning: alarm a is ALARM"))
            #expect(metadata["alarm"] == "a" && metadata["state"] == "ALARM" && metadata["was"] == "OK")
        }
    }

    /// One that evaluates by itself, as a process does; what it does not save is lost with it.
    private func board(_ station: Station, _ definition: AlarmDefinition, since: Timestamp) async throws -> AlarmBoard {
        try await station.engine.catchUp()
        return AlarmBoard(
            AlarmPlan([definition], since: since), log: station.log, engine: station.engine,
            store: try DeliveryStore(log: station.log), runs: EventIDPool(), logger: nil)
    }

    @Test("after a kill, what lies before a change that is on record is not gone over again")
    func killed() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let (start, alarm) = (station.time.now, try alarm(missing: .ignore))
            var first = try await board(station, alarm, since: start)
            #expect(try await !first.evaluate(at: station.time.now))
            for outcome in ["completed", "failed"] {
                station.time.advance(seconds: 65)
                // It is killed before it saves how far it has come.
                try await station.run("w", outcome)
            }
            try await station.engine.catchUp()
            station.time.advance(seconds: 1)
            let before = try DeliveryStore(log: station.log).alarmProgress("a")
            #expect(try await first.evaluate(at: station.time.now))
            #expect(try station.changes() == ["a OK", "a ALARM"])
            try DeliveryStore(log: station.log).save([("a", try #require(before))])
            var second = try await board(station, alarm, since: start)
            #expect(try await !second.evaluate(at: station.time.now))
            #expect(try station.changes() == ["a OK", "a ALARM"])
        }
    }

    @Test("what is recorded while a change is put on record counts once")
    func raced() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let start = station.time.now
            let definition = AlarmDefinition(try rule("run.errors", .sum, ">= 3", missing: .notBreaching), actions: [:])
            try await station.run("w", "failed")
            var board = try await board(station, definition, since: start)
            // Not seen by the projections when it is evaluated, and so in the way of its first change.
            try await station.run("w", "failed")
            #expect(try await board.evaluate(at: start.adding(seconds: 1)))
            #expect(try station.changes() == ["a OK"])
            try await station.engine.catchUp()
            #expect(try await !board.evaluate(at: start.adding(seconds: 2)))
            try await station.run("w", "failed")
            try await station.engine.catchUp()
            #expect(try await board.evaluate(at: start.adding(seconds: 3)))
            #expect(try station.changes() == ["a OK", "a ALARM"])
            #expect(try station.events("alarm.changed").last?.data["value"] == 3)
        }
    }

    @Test(
        "an alarm, or a rule, that was out of force for a while comes back without the time in between",
        arguments: [false, true])
    func backAgain(asAnotherRule: Bool) async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let start = station.time.now
            let other = AlarmDefinition(try rule("run.errors", .sum, ">= 9", missing: .ignore), actions: [:])
            try await station.run("w", "failed")
            try await station.check([try alarm(missing: .ignore)], since: start)
            #expect(try station.changes() == ["a ALARM"])
            station.time.advance(seconds: 3600)
            try await station.check(asAnotherRule ? [other] : [], since: station.time.now)
            for outcome in ["completed", "failed", "completed", "failed"] {
                station.time.advance(seconds: 600)
                try await station.run("w", outcome)
            }
            let changes = try station.changes()
            station.time.advance(seconds: 600)
            try await station.check([try alarm(missing: .ignore)], since: station.time.now)
            #expect(try station.changes() == changes)
        }
    }

    @Test("a channel is told the states that it is named for")
    func statesByChannel() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let (start, alarms) = (station.time.now, [try alarm(on: [.ok])])
            try await station.run("w", "failed")
            try await station.check(alarms, since: start)
            station.time.advance(seconds: 600)
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a OK", "a ALARM", "a OK"])
            #expect(station.channel.texts.map { String($0.prefix(13)) } == ["alarm a is OK"])
        }
    }

    @Test("a changed rule begins when it was put in force, with the state that the alarm has")
    func changedRule() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let start = station.time.now
            try await station.run("w", "failed")
            try await station.check([try alarm()], since: start)
            station.time.advance(seconds: 3600)
            let stricter = AlarmDefinition(try rule("run.errors", .sum, ">= 2", missing: .ignore), actions: [:])
            try await station.check([stricter], since: station.time.now)
            #expect(try station.changes() == ["a OK", "a ALARM"])
            try await station.run("w", "completed")
            station.time.advance(seconds: 60)
            try await station.check([stricter], since: start.adding(seconds: 3600))
            #expect(try station.changes() == ["a OK", "a ALARM", "a OK"])
        }
    }

    @Test("while it is driven it evaluates when time has come, though nothing is recorded", .timeLimit(.minutes(5)))
    func byTheClock() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let start = station.time.now
            let definition = AlarmDefinition(
                try rule("run.age", .maximum, ">= 600", period: 60), actions: [.alarm: ["out"]])
            try await station.run("w", "completed")
            let dispatcher = try station.dispatcher([definition], since: start)
            try await dispatcher.start()
            let running = Task { try await dispatcher.run() }
            // Time passes when the dispatcher waits for it.
            while station.channel.told.isEmpty { try await pause() }
            running.cancel()
            _ = try await running.value
            #expect(try station.changes().last == "a ALARM")
            let raised = try #require(try station.events("alarm.changed").last)
            #expect((600...660).contains(raised.time.seconds(since: start)))
        }
    }
}
