import EventLog
import Foundation
import Testing

@testable import Reactors

private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }
private func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

@Suite("Quiet hours")
struct QuietHoursTests {
    @Test(
        "are two different times of day",
        arguments: ["22:00-07:00", "7:30-9:05", "00:00-23:59", "23:59-00:00"])
    func written(text: String) {
        #expect(QuietHours(text, in: .gmt) != nil)
    }

    @Test(
        "and nothing else",
        arguments: [
            "", "22:00", "22:00-", "-07:00", "22-07", "24:00-07:00", "22:60-07:00", "22:00-22:00", "22:00-07:00-08:00",
            "2200-0700", "22:0-07:00", "+2:00-07:00", " 22:00-07:00", "٢٢:٠٠-٠٧:٠٠",
        ])
    func wrong(text: String) {
        #expect(QuietHours(text, in: .gmt) == nil)
    }

    /// Of a moment, when it will be quiet no longer; nil where it is not quiet.
    @Test(
        "end when clocks show their end",
        arguments: [
            ("22:00-07:00", "UTC", "2026-11-26T21:59:59.999Z", nil),
            ("22:00-07:00", "UTC", "2026-11-26T22:00:00Z", "2026-11-27T07:00:00Z"),
            ("22:00-07:00", "UTC", "2026-11-27T06:59:59.999Z", "2026-11-27T07:00:00Z"),
            ("22:00-07:00", "UTC", "2026-11-27T07:00:00Z", nil),
            ("12:00-13:30", "UTC", "2026-11-27T12:10:00Z", "2026-11-27T13:30:00Z"),
            ("22:00-07:00", "Europe/Berlin", "2026-11-26T21:00:00Z", "2026-11-27T06:00:00Z"),
            ("22:00-07:00", "Asia/Kolkata", "2026-11-26T16:30:00Z", "2026-11-27T01:30:00Z"),
            ("22:00-07:00", "UTC", "1969-12-31T23:00:00Z", "1970-01-01T07:00:00Z"),
        ] as [(String, String, String, String?)])
    func ends(hours: String, name: String, at: String, end: String?) throws {
        let quiet = try #require(QuietHours(hours, in: zone(name)))
        #expect(quiet.end(from: try moment(at)) == (try end.map(moment)))
        #expect(quiet.isQuiet(at: try moment(at)) == (end != nil))
    }

    /// Berlin: on 2026-03-29 two o'clock becomes three (01:00 UTC), on 2026-10-25 three becomes two (01:00 UTC).
    @Test(
        "keep to the clock where it is changed",
        arguments: [
            // An hour less, an hour more.
            ("22:00-07:00", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"),
            ("22:00-07:00", "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"),
            // An end that is left out: the change.
            ("22:00-02:30", "2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z"),
            ("22:00-03:00", "2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z"),
            // An end that comes twice: it is over at the first, and quiet once more in the second hour.
            ("22:00-02:30", "2026-10-24T21:00:00Z", "2026-10-25T00:30:00Z"),
            ("22:00-02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
            // At three it is two again.
            ("22:00-03:00", "2026-10-24T21:00:00Z", "2026-10-25T02:00:00Z"),
        ])
    func changeOfClocks(hours: String, at: String, end: String) throws {
        let quiet = try #require(QuietHours(hours, in: zone("Europe/Berlin")))
        #expect(quiet.end(from: try moment(at)) == (try moment(end)))
        #expect(!quiet.isQuiet(at: try moment(end)))
    }

    @Test("never end in quiet, whatever the moment and the zone")
    func always() throws {
        for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"] {
            for hours in ["22:00-07:00", "01:30-02:15", "00:00-23:59", "02:00-01:59"] {
                let quiet = try #require(QuietHours(hours, in: zone(name)))
                for step in 0..<4000 {
                    let at = Timestamp(millisecondsSinceEpoch: 1_767_225_600_000 + Int64(step) * 7_919_000)
                    guard let end = quiet.end(from: at) else { continue }
                    #expect(end > at && !quiet.isQuiet(at: end), "\(hours) in \(name) from \(at) ends at \(end)")
                    #expect(
                        quiet.isQuiet(at: end.adding(seconds: -0.001)),
                        "\(hours) in \(name) from \(at) ended before \(end)")
                }
            }
        }
    }
}
