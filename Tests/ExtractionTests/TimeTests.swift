import Testing

@testable import Extraction

@Suite("Times")
struct TimeTests {
    private func read(_ text: String, _ zone: String? = nil, _ format: String? = nil) throws -> Result<
        String, TimeReading.Problem
    > {
        try TimeReading(timezone: zone, format: format, field: "f").read(text)
    }

    @Test(
        "are understood without a format",
        arguments: [
            ("2018-11-26T10:00:00Z", "2018-11-26T10:00:00Z"), ("2018-11-26T10:00:00-08:00", "2018-11-26T18:00:00Z"),
            ("2018-11-26 10:00", "2018-11-26T10:00:00Z"), ("2018-11-26T10:00:00.25+0100", "2018-11-26T09:00:00.250Z"),
            ("20181126T100000Z", "2018-11-26T10:00:00Z"),
            ("2018-11-26", "2018-11-26T00:00:00Z"), ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("1543226400", "2018-11-26T10:00:00Z"), ("1543226400123", "2018-11-26T10:00:00.123Z"),
            ("Mon, 26 Nov 2018 10:00:00 -0800", "2018-11-26T18:00:00Z"),
            ("26 Nov 2018 10:00 GMT", "2018-11-26T10:00:00Z"),
            ("Monday, November 26, 2018, 10:00 AM", "2018-11-26T10:00:00Z"),
            ("Nov 26, 2018 at 10pm", "2018-11-26T22:00:00Z"), ("26th November 2018 12:30 a.m.", "2018-11-26T00:30:00Z"),
            ("26.11.2018 10:00", "2018-11-26T10:00:00Z"),
            ("11/26/2018 12:00 PM", "2018-11-26T12:00:00Z"), ("26/11/2018", "2018-11-26T00:00:00Z"),
            ("07/07/2018", "2018-07-07T00:00:00Z"), ("2018/11/26 10:00 PST", "2018-11-26T18:00:00Z"),
            ("Sept. 5 2018", "2018-09-05T00:00:00Z"), ("2000-02-29", "2000-02-29T00:00:00Z"),
            ("1969-07-20T20:17:40Z", "1969-07-20T20:17:40Z"), ("0001-01-01", "0001-01-01T00:00:00Z"),
            ("9999-12-31", "9999-12-31T00:00:00Z"),
        ])
    func understood(text: String, expected: String) throws {
        #expect(try read(text) == .success(expected))
    }

    @Test(
        "without an offset are in the zone given, by its rules of that day",
        arguments: [
            ("2018-11-26 10:00", "America/Los_Angeles", "2018-11-26T18:00:00Z"),
            ("2018-07-01 10:00", "America/Los_Angeles", "2018-07-01T17:00:00Z"),
            ("2018-07-01T10:00Z", "America/Los_Angeles", "2018-07-01T10:00:00Z"),
            ("2018-11-26", "Asia/Kolkata", "2018-11-25T18:30:00Z"),
            // Clocks go from 2:00 to 3:00: 2:30 is not there and is moved on.
            ("2018-03-11 02:30", "America/Los_Angeles", "2018-03-11T10:30:00Z"),
            ("2018-03-11 01:59", "America/Los_Angeles", "2018-03-11T09:59:00Z"),
            ("2018-03-11 03:00", "America/Los_Angeles", "2018-03-11T10:00:00Z"),
            // Clocks go from 2:00 back to 1:00: of two 1:30 the first counts.
            ("2018-11-04 01:30", "America/Los_Angeles", "2018-11-04T08:30:00Z"),
            ("2018-11-04 02:00", "America/Los_Angeles", "2018-11-04T10:00:00Z"),
            ("2018-10-28 02:30", "Europe/Berlin", "2018-10-28T00:30:00Z"),
            ("2018-03-25 02:30", "Europe/Berlin", "2018-03-25T01:30:00Z"),
            ("2011-12-30 12:00", "Pacific/Apia", "2011-12-30T22:00:00Z"),
        ])
    func zones(text: String, zone: String, expected: String) throws {
        #expect(try read(text, zone) == .success(expected))
    }

    @Test(
        "are read by a format",
        arguments: [
            ("Monday, Nov 26, 2018, 10:05 AM", "%A, %b %d, %Y, %I:%M %p", "2018-11-26T10:05:00Z"),
            ("05/06/18", "%d/%m/%y", "2018-06-05T00:00:00Z"), ("05/06/70", "%m/%d/%y", "1970-05-06T00:00:00Z"),
            ("2018-330", "%Y-%j", "2018-11-26T00:00:00Z"), ("20181126100000", "%Y%m%d%H%M%S", "2018-11-26T10:00:00Z"),
            ("at 12 pm on 1 January 2020", "at %I %p on %e %B %Y", "2020-01-01T12:00:00Z"),
            ("2018-11-26 10:00:00.5 +01:00", "%F %T.%f %z", "2018-11-26T09:00:00.500Z"),
            ("100% 5.6.2018", "100%% %-d.%-m.%Y", "2018-06-05T00:00:00Z"), ("1543226400", "%s", "2018-11-26T10:00:00Z"),
            ("11/26/18 10:00", "%D %R", "2018-11-26T10:00:00Z"),
        ])
    func formats(text: String, format: String, expected: String) throws {
        #expect(try read(text, nil, format) == .success(expected))
    }

    @Test(
        "that are none are refused, with the reason",
        arguments: [
            ("soon", nil, "\"soon\" in it is not understood"), ("Monday, Nov 26, 10:00 AM", nil, "no year"),
            ("2018", nil, "no month"), ("November 2018", nil, "no day"), ("2018-02-29", nil, "no such day"),
            ("2018-13-01", nil, "no such day"), ("2018-11-26 25:00", nil, "no such time"),
            ("05/06/2018", nil, "may begin with the day or with the month"),
            ("Nov 26 2018 10:00 - 11:00", nil, "more than one time"),
            ("26 Nov 2018 27 Nov 2018", nil, "more than one date"), ("Nov 26 2018 13:00 PM", nil, "no such hour"),
            ("99999", nil, "not understood"),
            ("26.11.2018", "%Y-%m-%d", "does not have the format"), ("2018-11-26 x", "%Y-%m-%d", "\"x\" follows"),
            ("2018-367", "%Y-%j", "no such day"), ("10:00", "%H:%M", "no year"), ("", "%Y", "does not have the format"),
        ] as [(String, String?, String)])
    func refused(text: String, format: String?, reason: String) throws {
        guard case .failure(let problem) = try read(text, nil, format) else {
            Issue.record("\(text) was read")
            return
        }
        #expect(problem.reason.contains(reason))
    }
}
