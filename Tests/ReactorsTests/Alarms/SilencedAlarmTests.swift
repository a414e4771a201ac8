// Alarms that are silenced for a while, in a dispatcher over a real log: nothing that still stands afterwards is lost.

import CanonicalJSON
import EventLog
import Projections
import Testing

@testable import Reactors

@Suite("A silenced alarm", .timeLimit(.minutes(5)))
struct SilencedAlarmTests {
    /// What the alarm comes to is raised by one failed run, and stays until there is a good one.
    private func staying(on states: Set<AlarmState> = [.alarm, .ok]) throws -> [AlarmDefinition] {
        [try alarm(missing: .ignore, on: states)]
    }

    /// A station whose alarm is OK.
    private func withStation(
        _ alarms: [AlarmDefinition], _ channel: ScriptedChannel = ScriptedChannel(),
        _ body: (Station, Timestamp) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let station = try Station(folder, channel: channel)
            let start = station.time.now
            try await station.run("w", "completed")
            station.time.advance(seconds: 65)
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a OK"])
            try await body(station, start)
        }
    }

    private func come(
        to outcome: String, _ station: Station, _ alarms: [AlarmDefinition], since start: Timestamp
    ) async throws {
        try await station.run("w", outcome)
        station.time.advance(seconds: 65)
        try await station.check(alarms, since: start)
    }

    private func deliveries(_ station: Station) throws -> [Delivery] { try Deliveries(log: station.log).list() }

    @Test("that is back when the silence ends is told to nobody, and all of it is on record with why")
    func back() async throws {
        try await withFolder { folder in
            let station = try Station(folder)
            let (start, alarms) = (station.time.now, [try alarm()])
            try await station.check(alarms, since: start)
            let until = start.adding(seconds: 3600)
            try await station.silence(for: 3600)
            try await station.run("w", "failed")
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a OK", "a ALARM"])
            #expect(station.channel.told.isEmpty)
            let held = try #require(try deliveries(station).first)
            #expect(held.state == .held && held.error == "the alarm is silenced until \(until) by ann: moving")
            #expect(held.hold == Delivery.Hold(reason: .silenced, until: until, toldIn: nil) && held.next == until)
            station.time.advance(seconds: 7200)
            try await station.check(alarms, since: start)
            #expect(try station.changes() == ["a OK", "a ALARM", "a OK"])
            #expect(station.channel.told.isEmpty)
            let settled = try deliveries(station)
            #expect(settled.map(\.error) == Array(repeating: "silenced; the alarm is OK, as it was before", count: 2))
            #expect(settled.allSatisfy { $0.state == .held && $0.hold == nil && $0.next == nil })
        }
    }

    @Test("that still stands when the silence ends is told then, once, as it always is")
    func stillRaised() async throws {
        let alarms = try staying()
        try await withStation(alarms) { station, start in
            try await station.silence(for: 3600)
            for outcome in ["failed", "completed", "failed"] {
                try await come(to: outcome, station, alarms, since: start)
            }
            #expect(try station.changes().suffix(3) == ["a ALARM", "a OK", "a ALARM"])
            #expect(station.channel.told.isEmpty)
            let newest = try #require(try deliveries(station).last)
            station.time.advance(seconds: 3600)
            for _ in 0..<2 { try await station.check(alarms, since: start) }
            #expect(station.channel.texts.count == 1)
            #expect(
                station.channel.texts.first?.hasPrefix("alarm a is ALARM: 1 of the last 1 datapoint was >= 1") == true)
            #expect(station.channel.told.first?.key == newest.notification.key)
            let settled = try deliveries(station)
            #expect(settled.map(\.state) == [.held, .held, .delivered] && settled.last?.id == newest.id)
            #expect(settled[0].error == "silenced; the alarm has changed since, and is ALARM")
            // What comes then is told at once.
            try await come(to: "completed", station, alarms, since: start)
            #expect(station.channel.texts.last?.hasPrefix("alarm a is OK") == true)
        }
    }

    @Test("that was raised before the silence, and told, is told when it has cleared")
    func cleared() async throws {
        let alarms = try staying()
        try await withStation(alarms) { station, start in
            try await come(to: "failed", station, alarms, since: start)
            try await station.silence(for: 3600)
            try await come(to: "completed", station, alarms, since: start)
            #expect(station.channel.texts.count == 1)
            station.time.advance(seconds: 3600)
            try await station.check(alarms, since: start)
            #expect(station.channel.texts.map { String($0.prefix(13)) } == ["alarm a is AL", "alarm a is OK"])
        }
    }

    @Test(
        "is told when the newest silence ends, which may be longer or shorter than the first",
        arguments: [(7200.0, 3600.0, 3700.0), (0, 0, 0)])
    func anotherSilence(length: Double, untold: Double, rest: Double) async throws {
        let alarms = try staying()
        try await withStation(alarms) { station, start in
            try await station.silence(for: 3600)
            try await come(to: "failed", station, alarms, since: start)
            try await station.check(alarms, since: start)
            #expect(station.channel.told.isEmpty)
            try await station.silence(for: length)
            if untold > 0 {
                station.time.advance(seconds: untold)
                try await station.check(alarms, since: start)
                #expect(station.channel.told.isEmpty)
            }
            station.time.advance(seconds: rest)
            try await station.check(alarms, since: start)
            #expect(station.channel.texts.map { String($0.prefix(16)) } == ["alarm a is ALARM"])
        }
    }

    @Test(
        "is told as it was decided though everything derived is lost, and the alarm has changed, before the try is on record"
    )
    func killed() async throws {
        let alarms = try staying()
        let channel = ScriptedChannel(["a": [.interrupted]])
        try await withStation(alarms, channel) { station, start in
            try await station.silence(for: 3600)
            try await come(to: "failed", station, alarms, since: start)
            station.forget()
            station.time.advance(seconds: 3600)
            try await station.check(alarms, since: start, wait: .milliseconds(1))
            #expect(channel.texts.count == 1)
            station.forget()
            try await come(to: "completed", station, alarms, since: start)
            #expect(channel.texts.count == 3 && channel.texts[0] == channel.texts[1])
            #expect(channel.told[0].key == channel.told[1].key && channel.texts[2].hasPrefix("alarm a is OK"))
            #expect(try station.events("notification.prepared").count == 1)
        }
    }

    @Test("is told to a channel only in the states that it is named for, and never what is over")
    func someStates() async throws {
        for (states, outcomes, told) in [
            ([.alarm], ["failed"], ["alarm a is ALARM"]), ([.alarm], ["failed", "completed"], []),
            ([.ok], ["failed", "completed"], []), ([.ok], ["failed"], []),
        ] as [(Set<AlarmState>, [String], [String])] {
            let alarms = try staying(on: states)
            try await withStation(alarms) { station, start in
                try await station.silence(for: 3600)
                for outcome in outcomes { try await come(to: outcome, station, alarms, since: start) }
                station.time.advance(seconds: 3600)
                try await station.check(alarms, since: start)
                #expect(station.channel.texts.map { String($0.prefix(16)) } == told, "\(states) \(outcomes)")
            }
        }
    }

    @Test("wakes a service when the silence ends")
    func service() async throws {
        let (alarms, gate) = (try staying(), Gate())
        let channel = ScriptedChannel { _ in gate.open() }
        try await withStation(alarms, channel) { station, start in
            try await station.silence(for: 3600)
            try await come(to: "failed", station, alarms, since: start)
            let dispatcher = try station.dispatcher(alarms, since: start)
            try await dispatcher.start()
            let running = Task { try await dispatcher.run() }
            await gate.wait()
            running.cancel()
            _ = try await running.value
            #expect(channel.texts.map { String($0.prefix(16)) } == ["alarm a is ALARM"])
        }
    }
}
