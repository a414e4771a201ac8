// What messages say of a text that changed: its lines, not too many of them, and where the rest is.

import CanonicalJSON
import EventLog
import Synchronization
import Testing

@testable import Reactors

@Suite("Messages about texts")
struct DiffMessageTests {
    private func change(_ old: [String], _ new: [String], adding entries: [JSON] = [], key: String = "page") -> JSON {
        [
            "kind": "page.updated", "projection": "pages", "subject": .string("news/\(key)"), "watch": "news",
            "key": .string(key), "version": 4,
            "changes": .array(
                [["field": "text", "old": .array(old.map(JSON.string)), "new": .array(new.map(JSON.string))]] + entries),
            "fields": ["title": "Venue", "text": .array(new.map(JSON.string))],
        ]
    }

    private let long = ["one", "two", "three", "four", "five"]

    @Test("name the page, count the lines and show them")
    func standard() {
        #expect(
            DefaultText.text(change(long, ["one", "two", "3", "four", "five", "six"])) == """
                news “Venue” changed: 2 lines added, 1 removed
                @ lines 2-6
                  two
                - three
                + 3
                  four
                  five
                + six
                """)
    }

    @Test("show a page's text by its lines however short it is, and another short list on the line")
    func short() throws {
        let change = change(["News", "Nine.", "Bye."], ["News", "Ten.", "Bye."])
        #expect(
            DefaultText.text(change)
                == "news “Venue” changed: 1 line added, 1 removed\n@ lines 1-3\n  News\n- Nine.\n+ Ten.\n  Bye.")
        #expect(try MessageTemplate("{{diff}}").render(change) == "@ lines 1-3\n  News\n- Nine.\n+ Ten.\n  Bye.")
        var members = try #require(change.objectValue)
        members["kind"] = "item.updated"
        #expect(
            DefaultText.text(.object(members))
                == "news/page “Venue” changed: text News, Nine., Bye. -> News, Ten., Bye.")
    }

    @Test("show of a long text on one line what differs in it")
    func longLine() {
        let same = "In this session you will learn all that there is to know about "
        let changed: JSON = [
            "kind": "session.updated", "subject": "w/S",
            "changes": [["field": "abstract", "old": .string(same + "queues."), "new": .string(same + "streams.")]],
        ]
        #expect(
            DefaultText.text(changed)
                == "w/S changed: abstract … to know about queues. -> … to know about streams.")
        let one: JSON = [
            "kind": "session.updated", "subject": "w/S", "changes": [["field": "abstract", "new": .string(same)]],
        ]
        #expect(DefaultText.text(one) == "w/S changed: abstract (none) -> \(same.prefix(59))…")
    }

    @Test("show what is short on the line itself")
    func brief() {
        #expect(
            DefaultText.text(change(["sold out"], ["in stock"])) == "news “Venue” changed: text sold out -> in stock")
        #expect(
            DefaultText.text(change(long, ["one"], adding: [["field": "title", "old": "A", "new": "Venue"]])).hasPrefix(
                "news “Venue” changed: text 4 lines removed; title A -> Venue\n"))
    }

    @Test("name the field where it is not a page's")
    func items() throws {
        var members = try #require(change(long, ["one"]).objectValue)
        members["kind"] = "item.updated"
        #expect(
            DefaultText.text(.object(members)).hasPrefix("news/page “Venue” changed: text 4 lines removed\n@ line 1\n"))
    }

    @Test("are bounded, and name the command that shows all")
    func bounded() {
        let many = (0..<500).map { "line \($0) " + String(repeating: "x", count: 900) }
        let lines = DefaultText.text(change(long, many)).split(separator: "\n")
        #expect(lines.count == 23)
        #expect(lines.allSatisfy { $0.count <= 210 })
        #expect(lines.last == "… and 485 more changed lines; all of them: daybook pages diff news 3 4")
    }

    @Test(
        "name it so that a shell takes the key for one word",
        arguments: [
            ("sessions", "S-1", "daybook sessions diff news/S-1 3 4"),
            ("sessions", "a b'; rm", #"daybook sessions diff 'news/a b'\''; rm' 3 4"#), ("own", "S-1", nil),
        ])
    func command(_ projection: String, _ key: String, _ expected: String?) throws {
        var members = try #require(change(long, (0..<99).map { "\($0)" }, key: key).objectValue)
        members["projection"] = .string(projection)
        let last = try #require(DefaultText.text(.object(members)).split(separator: "\n").last)
        #expect(
            last.contains("more changed lines") && (expected.map { last.hasSuffix($0) } ?? !last.contains("daybook")))
    }

    @Test("show no control, and a line of a page cannot begin one of the message")
    func controls() {
        let text = DefaultText.text(change(long, long + ["\u{1B}[2J\u{202E}\n- forged"]))
        #expect(text.hasSuffix("\n+ \\u{1B}[2J\\u{202E} - forged"))
    }

    @Test(
        "are {{diff}} in a template",
        arguments: [
            ("{{diff}}", "text:\n@ line 1\n  one\n- two\n- three\n- four\n- five\nroom:\n- A\n+ B"),
            (
                "{{#changes}}{{field}}\n{{diff}}\n{{/changes}}",
                "text\n@ line 1\n  one\n- two\n- three\n- four\n- five\nroom\n- A\n+ B\n"
            ),
        ])
    func template(_ template: String, _ expected: String) throws {
        let change = change(long, ["one"], adding: [["field": "room", "old": "A", "new": "B"]])
        #expect(try MessageTemplate(template).render(change) == expected)
    }

    @Test("are coloured line by line on a terminal")
    func colours() async {
        let output = Mutex("")
        let channel = TerminalChannel(isColoured: true) { bytes in
            output.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        let text = "news changed\n@ line 2\n  a\n- b\n+ c"
        _ = await channel.deliver(
            RenderedMessage(
                key: "k", kind: "page.updated", subject: "news/page", time: .init(millisecondsSinceEpoch: 0),
                body: Array(text.utf8), type: "text/plain", isLate: false))
        let shown = output.withLock { $0 }.replacing("\u{1B}[0m", with: "·").replacing("\u{1B}[", with: "^")
        #expect(shown == "^33mnews changed·\n^2m@ line 2·\n  a\n^31m- b·\n^32m+ c·\n")
    }
}

@Suite("Messages about runs that look wrong")
struct DoubtTests {
    @Test(
        "say why in words",
        arguments: [
            (["drop"], 3, "much of what is known is missing"), (["items"], 0, "nothing was found"),
            (["items", "topics"], 3, "it found fewer or more items than expected, its list of topics is empty"),
        ] as [(JSON, Int, String)])
    func words(_ suspicions: JSON, _ observed: Int, _ expected: String) {
        let change: JSON = [
            "kind": "run.suspect", "subject": "w", "watch": "w", "suspicions": suspicions, "observed": JSON(observed),
        ]
        #expect(DefaultText.line(change) == "watch w looks wrong: \(expected)")
    }
}
