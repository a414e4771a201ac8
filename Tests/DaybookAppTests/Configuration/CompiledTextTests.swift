// Selectors, patterns, filters and templates that do not compile are told before anything starts, where they stand.

import Reactors
import Testing

@testable import DaybookApp

@Suite("Texts in languages of their own")
struct CompiledTextTests {
    @Test(
        "A selector that does not compile is quoted, with what is wrong in it",
        arguments: [
            ("items", 3, #"    items: ".talk >> a""#), ("key", 4, #"    key: "xpath://a[""#),
            ("fields.title", 5, #"    fields: { title: "jq:.a |" }"#),
            ("fields.title.remove", 5, #"    fields: { title: { select: a, remove: "[" } }"#),
        ])
    func selectors(key: String, line: Int, text: String) {
        let said = watchProblems { $0[line] = text }
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("daybook.yaml:\(line + 2): watches.talks.\(key)") == true, "\(said)")
        #expect(said.first?.contains("cannot be used") == true, "\(said)")
    }

    @Test("Selectors that the design names compile")
    func soundSelectors() {
        for selector in [".a", "@id", "select#topic option", "time@datetime", "xpath:.//a/@href", "a[href^='x']@href"] {
            #expect(watchProblems { $0[5] = "    fields: { title: \"\(selector)\" }" } == [], "\(selector)")
        }
        #expect(
            watchProblems {
                $0[3] = #"    items: "jq:.data[]""#
                $0[4] = #"    key: "jq:.id""#
                $0[5] = #"    fields: { title: "jq:.title" }"#
            } == [])
    }

    @Test("Languages are not mixed on one page; the field is named")
    func mixed() {
        let said = watchProblems { $0[5] = #"    fields: { title: ".t", room: "jq:.room" }"# }
        #expect(said.count == 1 && said[0].hasPrefix("daybook.yaml:7: watches.talks.fields.room: "), "\(said)")
    }

    @Test("A regular expression and a time format are told at their keys")
    func fieldOptions() {
        let match = watchProblems { $0[5] = #"    fields: { title: { select: a, match: "(" } }"# }
        #expect(
            match.count == 1
                && match[0].hasPrefix("daybook.yaml:7: watches.talks.fields.title.match: \"(\" is no regular"))
        let format = watchProblems { $0[5] = #"    fields: { at: { select: a, as: time, format: "%Q" } }"# }
        #expect(format.count == 1 && format[0].hasPrefix("daybook.yaml:7: watches.talks.fields.at.format: "))
        let zone = watchProblems { $0[5] = "    fields: { at: { select: a, as: time, timezone: Europe/Berln } }" }
        #expect(
            zone == [
                #"daybook.yaml:7: watches.talks.fields.at.timezone: expected a time zone such as Europe/Berlin, got "Europe/Berln"; did you mean "Europe/Berlin"?"#
            ])
    }

    private func reactor(_ line: String) -> [String] {
        problems(
            "watches: {}\nchannels: { team: { terminal: true } }\nreactors:\n  tell:\n    on: run.failed\n    to: team\n    \(line)\n"
        )
    }

    @Test(
        "A filter, a template and a starting point are told at their keys",
        arguments: [
            (#"where: ".watch ==""#, "where: the jq program"), (#"message: "{{#a}}""#, "message: the template"),
            (#"subject: "{{a""#, "subject: the template"),
            ("from: yesterday", "from: expected beginning, end, a sequence"),
        ])
    func reactors(line: String, said: String) {
        let told = reactor(line)
        #expect(told.count == 1 && told[0].hasPrefix("daybook.yaml:7: reactors.tell.\(said)"), "\(told)")
    }

    @Test(
        "What compiles is taken",
        arguments: [
            #"where: '.watch == "a" and (.fields.title | test("x"))'"#,
            #"message: "{{#changes}}{{field}}{{/changes}}""#,
            "from: beginning", "from: 12", "from: 2026-11-21T10:00:00Z", "from: end",
        ])
    func sound(line: String) {
        #expect(reactor(line) == [])
    }

    @Test("Patterns stand for kinds of changes; one that means nothing is refused")
    func patterns() throws {
        func yaml(_ kinds: String) -> String {
            "watches: {}\nchannels: { team: { terminal: true } }\nreactors: { r: { on: [\(kinds)], to: team } }\n"
        }
        #expect(try parse(yaml("\"session.*\", \"*.failed\"")).reactors[0].on == ["session.*", "*.failed"])
        #expect(
            problems(yaml("\"sesion.*\"")) == [
                #"daybook.yaml:3: reactors.r.on: the pattern "sesion.*" means nothing that there is in this version"#
            ])
        #expect(problems(yaml("\"crawl.*\"")).count == 1)
    }

    @Test("A webhook's secret that is no key is refused without being repeated")
    func webhookKey() {
        let said = problems("watches: {}\nchannels: { h: { webhook: \"https://example.org/\", secret: hunter2 } }\n")
        #expect(said.count == 1 && said[0].contains("channels.h.secret: ") && said[0].contains("whsec_"))
        #expect(!said[0].contains("hunter2"))
    }
}

@Suite("Words with *")
struct WordPatternTests {
    @Test(
        "* stands for any text",
        arguments: [
            ("session.*", "session.added", true), ("*", "a", true), ("*.failed", "run.failed", true),
            ("s*.*d", "session.added", true),
            ("session.*", "item.added", false), ("*.failed", "run.failed.x", false), ("a", "ab", false), ("", "", true),
        ])
    func matching(pattern: String, word: String, matches: Bool) {
        #expect(WordPattern.matches(pattern, word) == matches)
    }
}
