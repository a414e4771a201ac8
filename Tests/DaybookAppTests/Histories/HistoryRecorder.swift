// How the histories in snapshots/ were recorded: the program itself, looking over real HTTP at sites that change, with clocks that stand
// still between two looks. Runs only when asked to (`tools/snapshots --record`); what was recorded once is kept, for it is the past.

import DemoSite
import EventLog
import Foundation
import Ingestors
import Synchronization
import Testing
import Transport

@testable import DaybookApp

private let recordings = ProcessInfo.processInfo.environment["DAYBOOK_RECORD_TO"]

@Suite("Recording histories", .enabled(if: recordings != nil), .serialized, .timeLimit(.minutes(5)))
struct HistoryRecorder {
    @Test("a conference with topics: it changes, loses and regains sessions, fails, and gets another name")
    func conference() async throws {
        let step = Mutex(0)
        try await DemoSite.run(step: { step.withLock { $0 } }) { address in
            let recorder = try Recording("conference", DemoSite.configuration(for: address))
            for next in 0..<20 {
                step.withLock { $0 = next }
                if next == 7 { try recorder.renameWatch("days", to: "conference") }
                try await recorder.look()
            }
            try recorder.keep()
        }
    }

    @Test("a page whose lines change")
    func page() async throws {
        let site = try WrittenSite()
        let recorder = try Recording(
            "page",
            "watches:\n  news: { kind: page, fetch: { url: \"\(site.url("news"))\", retries: 0 } }\n")
        let lines = (1...12).map { "<p>Line \($0) of the news stays as it is.</p>" }
        var versions = [lines]
        versions.append(lines.prefix(5) + ["<p>Line 6 has another ending.</p>"] + lines.dropFirst(6))
        versions.append(versions[1] + ["<p>A last line has come.</p>"])
        versions.append(Array(versions[2].dropFirst(2)))
        versions.append(lines)
        for version in versions {
            try await site.put(
                "news", "<html><title>News</title><body>\(version.joined(separator: "\n"))</body></html>")
            for _ in 0..<2 { try await recorder.look() }
        }
        try recorder.keep()
    }

