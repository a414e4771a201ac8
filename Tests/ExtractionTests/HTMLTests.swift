import CanonicalJSON
import Foundation
import Testing

@testable import Extraction

@Suite("HTML", .timeLimit(.minutes(5)))
struct HTMLTests {
    @Test(
        "is completed as browsers complete it",
        arguments: [
            ("x", "<body>x</body>"), ("<p>a<p>b", "<body><p>a</p><p>b</p></body>"),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "<body><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d</body>"),
            ("<p>a<div>b</div>c", "<body><p>a</p><div>b</div>c</body>"),
            ("<dl><dt>a<dd>b<dt>c</dl>", "<body><dl><dt>a</dt><dd>b</dd><dt>c</dt></dl></body>"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>d",
                "<body><table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>d</body>"
            ),
            (
                "<table><td>a<table><td>b</table>c</table>",
                "<body><table><tbody><tr><td>a<table><tbody><tr><td>b</td></tr></tbody></table>c</td></tr></tbody></table></body>"
            ),
            (
                "<table><thead><tr><th>a<tbody><tr><td>b</table>",
                "<body><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table></body>"
            ),
            (
                "<select><option>a<option>b<optgroup><option>c</select>d",
                "<body><select><option>a</option><option>b</option><optgroup><option>c</option></optgroup></select>d</body>"
            ),
            ("a<br>b<br/>c</br>d", "<body>a<br>b<br>c<br>d</body>"),
            ("a<img src=x>b<hr>c", "<body>a<img src=\"x\">b<hr>c</body>"),
            ("<h1>a<h2>b</h1>c", "<body><h1>a</h1><h2>b</h2>c</body>"),
            ("</p>a", "<body><p></p>a</body>"), ("<div>a</span>b</div>", "<body><div>ab</div></body>"),
            ("<b>a<i>b</b>c", "<body><b>a<i>b</i></b>c</body>"),
            ("<a href=1>a<a href=2>b", "<body><a href=\"1\">a</a><a href=\"2\">b</a></body>"),
            ("<b><div>a</b>b</div>c", "<body><b><div>ab</div></b>c</body>"),
            ("<button>a<button>b", "<body><button>a</button><button>b</button></body>"),
            ("<div>a</body></html>b", "<body><div>ab</div></body>"),
            ("<body class=a><body class=b>x", "<body class=\"a\">x</body>"),
            (
                "<tr class=row><td>a<td>b<tr><td>c",
                "<body><tr class=\"row\"><td>a</td><td>b</td></tr><tr><td>c</td></tr></body>"
            ),
            ("<div/>a", "<body><div>a</div></body>"),
            ("<svg><g/><path d=1 /></svg>a<p>b", "<body><svg><g></g><path d=\"1\"></path></svg>a<p>b</p></body>"),
            ("<svg><g><p>a", "<body><svg><g></g></svg><p>a</p></body>"),
        ])
    func body(html: String, expected: String) {
        #expect(understood("<!doctype html>" + html) == "<html><head></head>\(expected)</html>")
    }

    @Test(
        "has a head where things of the head begin it",
        arguments: [
            ("<title>a</title>b", "<head><title>a</title></head><body>b</body>"),
            ("<html lang=en><meta charset=x><p>b", "<head><meta charset=\"x\"></head><body><p>b</p></body>"),
            ("<head><script>1<2</script></head> <body>b", "<head><script>1<2</script></head><body>b</body>"),
            ("<link rel=x>\n\nb", "<head><link rel=\"x\"></head><body>b</body>"), ("", "<head></head><body></body>"),
        ])
    func head(html: String, expected: String) {
        let text = understood(html).replacingOccurrences(of: " lang=\"en\"", with: "")
        #expect(text == "<html>\(expected)</html>")
    }

    @Test(
        "tags are told from text",
        arguments: [
            ("a < b", "a &lt; b"), ("a <1> b", "a &lt;1&gt; b"), ("a<!-- <b> -->c", "ac"), ("a<!-->b", "ab"),
            ("a<!--->b", "ab"), ("a<!-- b --!>c", "ac"), ("a<!-- b", "a"), ("a<!x>b", "ab"), ("a<?php x ?>b", "ab"),
            ("a</>b", "ab"), ("a</ x>b", "ab"), ("<b title='x>y'>a</b>", "<b title=\"x>y\">a</b>"),
            ("<b a=1 A=2 c>a</b>", "<b a=\"1\" c=\"\">a</b>"),
            ("<b a = \"1\"b='2'c=3>a</b>", "<b a=\"1\" b=\"2\" c=\"3\">a</b>"),
            ("<b a=x/y>a</b>", "<b a=\"x/y\">a</b>"), ("<B ID=X>a</B>", "<b id=\"X\">a</b>"), ("<i>a</i", "<i>a</i>"),
            ("a<b title=", "a"), ("a<b title='x>", "a"), ("a<b", "a"),
            ("<textarea><b>&amp;</textarea>c", "<textarea>&lt;b&gt;&amp;</textarea>c"),
            ("<style>a<b></style>c", "<style>a<b></style>c"),
            ("<script>'</scr'</SCRIPT >c", "<script>'</scr'</script>c"),
            ("<script>a</scripty></script>c", "<script>a</scripty></script>c"), ("<pre>\n a</pre>", "<pre> a</pre>"),
            ("<svg><![CDATA[a<b]]></svg>", "<svg>a&lt;b</svg>"), ("a<![CDATA[b]]>c", "ac"),
            ("<plaintext>a</plaintext>", "<plaintext>a&lt;/plaintext&gt;</plaintext>"),
        ])
    func tokens(html: String, expected: String) {
        #expect(understood("<body>" + html) == "<html><head></head><body>\(expected)</body></html>")
    }

    @Test(
        "character references are what the standard says",
        arguments: [
            ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"), ("&nbsp;", "\u{A0}"), ("&eacute;&Eacute;", "éÉ"),
            ("&#233;&#xe9;&#XE9;", "ééé"), ("&#233 x", "é x"), ("&copy2018", "©2018"), ("&notit; &notin;", "¬it; ∉"),
            ("&hellip;&check;&NewLine;x", "…✓\nx"), ("&NotEqualTilde;", "≂̸"), ("&nope; &; & a&b", "&nope; &; & a&b"),
            ("&#0;&#xD800;&#x110000;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"), ("&#150;&#x80;", "–€"),
            ("&#;&#x;", "&#;&#x;"), ("AT&T &ampamp;", "AT&T &amp;"),
        ])
    func references(html: String, expected: String) {
        let tree = tree("<p>" + html)
        let text = tree.nodes.indices.filter { tree.nodes[$0].isText }.map {
            String(decoding: tree.text($0), as: UTF8.self)
        }
        #expect(text.joined().utf8.elementsEqual(expected.utf8), "\(text)")
    }

    @Test("in an attribute, what may be part of a query stays as it is")
    func referencesInAttributes() throws {
        let value = try field(FieldRule("a@href"), in: "<a href='?a=1&copy=2&lt=3&amp;b=&eacute;&notx'>")
        #expect(value == "?a=1&copy=2&lt=3&b=é&notx")
    }

    @Test("that nests without end is flattened, and stays fast to search")
    func depth() throws {
        let html = String(repeating: "<div><b>", count: 20_000) + "<i id=x>x"
        #expect(try found("div > b i", in: html) == ["x"])
        #expect(tree(html).nodes.count > 40_000)
    }

    @Test("anything at all is a page, and the tree is sound")
    func anything() {
        var random = SplitMix(state: 7)
        let pieces = [
            "<", ">", "</", "/>", "<p", "<b>", "</b>", "<table>", "<tr>", "<td>", "</table>", "<li>", "<ul>", "</ul>",
            "<svg>", "</svg>", "<a href='x'>", "</a>", "<!--", "-->", "&", "&amp;", "=", "'", "\"", " ",
            "x", "<select>", "<option>", "<script>", "</script>", "<template>", "</template>", "<head>", "<body>",
            "<form>", "</p>", "<br>", "<title>", "\0", "é", "<h1>", "</h2>", "<button>", "<dd>", "<plaintext",
        ]
        for _ in 0..<500 {
            let html = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            let tree = tree(html)
            for index in tree.nodes.indices.dropFirst() {
                let node = tree.nodes[index]
                let parent = tree.nodes[Int(node.parent)]
                let isInside =
                    Int(node.parent) < index && node.end <= parent.end && Int(node.end) > index
                    && Int(node.previous) < index
                #expect(isInside && !parent.isText, "\(html)")
            }
        }
    }
}

