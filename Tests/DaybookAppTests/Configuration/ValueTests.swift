// The values of daybook.yaml: what is taken for what, and the one way in which each is written back.

import Foundation
import Testing

@testable import DaybookApp

@Suite("Values")
struct ValueTests {
    @Test(
        "Durations",
        arguments: [
            ("10m", 600_000, "10m"), ("30s", 30_000, "30s"), ("1h30m", 5_400_000, "1h30m"), ("90m", 5_400_000, "1h30m"),
            ("90d", 7_776_000_000, "90d"), ("500ms", 500, "500ms"), ("2w", 1_209_600_000, "14d"), ("0s", 0, "0s"),
            ("1m1ms", 60_001, "1m1ms"),
        ] as [(String, Int64, String)])
    func durations(text: String, milliseconds: Int64, written: String) {
        let duration = DurationText.parse(text)
        #expect(duration == .milliseconds(milliseconds))
        #expect(duration.map(DurationText.write) == written)
    }

    @Test(
        "What is no duration",
        arguments: [
            "", "10", "m", "10 m", "-1m", "1.5h", "1m1h", "1m1m", "10minutes", "99999999999999999999s", "300000d", "١m",
        ])
    func noDuration(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test("Rates", arguments: [("1/2s", 1, 2.0, "1/2s"), ("10/1m", 10, 60, "10/1m"), ("5/s", 5, 1, "5/1s")])
    func rates(text: String, count: Int, seconds: Double, written: String) {
        let rate = RateText.parse(text)
        #expect(rate?.count == count && rate?.per.inSeconds == seconds)
        #expect(rate?.text == written)
    }

    @Test("What is no rate", arguments: ["", "1", "1/", "/s", "0/1s", "1/0s", "1/2", "1/2s/3s", "-1/s"])
    func noRate(text: String) {
        #expect(RateText.parse(text) == nil)
    }

    @Test(
        "Sizes",
        arguments: [
            ("32MB", 32 << 20, "32MB"), ("512kB", 512 << 10, "512kB"), ("5GB", 5 << 30, "5GB"), ("100B", 100, "100B"),
            ("1024KB", 1 << 20, "1MB"), ("1 MiB", 1 << 20, "1MB"), ("1500B", 1500, "1500B"),
        ])
    func sizes(text: String, bytes: Int, written: String) {
        #expect(SizeText.parse(text) == bytes)
        #expect(SizeText.write(bytes) == written)
    }

    @Test("What is no size", arguments: ["", "32", "MB", "-1MB", "1.5GB", "99999999999GB", "9999999999999B", "1TB"])
    func noSize(text: String) {
        #expect(SizeText.parse(text) == nil)
    }

    @Test(
        "Bounds",
        arguments: [
            ("1..", 1, nil, "1.."), ("10..500", 10, 500, "10..500"), ("..20", 0, 20, "..20"), ("..", 0, nil, ".."),
        ]
            as [(String, Int, Int?, String)])
    func bounds(text: String, least: Int, most: Int?, written: String) {
        #expect(BoundsText.parse(text) == BoundsText(least: least, most: most))
        #expect(BoundsText.parse(text)?.text == written)
    }

    @Test("What are no bounds", arguments: ["", "1.5", "5..1", "a..", "1...5", "-1.."])
    func noBounds(text: String) {
        #expect(BoundsText.parse(text) == nil)
    }

    @Test("Shares", arguments: [("20%", 0.2, "20%"), ("0%", 0, "0%"), ("100%", 1, "100%"), ("12.5%", 0.125, "12.5%")])
    func shares(text: String, share: Double, written: String) {
        #expect(ShareText.parse(text) == share)
        #expect(ShareText.write(share) == written)
    }

    @Test("What is no share", arguments: ["", "%", "20", "0.2", "101%", "-1%", "1e1%", "nan%", ".5%"])
    func noShare(text: String) {
        #expect(ShareText.parse(text) == nil)
    }

    @Test("Addresses to listen on", arguments: ["127.0.0.1:7373", "localhost:80", "[::1]:7373"])
    func addresses(text: String) {
        #expect(WebAddress.isListenAddress(text))
    }

    @Test(
        "What is no address to listen on", arguments: ["", "7373", ":7373", "a:0", "a:99999", "http://a:1/", "::1:80"])
    func noAddress(text: String) {
        #expect(!WebAddress.isListenAddress(text))
    }

    @Test(
        "URLs",
        arguments: [
            "https://example.org", "http://127.0.0.1:8080/a?b=c#d", "HTTPS://example.org/{topic}", "http://[::1]:80/",
        ])
    func urls(text: String) {
        #expect(throws: Never.self) { try WebAddress.check(text) }
    }

    @Test(
        "The nearest name is one a slip away",
        arguments: [
            ("evry", "every"), ("Every", "every"), ("ervey", "every"), ("tiemzone", "timezone"),
            ("confirm_over", "confirm-over"),
        ])
    func nearest(written: String, meant: String) {
        #expect(NearestName.of(written, in: ["every", "timezone", "key", "confirm", "confirm-over"]) == meant)
    }

    @Test("What is near nothing has no nearest name", arguments: ["zzz", "", "x", "interval"])
    func noNearest(written: String) {
        #expect(NearestName.of(written, in: ["every", "timezone", "key"]) == nil)
    }
}

@Suite("Cron")
struct CronTests {
    @Test(
        "The next time after 2026-11-21 10:02:30 UTC, a Saturday",
        arguments: [
            ("* * * * *", "UTC", "2026-11-21T10:03:00Z"),
            ("*/10 8-20 * * 1-5", "UTC", "2026-11-23T08:00:00Z"),
            ("0 9 * * *", "Europe/Berlin", "2026-11-22T08:00:00Z"),
            ("0 0 29 2 *", "UTC", "2028-02-29T00:00:00Z"),
            ("30 2 * * sun", "UTC", "2026-11-22T02:30:00Z"),
            ("0 12 1 * mon", "UTC", "2026-11-23T12:00:00Z"),
            ("0 12 * dec 7", "UTC", "2026-12-06T12:00:00Z"),
            ("5/20 * * * *", "UTC", "2026-11-21T10:05:00Z"),
            ("0,15,30-31 10 * * *", "UTC", "2026-11-21T10:15:00Z"),
        ])
    func next(expression: String, zone: String, expected: String) throws {
        #expect(try after("2026-11-21T10:02:30Z", expression, zone) == expected)
    }