    @Test("a shelf whose watch fails, sees too little to believe it, and believes it in the end")
    func shelf() async throws {
        let site = try WrittenSite()
        let recorder = try Recording(
            "shelf",
            """
            watches:
              shelf:
                kind: items
                fetch: { url: "\(site.url("shelf"))", retries: 0 }
                items: li
                key: "@id"
                fields: { name: b, price: { select: i, as: money } }
            """)
        let things = (1...14).map { #"<li id="T\#($0)"><b>Thing \#($0)</b> <i>\#($0).50 EUR</i></li>"# }
        let dearer = [#"<li id="T1"><b>Thing 1</b> <i>9.99 EUR</i></li>"#] + things.dropFirst()
        try await site.show(things)
        try await recorder.look()
        try await site.put("shelf", "<html><title>Busy</title></html>", status: 503)
        for _ in 0..<2 { try await recorder.look() }
        try await site.show(dearer)
        try await recorder.look()
        // Eleven are missing: more than may be believed at once.
        for _ in 0..<2 {
            try await site.show(Array(dearer.prefix(3)))
            try await recorder.look()
        }
        try await site.show(dearer)
        try await recorder.look()
        for _ in 0..<4 {
            try await site.show(Array(dearer.prefix(3)))
            try await recorder.look()
        }
        try await site.show(Array(things.prefix(9)))
        try await recorder.look()
        try recorder.keep()
    }

    @Test("the saved versions of a schedule, brought in from a git repository, and a look afterwards")
    func imported() async throws {
        let site = try WrittenSite()
        let recorder = try Recording(
            "import",
            "watches: { congress: { preset: frab-xml, fetch: { url: \"\(site.url("schedule.xml"))\", retries: 0 } } }\n"
        )
        func schedule(_ titles: String...) -> String {
            let events = titles.enumerated().map {
                "<event id='\($0 + 1)'><title>\($1)</title><room>Hall \($0)</room></event>"
            }
            return "<schedule>\(events.joined(separator: "\n"))</schedule>\n"
        }
        let versions = [
            schedule("Opening", "Logs", "Locks"), schedule("Opening", "Logs, again", "Locks"), "broken",
            schedule("Opening", "Logs, again"), schedule("Opening", "Logs, again", "Locks", "Closing"),
        ]
        let repository = try recorder.scratch.repository(versions.map { ("schedule.xml", $0) })
        try await recorder.importHistory(of: "congress", from: repository)
        try await site.put(
            "schedule.xml", schedule("Opening", "Logs, once more", "Locks", "Closing"), type: "application/xml")
        for _ in 0..<2 { try await recorder.look() }
        try recorder.keep()
    }
}

/// A daybook being recorded.
private struct Recording {
    let name: String
    let scratch: Scratch
    private let time = Time()

    /// Stands still until it is moved on.
    private final class Time: Sendable {
        private let moment = Mutex(Timestamp(millisecondsSinceEpoch: 1_795_255_320_000))
        var now: Timestamp { moment.withLock { $0 } }
        func advance() { moment.withLock { $0 = $0.adding(seconds: 1800) } }
    }

    init(_ name: String, _ configuration: String) throws {
        self.name = name
        scratch = try Scratch(configuration)
    }

    private func open() throws -> (Configuration, Place) {
        let configuration = try Configuration.load(scratch.path("daybook.yaml"))
        let place = try Place.open(configuration.dataDirectory, create: true) { [time] in time.now }
        return (configuration, place)
    }

    /// One look at everything, half an hour after the last.
    func look() async throws {
        time.advance()
        let (configuration, place) = try open()
        let clock = ServiceClock(now: { [time] in Moment(wall: time.now, elapsed: 0) }, wait: { _ in })
        let lookout = try await Lookout(
            configuration, place: place, tell: Telling(isColoured: false) { _ in }, clock: clock)
        await lookout.look(at: configuration.watches) { _ in }
        lookout.close()
    }

    func renameWatch(_ old: String, to new: String) throws {
        let text = try scratch.read("daybook.yaml")
        try scratch.write(text.replacing("  \(old):\n", with: "  \(new):\n    was: \(old)\n"), to: "daybook.yaml")
    }

    func importHistory(of watch: String, from repository: String) async throws {
        let (configuration, place) = try open()
        defer { place.log.close() }
        let event = try await ConfigurationRecord.apply(configuration, in: place.log, at: time.now)
        let definition = try #require(try configuration.chosen([watch]).first)
        try await GitRepository.open(repository) { repository in
            let versions = try await repository.versions(of: "schedule.xml")
            let history = HistoryImport(
                definition, versions, of: "schedule.xml", in: repository, log: place.log, user: "ann",
                configuration: event)
            _ = try await history.run { _ in }
        }
    }

    /// Puts the log's segments where they are to stand.
    func keep() throws {
        let target = try #require(recordings) + "/\(name)/log"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let log = scratch.path("data/log")
        for file in try FileManager.default.contentsOfDirectory(atPath: log) where file.hasSuffix(".ndjson.gz") {
            try FileManager.default.copyItem(atPath: "\(log)/\(file)", toPath: "\(target)/\(file)")
        }
    }
}

/// A site whose pages the recorder writes (tools/testing/changing_site.py).
private final class WrittenSite {
    private let base: String
    private let client = HTTPClient(configuration: HTTPClient.Configuration(proxies: .none))
    private let input = Pipe()

    init() throws {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", projectRoot.appending(path: "tools/testing/changing_site.py").path()]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        base = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The site ends with its standard input.
    deinit {
        try? input.fileHandleForWriting.close()
        client.shutdown()
    }

    func url(_ path: String) -> String { "\(base)/\(path)" }

    func put(_ path: String, _ body: String, type: String = "text/html; charset=utf-8", status: Int? = nil) async throws
    {
        var headers = HTTPHeaders()
        headers.add("X-Type", type)
        if let status { headers.add("X-Status", "\(status)") }
        _ = try await client.send(
            HTTPRequest(url: url(path), method: "PUT", headers: headers, body: Array(body.utf8)))
    }

    func show(_ things: [String]) async throws {
        try await put("shelf", "<html><title>Shelf</title><ul>\(things.joined(separator: "\n"))</ul></html>")
    }
}