/// What a hostile or broken page may do: cost time in proportion to its size, and nothing else.
@Suite("Hostile pages", .timeLimit(.minutes(5)))
struct HostilePageTests {
    /// Each is some 100,000 elements or attributes: what compares them all with one another does not come to an end.
    @Test(
        "take no more than their size",
        arguments: [
            ("attributes", "<main id=k><p " + (0..<100_000).map { "a\($0) " }.joined() + ">x", FieldRule("p")),
            (
                "removed lines", "<main id=k>" + String(repeating: "<b>x</b>", count: 100_000),
                FieldRule(remove: "b", as: .lines)
            ),
            (
                "removed elements", "<main id=k>" + String(repeating: "<b>x</b>", count: 100_000),
                FieldRule(remove: "b", as: .html)
            ),
            (
                "siblings", "<main id=k>" + String(repeating: "<p>x", count: 100_000),
                FieldRule(select: "p:nth-child(3):only-child", all: true)
            ),
            ("a title", "<title>" + String(repeating: "x y ", count: 100_000), FieldRule("p")),
        ])
    func size(name: String, html: String, rule: FieldRule) throws {
        let rules = try ItemRules(items: "main", key: "@id", fields: [("f", rule)])
        #expect(try rules.read(text: html).keyless == 0)
    }