    @Test("A minute that has just begun is over")
    func strictlyAfter() throws {
        #expect(try after("2026-11-21T10:00:00Z", "0 * * * *", "UTC") == "2026-11-21T11:00:00Z")
    }

    @Test(
        "What is no cron expression",
        arguments: [
            "60 * * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *", "1- * * * *", "*/0 * * * *",
            "5-1 * * * *", "1,,2 * * * *", "* * * *", "* * * * * *", "",
        ])
    func wrong(expression: String) {
        #expect(throws: Cron.Wrong.self) { try Cron(expression) }
    }

    private func after(_ moment: String, _ expression: String, _ zone: String) throws -> String {
        let format = Date.ISO8601FormatStyle()
        let next = try Cron(expression).next(
            after: try format.parse(moment), in: try #require(TimeZone(identifier: zone)))
        return try #require(next).formatted(format)
    }
}

@Suite("Paths of daybook.yaml")
struct FilePathTests {
    @Test(
        "begin in the folder of the file",
        arguments: [
            ("data", "/home/me/book/data"), ("./data/", "/home/me/book/data"), ("../data", "/home/me/data"),
            ("sub/../data", "/home/me/book/data"), ("/var/data", "/var/data"),
        ])
    func paths(written: String, meant: String) {
        #expect(FilePath.absolute(written, in: "/home/me/book") == meant)
    }
}
