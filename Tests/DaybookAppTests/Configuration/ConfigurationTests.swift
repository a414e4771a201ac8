// A right daybook.yaml: what comes out of it, and its one normal form.

import Extraction
import Ingestors
import Projections
import Reactors
import Testing
import Transport

@testable import DaybookApp

private let whole = #"""
    data: ./book
    evidence: all
    watches:
      reinvent:
        kind: sessions
        every: 10m
        topics: { url: "https://catalog.example/", items: "select#topic option", id: "@value" }
        fetch:
          url: "https://catalog.example/sessions?topic={topic}&page={page}"
          engine: http
          until: empty
          rate: 1/2s
          retries: 0
        items: ".sessionRow"
        key: ".abbreviation"
        fields:
          title: ".title"
          speakers: { select: ".speaker", all: true }
          starts: { select: "time@datetime", as: time, timezone: America/Los_Angeles }
        expect: { items: 500.., drop: 10%, confirm: 5, confirm-over: 2h }
        evidence: none
      feed:
        kind: items
        cron: "*/10 8-20 * * 1-5"
        timezone: Europe/Berlin
        fetch: { url: "https://example.org/feed.json" }
        items: "jq:.items[]"
        key: "jq:.id"
        fields: { name: "jq:.name" }
    channels:
      me: { terminal: true }
      notes: { file: ./notes.txt, format: json }
    reactors:
      announce:
        on: [session.added, session.updated]
        where: '.watch == "reinvent"'
        to: me
        message: "{{title}}: {{#changes}}{{field}} {{old}} -> {{new}} {{/changes}}"
        include: first-look
    """#

@Suite("A configuration")
struct ConfigurationTests {
    @Test("All of the common path is read")
    func whole() throws {
        let configuration = try parse(DaybookAppTests.whole)
        #expect(configuration.dataDirectory == "/home/me/book/book")
        #expect(configuration.evidence.keep == .all)
        #expect(configuration.watches.map(\.name) == ["reinvent", "feed"])
        let watch = configuration.watches[0]
        #expect(watch.kind == .sessions && watch.topics?.url == "https://catalog.example/")
        #expect(watch.fetch.url.hasPage && watch.fetch.url.hasTopic && watch.fetch.retries == 0)
        #expect(watch.fetch.rate == Rate(count: 1, seconds: 2))
        #expect(
            watch.expect
                == Expectation(items: try #require(ItemBounds("500..")), drop: 0.1, confirm: 5, confirmOver: 7200))
        #expect(watch.keep == KeepEvidence.none && configuration.watches[1].keep == .all)
        #expect(configuration.schedule(of: "reinvent") == .every(.seconds(600)))
        let fields = configuration.watchSettings[0].fields
        #expect(fields.map(\.name) == ["title", "speakers", "starts"] && fields[1].all && fields[2].form == "time")
        #expect(configuration.channels.map(\.name) == ["me", "notes"])
        guard case .file("/home/me/book/notes.txt", format: .json) = configuration.channels[1].definition else {
            Issue.record("the file channel is another one")
            return
        }
        let reactor = configuration.reactors[0]
        #expect(reactor.on == ["session.added", "session.updated"] && reactor.filter != nil && reactor.message != nil)
        #expect(reactor.to == ["me"] && reactor.include == [.firstLook])
    }

    @Test("What is left out is at DESIGN's defaults")
    func defaults() throws {
        let configuration = try parse(
            "watches:\n\(soundWatch)\nchannels: { me: { terminal: } }\nreactors: { r: { on: run.failed, to: me } }\n")
        #expect(configuration.dataDirectory == "/home/me/book/data")
        let watch = configuration.watches[0]
        #expect(configuration.evidence.keep == .changed && watch.keep == .changed)
        #expect(configuration.schedule(of: "talks") == nil && watch.topics == nil)
        #expect(watch.fetch.retries == 3 && watch.fetch.limits == Limits())
        #expect(watch.fetch.concurrency == 4 && watch.fetch.rate == nil && watch.fetch.pagesMax == 1000)
        #expect(watch.expect == Expectation())
        let settings = configuration.watchSettings[0]
        #expect(settings.next == nil && !settings.rekey && settings.was == nil)
        #expect(settings.fields[0].form == "text" && !settings.fields[0].all)
        let reactor = configuration.reactors[0]
        #expect(reactor.retry == RetrySchedule() && !reactor.shadow && reactor.from == .end)
        #expect(reactor.include == [.live])
    }

    @Test("A cron schedule knows its time zone")
    func cron() throws {
        let configuration = try parse(DaybookAppTests.whole)
        #expect(
            configuration.schedule(of: "feed") == .cron(try Cron("*/10 8-20 * * 1-5"), timezone: "Europe/Berlin"))
    }

    @Test("Words that YAML 1.1 takes for booleans, and numbers, are the text that stands there")
    func textAsItStands() throws {
        let yaml = "watches:\n" + soundWatch.replacing("{ title: \".title\" }", with: "{ on: no, 1.10: yes }") + "\n"
        let fields = try parse(yaml).watchSettings[0].fields
        #expect(fields.map(\.name) == ["on", "1.10"] && fields.map(\.selectors) == [["no"], ["yes"]])
    }

    @Test(
        "Watching nothing is a configuration",
        arguments: ["watches: {}\n", "watches:\n", "data: /tmp/x\nwatches: {}\n"])
    func nothing(yaml: String) throws {
        #expect(try parse(yaml).watches.isEmpty)
    }

    @Test("What is read but not acted on is warned of")
    func warnings() throws {
        let configuration = try parse("evidence: { for: 90d }\nwatches: {}\n")
        #expect(
            configuration.warnings.map(\.description) == [
                "daybook.yaml:1: evidence.for: this key is not acted on in this version yet"
            ])
    }
}

@Suite("The normalised text")
struct NormalisedTextTests {
    @Test("Equal configurations, however they are written, have equal bytes")
    func equalBytes() throws {
        let other = #"""
            # the same in other words
            reactors: { announce: { include: ["first-look"], to: [me], message: "{{title}}: {{#changes}}{{field}} {{old}} -> {{new}} {{/changes}}", where: .watch == "reinvent", "on": ['session.added', "session.updated"] } }
            channels: { notes: { format: json, file: ./notes.txt }, me: { terminal: {} } }
            watches:
              feed: { fields: { name: { select: "jq:.name" } }, key: "jq:.id", items: "jq:.items[]", fetch: { url: https://example.org/feed.json }, timezone: Europe/Berlin, cron: "*/10  8-20 * * 1-5", kind: items }
              reinvent:
                evidence: none
                expect: { confirm-over: 120m, confirm: 5, drop: 10.0%, items: 500.. }
                fields:
                  starts: { timezone: America/Los_Angeles, as: time, select: "time@datetime" }
                  speakers: { all: true, select: ".speaker" }
                  title: { select: .title }
                key: .abbreviation
                items: .sessionRow
                fetch: { retries: 0, rate: 1/2000ms, until: empty, engine: http, url: "https://catalog.example/sessions?topic={topic}&page={page}" }
                topics: { id: "@value", items: select#topic option, url: "https://catalog.example/" }
                every: 600s
                kind: sessions
            evidence: { keep: all }
            data: "./book"
            """#
        #expect(try parse(other).normalisedText == parse(whole).normalisedText)
    }

    @Test("It is a daybook.yaml itself, and its own normal form")
    func fixpoint() throws {
        let text = try parse(whole).normalisedText
        #expect(try parse(text).normalisedText == text)
    }

    @Test("It says what the file says: another value gives other bytes, a default left out stays left out")
    func telling() throws {
        let text = try parse("watches:\n\(soundWatch)\n").normalisedText
        #expect(
            text == """
                watches:
                  talks:
                    fetch:
                      url: "https://example.org/talks"
                    fields:
                      title:
                        select: ".title"
                    items: ".talk"
                    key: "@id"
                    kind: "sessions"

                """)
        #expect(try parse("watches:\n\(soundWatch.replacing(".title", with: ".name"))\n").normalisedText != text)
        #expect(try parse("watches: {}\n").normalisedText == "watches: {}\n")
    }
}
