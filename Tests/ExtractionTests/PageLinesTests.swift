// One page's text as lines: what a reader sees, and nothing that is only there for machines.

import Testing

@testable import Extraction

@Suite("The lines of a page")
struct PageLinesTests {
    private func lines(
        _ body: String, type: String? = "text/html", select: String? = nil, remove: [String] = [],
        ignore: [String] = [],
        as form: TextRules.Form = .text
    ) throws -> [String] {
        try TextRules(select: select, remove: remove, ignore: ignore, as: form).read(Array(body.utf8), mediaType: type)
            .lines
    }

    @Test(
        "are what a reader sees",
        arguments: [
            ("<p>One  <b>two</b>\n three</p>four", ["One two three", "four"]),
            ("a<br>b<div>c<div>d</div>e</div>f", ["a", "b", "c", "d", "e", "f"]),
            ("<ul><li>x<li>y</ul>", ["x", "y"]),
            ("<title>T</title><style>s</style><p>x<script>y</script>", ["x"]),
            ("<p>x<noscript>switch it on</noscript><iframe>old</iframe><p hidden>h<template>t</template>", ["x"]),
            ("<table><tr><th>Day<th>Room<tr><td>Mon<td>  <td>Aria 3</table>z", ["Day | Room", "Mon | Aria 3", "z"]),
            ("<table><tr><td><p>a<p>b<td>c</table>", ["a", "b", "c"]),
            ("<pre>  a  b\n\n<i>c</i>d  \n</pre>e   f", ["  a  b", "cd", "e f"]),
            ("<textarea>one\ntwo</textarea>", ["one", "two"]),
            ("<p>\u{A0}</p><p> </p>", []),
            ("", []),
        ])
    func html(_ body: String, _ expected: [String]) throws {
        #expect(try lines("<!doctype html><body>" + body) == expected)
    }

    @Test(
        "are laid out by what the page is",
        arguments: [
            (
                "application/json", #"{"b":[1,{"c":"x\ny"}],"a":{},"n":12345678901234567890}"#,
                [
                    "{", #"  "a": {},"#, #"  "b": ["#, "    1,", "    {", #"      "c": "x\ny""#, "    }", "  ],",
                    #"  "n": "12345678901234567890""#, "}",
                ]
            ),
            ("application/feed+json", "[]", ["[]"]),
            (
                "application/xml", "<r a='1'><!-- no --><i>x &amp; y</i><e/><m>t<b>u</b></m></r>",
                ["<r a=\"1\">", "  <i>x &amp; y</i>", "  <e></e>", "  <m>", "    t", "    <b>u</b>", "  </m>", "</r>"]
            ),
            ("text/plain", "\n  one \r\n\r\n<b>two</b>\n\n", ["  one", "", "<b>two</b>"]),
            ("text/csv", "a,b\n1,2", ["a,b", "1,2"]),
            (nil, "<p>a<p>b", ["a", "b"]),
            (nil, "no markup\nat all", ["no markup", "at all"]),
        ] as [(String?, String, [String])])
    func formats(_ type: String?, _ body: String, _ expected: [String]) throws {
        #expect(try lines(body, type: type) == expected)
    }

    private static let page = """
        <!doctype html><body><nav>N <a href="/1">one</a></nav><main><p>a <span class=ad>A</span></p>
        <div class=x>b<div class=x>c</div></div><a href="/2">two</a></main><p>d
        """

    @Test(
        "are those of all that a selector finds, in order and each once",
        arguments: [
            ("main", [], ["a A", "b", "c", "two"]), (".x", [], ["b", "c"]), ("p, a", [], ["one", "a A", "two", "d"]),
            ("a@href", [], ["/1", "/2"]), ("xpath://p", [], ["a A", "d"]), ("xpath://a/@href", [], ["/1", "/2"]),
            ("xpath:count(//p)", [], ["2"]), (nil, ["nav", ".ad"], ["a", "b", "c", "two", "d"]),
            ("a", ["nav", "main .x"], ["two"]), ("main", [".x .x, a"], ["a A", "b"]),
        ] as [(String?, [String], [String])])
    func selected(_ select: String?, _ remove: [String], _ expected: [String]) throws {
        #expect(try lines(Self.page, select: select, remove: remove) == expected)
    }

