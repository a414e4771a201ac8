// A wrong daybook.yaml: each sentence names file, line, key and what would be right.

import Foundation
import Testing

@testable import DaybookApp

@Suite("What is wrong with daybook.yaml")
struct ErrorTests {
    @Test("A key that is unknown: the nearest one is named")
    func unknownKeys() {
        #expect(
            watchProblems(adding: "evry: 10m") == [
                #"daybook.yaml:8: watches.talks.evry: unknown key; did you mean "every"?"#
            ])
        #expect(
            problems("wathces: {}\n") == [
                #"daybook.yaml:1: wathces: unknown key; did you mean "watches"?"#,
                #"daybook.yaml:1: the key "watches" is missing: a table of keys is due"#,
            ])
        #expect(
            problems("watches: {}\nchannels: { a: { terminal: true, zzz: 1 } }\n") == [
                "daybook.yaml:2: channels.a.zzz: unknown key; known here are preset, terminal, file, format, webhook, secret, http, method, headers, body, with, shorten, escape, answer, smtp, ses, from, to, user, password, tls, sns, sqs, region, exec, timeout, memory and environment"
            ])
    }

    @Test(
        "A value of the wrong type: what is due and what stands there",
        arguments: [
            ("every: ten minutes", #"every: expected a duration such as 10m, got "ten minutes""#),
            ("every: [10m]", "every: expected a duration such as 10m, got a list"),
            ("every: 0s", "every: expected at least 1s, got 0s"),
            ("every: 999ms", "every: expected at least 1s, got 999ms"),
            ("every:", "every: expected a duration such as 10m, got nothing"),
            ("every: 10", #"every: expected a duration such as 10m, got "10""#),
            ("rekey: yes", #"rekey: expected true or false, got "yes""#),
            ("expect: { drop: 120% }", #"expect.drop: expected a share such as 20%, got "120%""#),
            ("expect: { drop: 0.2 }", #"expect.drop: expected a share such as 20%, got "0.2""#),
            ("expect: { items: 5..1 }", #"expect.items: expected bounds such as 1.. or 10..500, got "5..1""#),
            ("expect: { confirm: 0 }", #"expect.confirm: expected a whole number from 1 to 1000, got "0""#),
            ("expect: 1..", #"expect: expected a table of keys, got "1..""#),
            ("cron: \"*/10 8-20 * *\"", "cron: expected five fields (minute hour day month weekday), got 4"),
            ("cron: \"* 25 * * *\"", #"cron: "25" is no hour (0 to 23)"#),
            ("cron: \"0 0 31 2 *\"", #"cron: "0 0 31 2 *" never comes: no such day in that month"#),
            ("evidence: some", #"evidence: expected one of changed, all or none, got "some""#),
            ("evidence: non", #"evidence: expected one of changed, all or none, got "non"; did you mean "none"?"#),
        ])
    func wrongTypes(line: String, said: String) {
        #expect(watchProblems(adding: line) == ["daybook.yaml:8: watches.talks.\(said)"])
    }

    @Test(
        "What is wrong with fetch",
        arguments: [
            (
                #"url: "ftp://example.org/""#,
                #"url: expected a URL such as https://example.org/, got "ftp://example.org/""#
            ),
            (#"url: "https:///talks""#, #"url: the URL has no usable host in """#),
            (
                #"url: "https://example.org/a b""#,
                "url: a URL cannot hold spaces or control characters; write them as %20"
            ),
            (
                #"url: "https://example.org/{tpoic}""#,
                "url: the placeholder {tpoic} is unknown; known are {topic} and {page}"
            ),
            (
                #"url: "https://example.org/{topic}""#,
                #"url: {topic} stands in the URL, and "topics" is missing, which says what the topics are"#
            ),
            (#"url: "https://example.org/", rate: fast"#, #"rate: expected a rate such as 1/2s, got "fast""#),
            (#"url: "https://example.org/", max-size: 32"#, #"max-size: expected a size such as 32MB, got "32""#),
            (#"url: "https://example.org/", retries: -1"#, #"retries: expected a whole number from 0 to 20, got "-1""#),
            (
                #"url: "https://example.org/", engine: browser"#,
                #"engine: "browser" is not in this version yet, which knows http"#
            ),
            (
                #"url: "https://example.org/", click: "a""#,
                "click: this key belongs to the browser, not in this version yet"
            ),
            (
                #"url: "https://example.org/", until: empty"#,
                "until: this says where {page} ends, and there is no {page} in fetch.url"
            ),
            (
                #"url: "${env:SITE}""#,
                "url: references are not read here; they can stand in secret, token, webhook, http, user, password and the values of headers, "
                    + "with and environment"
            ),
        ])
    func fetch(body: String, said: String) {
        #expect(watchProblems { $0[2] = "    fetch: { \(body) }" } == ["daybook.yaml:4: watches.talks.fetch.\(said)"])
    }

    @Test("A URL with a password is refused, and the password is not repeated")
    func password() {
        let said = watchProblems { $0[2] = #"    fetch: { url: "https://me:hunter2@example.org/" }"# }
        #expect(said.count == 1 && said[0].contains("a URL with a user or a password in it is refused"))
        #expect(!said[0].contains("hunter2"))
        let odd = watchProblems { $0[2] = #"    fetch: { url: "imaps://me:hunter2@example.org/" }"# }
        #expect(odd.count == 1 && !odd[0].contains("hunter2"))
    }

    @Test("What is missing is named with what is due, on the line of what it is missing from")
    func missingKeys() {
        #expect(
            problems("data: ./d\nwatches:\n  talks:\n    kind: items\n    fetch: {}\n") == [
                #"daybook.yaml:3: watches.talks: the key "items" is missing: a selector such as ".title" is due"#,
                #"daybook.yaml:3: watches.talks: the key "key" is missing: a selector such as ".title", or a list of these, or a table of keys is due"#,
                #"daybook.yaml:3: watches.talks: the key "fields" is missing: a table of keys is due"#,
                #"daybook.yaml:5: watches.talks.fetch: the key "url" is missing: a URL such as https://example.org/ is due"#,
            ])
        #expect(
            watchProblems { $0[5] = "    fields: {}" } == [
                "daybook.yaml:7: watches.talks.fields: expected at least one field"
            ])
    }

    @Test("All that is wrong is told at once, in the order of lines")
    func allAtOnce() {
        let said = problems(
            """
            watches:
              talks:
                kind: sesions
                evry: 10m
                fetch: { url: 7, retries: many }
                items: ".talk"
                key: "@id"
                fields: { title: { selct: ".title" } }
            reactors:
              tell: { on: session.upated, to: nobody }
            """)
        #expect(said.map { $0.split(separator: ":")[1] } == ["3", "4", "5", "5", "8", "10", "10"])
        #expect(
            said[0].hasSuffix(
                #"kind: expected one of sessions, items, stock or page, got "sesions"; did you mean "sessions"?"#))
        #expect(said[6].hasSuffix(#"to: there is no channel "nobody"; there is none under channels yet"#))
    }

    @Test("A kind of a later version is told in one sentence, and its keys are not held against it")
    func laterKinds() {
        let yaml = "watches:\n  gtx:\n    kind: crawl\n    preset: newegg\n    nonsense: 1\n"
        #expect(
            problems(yaml) == [
                #"daybook.yaml:3: watches.gtx.kind: "crawl" is not in this version yet, which knows sessions, items, stock and page"#
            ])
        for kind in ["submissions", "directory"] {
            #expect(problems("watches: { w: { kind: \(kind) } }\n").count == 1)
        }
        #expect(
            watchProblems(adding: "workers: 3")
                == [
                    "daybook.yaml:8: watches.talks.workers: this key belongs to the kind crawl, not in this version yet"
                ])
        #expect(
            problems("watches: {}\ncheckpoint: { publish: team }\n")
                == ["daybook.yaml:2: checkpoint: this key belongs to published checkpoints, not in this version yet"])
        #expect(
            problems(
                "watches: {}\nchannels: { team: { terminal: true } }\nreactors: { r: { on: crawl.finished, to: team } }\n"
            ).count == 1)
    }

    @Test("A reactor that tells an unknown channel: the nearest one is named")
    func unknownChannel() {
        let yaml = """
            watches: {}
            channels: { team: { terminal: true } }
            reactors:
              tell:
                on: [session.added]
                to: [team, taem]
            """
        #expect(
            problems(yaml) == [
                #"daybook.yaml:6: reactors.tell.to[2]: there is no channel "taem"; did you mean "team"?"#
            ])
        #expect(
            problems("watches: {}\nreactors: { r: { on: run.failed, to: \"{{author.address}}\" } }\n")
                == ["daybook.yaml:2: reactors.r.to: templates for channels are not in this version yet; name a channel"]
        )
    }

    @Test(
        "A channel is one thing",
        arguments: [
            ("{}", "channels.c: one of the keys terminal, file, webhook, http, smtp, ses, sns, sqs or exec is missing"),
            ("{ terminal: true, file: a }", "channels.c: only one of terminal and file can be; remove the other"),
            ("{ terminal: true, format: json }", #"channels.c: the key "format" means something only beside "file""#),
            ("{ s3: \"s3://bucket/key\" }", "channels.c.s3: this key belongs to exports, not in this version yet"),
        ])
    func channels(body: String, said: String) {
        #expect(problems("watches: {}\nchannels: { c: \(body) }\n").first == "daybook.yaml:2: \(said)")
    }

    @Test("Keys that do not go together")
    func together() {
        #expect(
            watchProblems(adding: "every: 1m", "cron: \"0 * * * *\"")
                == ["daybook.yaml:2: watches.talks: only one of every and cron can be; remove the other"])
        #expect(
            watchProblems(adding: "timezone: Europe/Berlin")
                == [#"daybook.yaml:2: watches.talks: the key "timezone" means something only beside "cron""#])
        #expect(
            watchProblems { $0[5] = #"    fields: { title: { select: ".t", timezone: Europe/Berlin } }"# }
                == ["daybook.yaml:7: watches.talks.fields.title.timezone: this means something only with as: time"])
        #expect(
            watchProblems(adding: "was: talks") == [
                "daybook.yaml:8: watches.talks.was: this is the watch's own name; name the one that it had before"
            ])
        #expect(
            watchProblems {
                $0[2] = #"    fetch: { url: "https://example.org/{page}" }"#
                $0.append(#"    next: "a@href""#)
            } == [
                "daybook.yaml:8: watches.talks.next: pages are counted by {page} in fetch.url already; keep one of the two"
            ])
    }

    @Test("A name that cannot be part of a subject is refused", arguments: ["a/b", ".hidden", "ü", "-x", "a b"])
    func names(name: String) {
        let said = problems("watches: {}\nchannels: { \"\(name)\": { terminal: true } }\n")
        #expect(said.count == 1 && said[0].contains("the name of a channel is made of letters"))
    }

    @Test("What is no YAML is named with its line; a key given twice too, in quotes or not")
    func noYAML() {
        #expect(problems("watches: {}\ndata: [\n").first?.hasPrefix("daybook.yaml:3: not YAML: ") == true)
        #expect(
            problems("data: a\nwatches: {}\ndata: b\n") == [
                #"daybook.yaml:1: the key "data" stands twice in the same place; keep one of them"#
            ])
        #expect(
            problems("watches: {}\non: 1\n\"on\": 2\n") == [
                #"daybook.yaml:3: the key "on" stands on line 2 already; keep one of them"#
            ])
        #expect(problems("- a\n") == ["daybook.yaml:1: expected a table of keys, got a list"])
        #expect(problems("") == [#"daybook.yaml:1: the key "watches" is missing: a table of keys is due"#])
        #expect(problems("watches: {}\n---\nwatches: {}\n").count == 1)
        #expect(problems("? [a]\n: 1\n") == ["daybook.yaml:1: a key has to be text"])
    }

    @Test("Aliases of aliases do not unfold without end")
    func aliases() {
        let lines =
            ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
            + zip("abcdef", "bcdefg").map { from, to in
                "\(to): &\(to) [" + Array(repeating: "*\(from)", count: 10).joined(separator: ", ") + "]"
            }
        #expect(problems(lines.joined(separator: "\n")).first?.contains("more than 100000 values") == true)
    }

    @Test("A missing file is one sentence that tells of daybook init; a folder and bytes that are no text are told too")
    func missingFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "daybook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appending(path: "daybook.yaml").path
        let error = #expect(throws: ConfigurationError.self) { try Configuration.load(missing) }
        #expect(error?.description == "there is no \(missing); `daybook init` makes one, `--config FILE` names another")
        #expect(throws: ConfigurationError.self) { try Configuration.load(folder.path) }
        let garbage = folder.appending(path: "garbage.yaml")
        try Data([0xFF, 0xFE, 0x00, 0xC3]).write(to: garbage)
        #expect(throws: ConfigurationError.self) { try Configuration.load(garbage.path) }
    }
}
