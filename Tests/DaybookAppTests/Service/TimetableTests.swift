import EventLog
import Testing

@testable import DaybookApp

@Suite("When watches are due")
struct TimetableTests {
    private static let start = Timestamp("2026-11-21T10:02:30Z") ?? .now()

    private func moment(_ seconds: Double, clockSetBy step: Double = 0) -> Moment {
        Moment(wall: Self.start.adding(seconds: seconds + step), elapsed: 1000 + seconds)
    }

    private func timetable(_ schedule: Schedule, lastRun: Double? = nil) -> Timetable {
        var timetable = Timetable()
        timetable.replace(
            [("w", schedule)], lastRuns: lastRun.map { ["w": Self.start.adding(seconds: $0)] } ?? [:], at: moment(0))
        return timetable
    }

    /// Lets time pass in steps of a second and looks whenever something is due; the seconds at which it did.
    private func looks(
        _ timetable: inout Timetable, from: Int = 0, to: Int, clockSetBy step: (Int) -> Double = { _ in 0 }
    ) -> [Int] {
        var looks: [Int] = []
        for second in from...to {
            let now = moment(Double(second), clockSetBy: step(second))
            for watch in timetable.due(at: now) {
                looks.append(second)
                timetable.started(watch, at: now)
            }
        }
        return looks
    }

    private func cron(_ text: String) throws -> Schedule { .cron(try Cron(text), timezone: "UTC") }

    @Test("A watch that never looked is due at once, then on a grid of its own that a restart does not move")
    func grid() throws {
        var first = timetable(.every(.seconds(60)))
        let looks = looks(&first, to: 600)
        #expect(looks[0] == 0 && zip(looks.dropFirst(), looks.dropFirst(2)).allSatisfy { $1 - $0 == 60 })
        var restarted = timetable(.every(.seconds(60)), lastRun: 0)
        let again = self.looks(&restarted, to: 600)
        #expect(again == Array(looks.dropFirst()))
    }

    @Test("A clock that is set just before a reload moves nothing out of reach")
    func reloadAfterStep() throws {
        var timetable = timetable(.every(.seconds(60)), lastRun: 0)
        _ = looks(&timetable, to: 100)
        let year = -365 * 86_400.0
        timetable.replace([("w", .every(.seconds(60)))], lastRuns: [:], at: moment(101, clockSetBy: year))
        let next = try #require(timetable.earliest())
        #expect(next <= moment(101 + 60, clockSetBy: year).wall)
    }

    @Test("Watches with the same interval are spread over it")
    func spread() {
        let offsets = (0..<600).compactMap { number in
            Schedule.every(.seconds(600)).next(after: Self.start, for: "watch-\(number)")?.seconds(since: Self.start)
        }
        for minute in 0..<10 {
            let count = offsets.filter { $0 >= Double(minute * 60) && $0 < Double(minute * 60 + 60) }.count
            #expect((30...90).contains(count), "minute \(minute): \(count) of 600")
        }
    }

    @Test(
        "What fell due while nothing ran, or while the machine slept, is made up for by one look",
        arguments: [-30.0, -3_600, -90_000_000])
    func catchUp(lastRun: Double) {
        var timetable = timetable(.every(.seconds(600)), lastRun: lastRun)
        let next =
            Schedule.every(.seconds(600)).next(after: Self.start.adding(seconds: lastRun), for: "w") ?? Self.start
        let isDue = next <= Self.start
        let looks = looks(&timetable, to: 0)
        #expect(looks.count == (isDue ? 1 : 0) && (lastRun > -3_600 || isDue))
    }

    @Test("After a suspend of a day there is one look, and then the usual ones")
    func suspended() {
        var timetable = timetable(.every(.seconds(60)))
        _ = looks(&timetable, to: 120)
        let after = looks(&timetable, from: 86_400, to: 86_400 + 300)
        #expect(after.first == 86_400 && (5...6).contains(after.count))
    }

