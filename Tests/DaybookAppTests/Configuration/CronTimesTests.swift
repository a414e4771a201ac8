import Foundation
import Testing

@testable import DaybookApp

/// The changes of clocks are those of the IANA time zone database, as `zdump -v` prints them. What an expression makes of
/// them is the rule of Debian's cron(8).
@Suite("Cron where clocks change")
struct CronTimesTests {
    @Test(
        "An expression with * in minute or hour follows the clock: no real hour is left out or done twice",
        arguments: [
            // 2026-03-08 07:00 UTC: EST to EDT, 02:00 to 03:00.
            ("0 * * * *", "America/New_York", "2026-03-08T05:30:00Z", ["06:00", "07:00", "08:00"]),
            ("*/30 * * * *", "America/New_York", "2026-03-08T06:20:00Z", ["06:30", "07:00", "07:30"]),
            // 2026-11-01 06:00 UTC: EDT to EST, 02:00 to 01:00.
            ("0 * * * *", "America/New_York", "2026-11-01T04:30:00Z", ["05:00", "06:00", "07:00"]),
            ("*/30 1 * * *", "America/New_York", "2026-11-01T04:30:00Z", ["05:00", "05:30", "06:00", "06:30"]),
            // 2026-03-29 01:00 UTC: CET to CEST, 02:00 to 03:00; 2026-10-25 01:00 UTC back.
            ("*/10 * * * *", "Europe/Berlin", "2026-03-29T00:45:00Z", ["00:50", "01:00", "01:10"]),
            ("0 */2 * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", ["00:00", "01:00", "03:00"]),
            // 2026-10-03 15:30 UTC: Lord Howe, half an hour on, 02:00 to 02:30; 2026-04-04 15:00 UTC back.
            ("0 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z", ["14:30", "16:00", "17:00"]),
            ("0,30 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", ["14:30", "15:00", "15:30"]),
        ])
    func wildcards(expression: String, zone: String, start: String, expected: [String]) throws {
        let times = try times(expression, zone, after: start, count: expected.count)
        #expect(times.map { String($0.dropFirst(11).prefix(5)) } == expected)
    }

    @Test(
        "An expression that names its times comes once on every day, at the change where the day leaves it out",
        arguments: [
            (
                "30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z",
                ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]
            ),
            (
                "15,45 2 * * *", "America/New_York", "2026-03-08T06:00:00Z",
                ["2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"]
            ),
            (
                "0 3 * * *", "America/New_York", "2026-03-07T12:00:00Z",
                ["2026-03-08T07:00:00Z", "2026-03-09T07:00:00Z"]
            ),
            (
                "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z",
                ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
            ),
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            ("30 2 29 3 *", "Europe/Berlin", "2026-03-01T00:00:00Z", ["2026-03-29T01:00:00Z", "2027-03-29T00:30:00Z"]),
            // 2011-12-30 is a day that Samoa never had.
            ("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", ["2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z"]),
            // Cairo's clocks change at midnight: 2026-04-23 22:00 UTC, 00:00 to 01:00.
            ("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]),
        ])
    func named(expression: String, zone: String, start: String, expected: [String]) throws {
        #expect(try times(expression, zone, after: start, count: expected.count) == expected)
    }

    @Test(
        "Over two years, an hourly look comes every hour and a daily one once a day, whatever the clocks do",
        arguments: [
            "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago",
            "Asia/Kolkata",
        ])
    func noneLostNoneDoubled(zone: String) throws {
        let hourly = try times("7 * * * *", zone, after: "2025-06-01T00:00:00Z", count: 24 * 730)
        let gaps = Set(try zip(hourly, hourly.dropFirst()).map { try date($1).timeIntervalSince(try date($0)) })
        // Only where clocks change by half an hour is the seventh minute not an hour after the last.
        #expect(gaps.subtracting([3600]).allSatisfy { zone == "Australia/Lord_Howe" && [1800, 5400].contains($0) })
        let daily = try times("30 2 * * *", zone, after: "2025-06-01T00:00:00Z", count: 730)
        let days = try daily.map { CivilDate(of: try date($0), in: try timeZone(zone)).number }
        #expect(zip(days, days.dropFirst()).allSatisfy { $1 == $0 + 1 })
    }

    private func times(_ expression: String, _ zone: String, after start: String, count: Int) throws -> [String] {
        let cron = try Cron(expression)
        let zone = try timeZone(zone)
        var moment = try date(start)
        return try (0..<count).map { _ in
            moment = try #require(cron.next(after: moment, in: zone))
            return moment.formatted(Self.format)
        }
    }

    private static let format = Date.ISO8601FormatStyle()
    private func date(_ text: String) throws -> Date { try Self.format.parse(text) }
    private func timeZone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }
}
