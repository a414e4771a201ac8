import CanonicalJSON
import Testing

@testable import Reactors

@Suite("Templates")
struct TemplateTests {
    let change: JSON = [
        "kind": "session.updated", "subject": "reinvent/SVS401", "watch": "reinvent", "key": "SVS401", "version": 3,
        "state": "present", "time": "2026-11-21T10:02:03.456Z",
        "changes": [
            ["field": "room", "old": "Venetian 1", "new": "Aria 3"], ["field": "level", "old": "300"],
        ],
        "fields": [
            "title": "Tips & <Tricks>", "room": "Aria 3", "speakers": ["Ada", "Grace"], "new": "a field of this name",
            "price": ["amount": 12.5, "currency": "USD"], "state": "a field that a key hides", "seats": 40,
            "evil": "a\u{1B}[31mb\u{202E}c\nd",
        ],
    ]

    @Test(
        "render",
        arguments: [
            ("{{title}}", "Tips & <Tricks>"),
            ("{{&title}}/{{{title}}}", "Tips & <Tricks>/Tips & <Tricks>"),
            ("{{kind}} {{subject}} v{{version}}", "session.updated reinvent/SVS401 v3"),
            (
                "{{title}}: {{#changes}}{{field}} {{old}} -> {{new}} {{/changes}}",
                "Tips & <Tricks>: room Venetian 1 -> Aria 3 level 300 ->  "
            ),
            ("{{speakers}}", "Ada, Grace"),
            ("{{#speakers}}[{{.}}]{{/speakers}}", "[Ada][Grace]"),
            ("{{#speakers}}{{.}}{{^last()}}; {{/last()}}{{/speakers}}", "Ada; Grace"),
            ("{{count(speakers)}}", "2"),
            ("{{uppercased(key)}}", "SVS401"),
            ("{{price}} = {{price.amount}} {{price.currency}}", "12.5 USD = 12.5 USD"),
            ("{{seats}}", "40"),
            ("{{state}}, {{fields.state}}", "present, a field that a key hides"),
            ("<{{missing}}{{missing.deeper}}{{#missing}}no{{/missing}}>", "<>"),
            ("{{^missing}}nothing{{/missing}}", "nothing"),
            ("{{evil}}", "a\\u{1B}[31mb\\u{202E}c d"),
            ("{{{evil}}}", "a\\u{1B}[31mb\\u{202E}c d"),
            ("{{#changes}}\n- {{field}}\n{{/changes}}\nend", "- room\n- level\nend"),
            ("no tags at all", "no tags at all"),
            ("", ""),
            ("ends in a comment and white space {{! here }}  ", "ends in a comment and white space   "),
            ("{{#changes}}{{/changes}}\t ", "\t "),
        ])
    func render(_ template: String, _ expected: String) throws {
        #expect(try MessageTemplate(template).render(change) == expected)
    }

    @Test(
        "what is no template is refused in a sentence",
        arguments: ["{{ ", "{{#a}}", "{{#a}}{{/b}}", "{{title", "{{=}}"])
    func refused(_ template: String) {
        let error = #expect(throws: ReactorError.self) { try MessageTemplate(template) }
        #expect("\(error.map(\.description) ?? "")".contains("the template"))
    }

    @Test("a change that is no object renders as nothing")
    func noObject() throws {
        #expect(try MessageTemplate("<{{title}}>").render("text") == "<>")
    }
}

@Suite("Default texts")
struct DefaultTextTests {
    let fields: JSON = ["title": "Serverless", "room": "Aria 3"]

    @Test(
        "say what happened",
        arguments: [
            ("session.added", [], "w/K “Serverless” is new"),
            (
                "session.updated",
                [["field": "room", "old": "Venetian 1", "new": "Aria 3"], ["field": "level", "new": "300"]],
                "w/K “Serverless” changed: room Venetian 1 -> Aria 3; level (none) -> 300"
            ),
            ("session.withdrawn", [], "w/K “Serverless” was withdrawn"),
            ("item.returned", [], "w/K “Serverless” is back"),
            ("crawl.finished", [], "crawl.finished: w/K “Serverless”"),
        ] as [(String, JSON, String)])
    func items(_ kind: String, _ changes: JSON, _ expected: String) {
        let change: JSON = [
            "kind": .string(kind), "subject": "w/K", "watch": "w", "changes": changes, "fields": fields,
        ]
        #expect(DefaultText.line(change) == expected)
    }

    @Test(
        "tell of runs",
        arguments: [
            ("run.failed", "watch w failed: 3 pages could not be read"),
            ("run.suspect", "watch w looks wrong: 3 pages could not be read"),
            ("run.recovered", "watch w is well again"),
        ])
    func runs(_ kind: String, _ expected: String) {
        let change: JSON = ["kind": .string(kind), "subject": "w", "watch": "w", "error": "3 pages could not be read"]
        #expect(DefaultText.line(change) == expected)
    }

    @Test("stay on one line, show no control and cut what is long")
    func bounded() {
        let change: JSON = [
            "kind": "item.updated", "subject": "w/K",
            "changes": [
                ["field": "text", "old": "a\tb\u{1B}]0;x\u{07}", "new": .string(String(repeating: "é", count: 500))]
            ],
        ]
        let line = DefaultText.line(change)
        #expect(line.hasPrefix("w/K changed: text a b\\u{1B}]0;x\\u{7} -> é"))
        #expect(line.hasSuffix("é…") && line.count < 160)
    }

    @Test("name at most eight fields")
    func many() {
        let changes = (1...10).map { JSON.object(JSONObject([("field", .string("f\($0)")), ("new", JSON($0))])) }
        let line = DefaultText.line(["kind": "item.updated", "subject": "w/K", "changes": .array(changes)])
        #expect(line.hasSuffix("f8 (none) -> 8; and 2 more"))
    }
}

@Suite("Text that may be shown")
struct SafeTextTests {
    @Test(
        "controls are shown, not done",
        arguments: [
            ("plain, ünïcode, 👩‍👩‍👧", "plain, ünïcode, 👩‍👩‍👧"),
            ("\u{1B}[2J", "\\u{1B}[2J"),
            ("\u{9B}31m", "\\u{9B}31m"),
            ("a\u{0}b\u{7F}", "a\\u{0}b\\u{7F}"),
            ("\u{202E}gpj.exe", "\\u{202E}gpj.exe"),
            ("\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
            ("one\r\ntwo\nthree\tfour\u{2028}five", "one two three four five"),
            ("hidden\u{E0041}", "hidden\\u{E0041}"),
        ])
    func shown(_ text: String, _ expected: String) {
        #expect(SafeText.visible(text) == expected)
        #expect(SafeText.visible(expected) == expected, "and once shown it stays as it is")
    }

    @Test("line breaks stay where they are wanted, of whatever kind they are")
    func lines() {
        #expect(SafeText.visible("a\r\nb\u{2028}c\td\u{1B}", keepingLines: true) == "a\nb\nc d\\u{1B}")
    }
}
