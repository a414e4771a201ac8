import Projections
import Testing

@testable import DaybookApp

@Suite("Wrapping")
struct WrappingTests {
    private func rows(_ text: String, _ columns: Int, hang: Int = 0) -> [String] {
        Wrapping.rows([Span(text)], columns: columns, hang: hang).map { $0.map(\.text).joined() }
    }

    @Test(
        "breaks between words, and indents what is continued",
        arguments: [
            ("a line that fits", 20, 0, ["a line that fits"]),
            ("a line that does not quite fit", 20, 0, ["a line that does not", "quite fit"]),
            ("  field: a value of several words", 24, 4, ["  field: a value of", "    several words"]),
            ("exactly twenty cells", 20, 0, ["exactly twenty cells"]),
            ("exactly twenty cells and more", 20, 0, ["exactly twenty cells", "and more"]),
            (
                "short averyveryverylongwordthatfitsnowhere", 22, 2,
                ["short", "  averyveryverylongwor", "  dthatfitsnowhere"]
            ),
            ("漢字漢字漢字漢字漢字漢字漢字漢字", 21, 1, ["漢字漢字漢字漢字漢字", " 漢字漢字漢字"]),
            (
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} eeeeeeeee", 20, 0,
                ["e\u{301}e\u{301}e\u{301}e\u{301}e\u{301} e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", "eeeeeeeee"]
            ),
            ("too narrow a terminal is left to itself", 20, 10, ["too narrow a terminal is left to itself"]),
        ])
    func breaking(_ text: String, _ columns: Int, _ hang: Int, _ expected: [String]) {
        #expect(rows(text, columns, hang: hang) == expected)
    }

    @Test("loses nothing but the spaces at which it broke, and no row is too wide", arguments: 20...60)
    func complete(columns: Int) {
        let text =
            "Two days about programs, 漢字 and longwordswithoutanyspaceinthematallwhichgoonandonandon, é and 😀😀😀 end"
        let rows = rows(text, columns)
        #expect(rows.joined().filter { $0 != " " } == text.filter { $0 != " " })
        #expect(rows.allSatisfy { displayWidth($0) <= columns })
    }

    @Test("keeps colours on every row")
    func colours() {
        let spans = [Span("room: "), Span("a long old value", .bad), Span(" -> "), Span("a long new value", .good)]
        let said = Recorder(isTerminal: true, isColoured: true, width: 24)
        let console = said.console
        console.line(spans, hang: 2)
        console.flush()
        #expect(
            said.lines == [
                "room: \u{1b}[31ma long old value\u{1b}[0m", "  -> \u{1b}[32ma long new value\u{1b}[0m",
            ])
    }

    @Test("is not done where there is no terminal")
    func elsewhere() {
        let said = Recorder(width: 24)
        let console = said.console
        console.line([Span(String(repeating: "word ", count: 20))], hang: 2)
        console.flush()
        #expect(said.lines.count == 1)
    }
}

@Suite("Fields as people read them")
struct FieldTextTests {
    private func shown(_ body: (Console) throws -> Void) rethrows -> [String] {
        let said = Recorder()
        let console = said.console
        try body(console)
        console.flush()
        return said.lines
    }

    private let fields = Array(
        #"{"html":"<p>\n</p>","seats":40,"speakers":["Ada","Grace"],"text":["a","b","c","d"],"title":"T\u001b"}"#.utf8)

    @Test("the title comes first, lists of a few stand on a line, texts of several lines below their name")
    func fieldsShown() throws {
        #expect(
            try shown { try FieldText.show(fields, on: $0) } == [
                "  title         T␛", "  html", "    <p>", "    </p>", "  seats         40",
                "  speakers      Ada, Grace", "  text", "    a", "    b", "    c", "    d",
            ])
    }

    @Test("a tab is the layout of a text that has one, and nothing else of it steers the terminal")
    func tabs() throws {
        let fields = Array(#"{"text":"a\n\tb\u001b"}"#.utf8)
        #expect(try shown { try FieldText.show(fields, on: $0) } == ["  text", "    a", "        b␛"])
    }

    @Test("a list names each in a few words")
    func summary() throws {
        #expect(
            try FieldText.summary(fields)
                == "T\u{1b}  ·  html: <p> … (2 lines)  ·  seats: 40  ·  speakers: Ada, Grace  ·  text: a … (4 lines)")
    }

    @Test("of a page every text of several lines stands below its name, and so does what changed in it")
    func pages() throws {
        let fields = Array(#"{"text":["a","b"],"title":"T"}"#.utf8)
        #expect(
            try shown { try FieldText.show(fields, ofPage: true, on: $0) } == [
                "  title         T", "  text", "    a", "    b",
            ])
        let changes = Array(#"[{"field":"text","new":["a","c"],"old":["a","b"]}]"#.utf8)
        let limits = DiffLimits()
        #expect(
            try shown { try FieldText.showChanges(changes, ofPage: true, limits: limits, more: "", on: $0) } == [
                "  text: 1 line added, 1 removed", "    lines 1-2", "      a", "    - b", "    + c",
            ])
    }

    @Test("of two long texts on a line what differs stands out, of short ones all of them")
    func differing() throws {
        func coloured(_ old: String, _ new: String) throws -> [String] {
            let said = Recorder(isTerminal: true, isColoured: true, width: 200)
            let console = said.console
            let changes = #"[{"field":"t","new":"\#(new)","old":"\#(old)"}]"#
            try FieldText.showChanges(Array(changes.utf8), limits: DiffLimits(), more: "", on: console)
            console.flush()
            return said.lines
        }
        let same = "In this session you will learn all about"
        #expect(
            try coloured(same + " it.", same + " that.") == [
                "  t: \(same) \u{1b}[31mi\u{1b}[0mt. -> \(same) \u{1b}[32mtha\u{1b}[0mt."
            ])
        #expect(try coloured("Hall 1", "Hall 2") == ["  t: \u{1b}[31mHall 1\u{1b}[0m -> \u{1b}[32mHall 2\u{1b}[0m"])
    }

    @Test("what changed is old and new on a line, or the lines that went and came, cut with the way to the rest")
    func changes() throws {
        let changes = Array(
            #"""
            [{"field":"text","new":["a","B","c","d","e","f"],"old":["a","b","c","d"]},{"field":"room","new":"2"}]
            """#.utf8)
        #expect(
            try shown { try FieldText.showChanges(changes, limits: .init(context: 1), more: "", on: $0) } == [
                "  room: (none) -> 2", "  text: 3 lines added, 1 removed", "    lines 1-6", "      a", "    - b",
                "    + B", "      c", "      d", "    + e", "    + f",
            ])
        let cut = try shown {
            try FieldText.showChanges(changes, limits: .init(context: 0, changedLines: 2), more: "daybook x", on: $0)
        }
        #expect(cut.suffix(2) == ["    + B", "    … 2 more changed lines: daybook x"])
    }
}