    @Test("of many attributes the first ones count") func attributes() {
        let many = (0..<300).map { "a\($0)=1" }.joined(separator: " ")
        let element = understood("<p id=k \(many)>x")
        #expect(element.contains(" a254=\"1\">x") && element.contains("id=\"k\""))
    }

    @Test("lines and HTML leave out what is removed, also inside what is removed") func removed() throws {
        let html = "a<b>c<b>d</b></b><p>e<script>f</script><b>g</b>h</p><b>i</b>"
        let lines = FieldRule(remove: "b", as: .lines)
        #expect(try field(lines, in: html) == ["a", "eh"])
        let markup = FieldRule(remove: "b, script", as: .html)
        #expect(try field(markup, in: html) == "a<p>eh</p>")
    }

    private static let page = """
        <!DOCTYPE html><html lang=en><head><meta charset="utf-8"><title>Sh&eacute;lf &amp; co</title><script>if (a<b) "</p>"</script>
        <base href="/x/"></head><body class="a b"><!-- c --><table><tr><td>1<td><b>2<p>3</b>4<tr><th>5</table>
        <main id=k><svg viewBox='0'><![CDATA[<x>]]><title>t</title></svg><ul><li>a&#x41;<li>b&notit;</ul>
        <select><option value=1>o<option>p</select><textarea>
        </p></textarea><a rel="next" href='?page=2&amp;x=\u{e9}'>on</a></main></body></html>
        """
    private static let rules = Result {
        try ItemRules(
            items: "main, li, td", key: "@id",
            fields: [
                ("all", FieldRule(select: "*", all: true)), ("lines", FieldRule(remove: "li", as: .lines)),
                ("html", FieldRule(as: .html)), ("last", FieldRule("li:last-child")),
                ("link", FieldRule(select: "a", as: .url)),
            ], next: "a[rel=next]@href")
    }

    /// Whatever comes out: that it comes out, and in UTF-8 of any encoding.
    private func read(_ bytes: [UInt8]) throws {
        for type in ["text/html", "text/html; charset=utf-16le", "text/html; charset=shift_jis", "application/xml"] {
            do {
                _ = try Self.rules.get().read(bytes, mediaType: type, baseURL: "https://a.test/")
            } catch is ExtractionError {}
        }
    }

    @Test("may be cut at any byte") func truncations() throws {
        let bytes = Array(Self.page.utf8)
        for count in 0...bytes.count { try read(Array(bytes[..<count])) }
    }

    @Test("may be damaged in any way") func mutations() throws {
        var random = SplitMix(state: 7)
        let bytes = Array(Self.page.utf8)
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                let end = min(damaged.count, place + Int.random(in: 1...20, using: &random))
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1:
                    damaged.insert(
                        contentsOf: damaged[place..<end], at: damaged.indices.randomElement(using: &random) ?? 0)
                default: if damaged.count > 100 { damaged.removeSubrange(place..<end) }
                }
            }
            try read(damaged)
        }
    }
}

/// Pages that are random, and the same on every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