    @Test(
        "A clock that is set neither stops a watch nor makes it look twice",
        arguments: [-86_400.0, -3_600, -65, -1, 1, 65, 3_600, 86_400])
    func clockSteps(step: Double) {
        var timetable = timetable(.every(.seconds(600)))
        let looks = looks(&timetable, to: 6_000) { $0 >= 3_000 ? step : 0 }
        let gaps = zip(looks.dropFirst(), looks.dropFirst(2)).map { $1 - $0 }
        #expect(gaps.allSatisfy { (300...900).contains($0) }, "\(looks)")
        #expect((9...12).contains(looks.count))
    }

    @Test(
        "A time of day comes once though the clock is set back over it, unless it was wrong by hours",
        arguments: [(-65.0, 1), (-3_600.0, 1), (-14_400.0, 2)])
    func setBackOverATime(step: Double, expected: Int) throws {
        var timetable = timetable(try cron("3 10 * * *"), lastRun: -60)
        let looks = looks(&timetable, to: 5 * 3600) { $0 >= 40 ? step : 0 }
        #expect(looks.first == 30 && looks.count == expected, "\(looks)")
    }

    @Test(
        "Nor does it come again in a service that began after the clock was set back",
        arguments: [(3_600.0, 0), (14_400.0, 1)])
    func setBackBeforeTheStart(lead: Double, expected: Int) throws {
        // The last look was for 10:03 by a clock that was ahead; at the start it is 10:02:30.
        var timetable = timetable(try cron("3 10 * * *"), lastRun: lead)
        #expect(looks(&timetable, to: 600).count == expected)
    }

    @Test("Nor in one that began before the clock was set back")
    func setBackAfterTheStart() throws {
        var timetable = timetable(try cron("2 10 * * *"), lastRun: -20)
        #expect(looks(&timetable, to: 3_600) { $0 >= 40 ? -600 : 0 } == [])
    }

    @Test("A watch that was not due yet by a clock without a battery is due once that is set")
    func setForwardAfterTheStart() {
        var timetable = timetable(.every(.seconds(86_400)), lastRun: 0)
        #expect(looks(&timetable, to: 600) { $0 >= 40 ? 90_000 : 0 } == [40])
    }

    @Test("A time that a clock set forward passes over is made up for at once")
    func setForwardOverATime() throws {
        var timetable = timetable(try cron("0 11 * * *"), lastRun: -60)
        let looks = looks(&timetable, to: 600) { $0 >= 40 ? 7_200 : 0 }
        #expect(looks == [40])
    }

    @Test("Another schedule counts from the last look; the same one keeps its time")
    func reload() {
        var timetable = timetable(.every(.seconds(600)))
        _ = looks(&timetable, to: 0)
        let due = timetable.due(of: "w")
        timetable.replace([("w", .every(.seconds(600)))], lastRuns: [:], at: moment(10))
        #expect(timetable.due(of: "w") == due)
        timetable.replace([("w", .every(.seconds(20)))], lastRuns: [:], at: moment(10))
        #expect((timetable.due(of: "w")?.seconds(since: Self.start)).map { $0 <= 20 } == true)
        timetable.replace([], lastRuns: [:], at: moment(10))
        #expect(timetable.earliest() == nil)
    }

    @Test("No schedule's next time is in the past, and asking again from there gives a later one", arguments: 0..<50)
    func progress(number: Int) throws {
        let schedules: [Schedule] = [
            .every(.milliseconds(1)), .every(.seconds(7)), .every(.seconds(86_400 * 30)), try cron("*/7 3-5 * * *"),
        ]
        for schedule in schedules {
            let moment = Self.start.adding(seconds: Double(number) * 9_973.123)
            let next = try #require(schedule.next(after: moment, for: "w\(number)"))
            #expect(next > moment && (schedule.next(after: next, for: "w\(number)") ?? moment) > next)
        }
    }
}