    @Test("are markup where that is asked for, an element a line")
    func markup() throws {
        #expect(
            try lines(#"<div><p class="a">x <b>y</b></p><br></div>"#, select: "div", as: .html)
                == [#"<p class="a">"#, "  x", "  <b>y</b>", "</p>", "<br>"])
        #expect(try lines("<p>x</p>", select: "p", as: .html) == ["x"])
    }

    @Test("are the values that jq finds")
    func jq() throws {
        let json = #"{"a":[{"t":"one\ntwo"},{"t":3},{"t":null},{"t":{"u":1}}]}"#
        #expect(
            try lines(json, type: "text/plain", select: "jq:.a[].t") == ["one", "two", "3", "{", #"  "u": 1"#, "}"])
    }

    @Test("are without those that are ignored, the title too")
    func ignored() throws {
        let body = "<title>12:30 - News</title><p>At 12:30<p>12 visitors<p>kept"
        let rules = try TextRules(ignore: [#"\d+:\d+"#, "visitors$"])
        let page = try rules.read(Array(body.utf8), mediaType: "text/html")
        #expect(page.lines == ["kept"] && page.title == nil)
        #expect(try TextRules().read(Array(body.utf8), mediaType: "text/html").title == "12:30 - News")
        let picture = "<svg><title>Back</title></svg><title>Shop</title><p>x"
        #expect(try TextRules().read(Array(picture.utf8), mediaType: "text/html").title == "Shop")
        #expect(try TextRules(select: "p").read(Array(body.utf8), mediaType: "text/html").title == nil)
    }

    @Test(
        "are not told to be none where nobody can tell",
        arguments: [
            ("text/html", "<p>x", ".nope", [], "select: \".nope\" finds nothing"),
            ("text/html", "<p>x", "p", ["body"], "finds nothing"), ("text/html", "  \n", "p", [], "finds nothing"),
            ("application/json", "{}", "jq:.a", [], "finds nothing"),
            ("application/json", "{", nil, [], "not the JSON it should be"),
            ("text/html", "<p>x", "jq:.a", [], "not the JSON it should be"),
            ("application/xml", "<a><b></a>", nil, [], "not the XML it should be"),
            ("image/png", "x", nil, [], "its media type is image/png"),
            ("application/pdf", "x", nil, [], "its media type is application/pdf"),
            ("text/plain", "", nil, [], "0 bytes"),
        ] as [(String, String, String?, [String], String)])
    func unreadable(_ type: String, _ body: String, _ select: String?, _ remove: [String], _ reason: String) {
        let error = #expect(throws: ExtractionError.self) {
            try lines(body, type: type, select: select, remove: remove)
        }
        #expect("\(error.map(\.description) ?? "")".contains(reason), "\(error.map(\.description) ?? "")")
    }

    @Test("that only a part without text has are none, and that is no error")
    func empty() throws {
        #expect(try lines("<p>x<div class=a> </div>", select: ".a") == [])
    }

    private func suspicion(_ body: String, select: String? = nil) throws -> String? {
        try TextRules(select: select).read(Array(body.utf8), mediaType: "text/html").suspicion
    }

    @Test("of a page that keeps visitors out are doubted; those of a long page only for its title")
    func blocks() throws {
        let login = "<title>Venue</title><p>Hello<form><input type=password></form>"
        let article =
            "<title>Venue</title><h2>Access denied: a history</h2>"
            + String(repeating: "<p>words and words", count: 200)
        #expect(try suspicion(login) == "it is a login form")
        #expect(try suspicion(login, select: "p") == nil)
        #expect(try suspicion(article) == nil)
        #expect(try suspicion("<title>Just a moment...</title><p>Wait")?.contains("challenge") == true)
        #expect(try suspicion("<title>Just a moment...</title><p>Wait", select: "p")?.contains("challenge") == true)
    }

    @Test(
        "have rules that are refused where they mean nothing",
        arguments: [
            ("@id", [], [], "ELEMENT@attribute"), ("p[", [], [], "p["),
            (nil, ["xpath://p"], [], "must be a CSS selector"),
            ("jq:.a", ["p"], [], "has no meaning in JSON"), (nil, [], ["("], "is no regular expression"),
        ] as [(String?, [String], [String], String)])
    func refused(_ select: String?, _ remove: [String], _ ignore: [String], _ reason: String) {
        let error = #expect(throws: ExtractionError.self) {
            try TextRules(select: select, remove: remove, ignore: ignore)
        }
        #expect("\(error.map(\.description) ?? "")".contains(reason))
    }

    @Test("and a rule that takes too long on one of them fails the page", .timeLimit(.minutes(5)))
    func tooHard() throws {
        let error = #expect(throws: ExtractionError.self) {
            try lines(String(repeating: "a", count: 40) + "!", type: "text/plain", ignore: ["^(a|aa)+$"])
        }
        #expect("\(error.map(\.description) ?? "")".contains("takes too many steps"))
    }

    @Test("are read in time that grows with the page, however its rules meet it", .timeLimit(.minutes(5)))
    func hostile() throws {
        let body =
            String(repeating: "<p>a<i>b</i></p>", count: 40_000) + String(repeating: "<table><tr><td>", count: 5_000)
        #expect(try lines(body, select: "p", remove: ["i", "td"]).count == 40_000)
        #expect(try lines(body, remove: ["p"]).isEmpty)
    }
}
