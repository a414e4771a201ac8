import CanonicalJSON
import Testing

@testable import Extraction

@Suite("CSS selectors")
struct CSSSelectorTests {
    static let html = """
        <body id=body><div id=one class="card big" data-kind="en-US" lang=en><p id=p1>First <b id=b1>bold</b></p>
        <p id=p2 class="note big">Second</p><span id=s1></span><p id=p3>Third &amp; last</p></div>
        <div id=two class=card title="Hello World"><ul id=ul><li id=l1>a<li id=l2 class=sel>b<li id=l3>c<li id=l4>d<li id=l5>e</ul>
        <a id=a1 href="/x/page.html">x</a><a id=a2 href="https://y.test/page.PDF">y</a></div>
        <div id=3d class="weird:name 9lives über"><em id=em></em></div></body>
        """

    @Test(
        "find what the standard says",
        arguments: [
            ("div", "one two 3d"), ("DIV", "one two 3d"), (".card", "one two"), (".card.big", "one"), ("p.big", "p2"),
            ("#two", "two"),
            ("#3d", "3d"), (#"#\33 d"#, "3d"), (#".weird\:name"#, "3d"), (#".\39 lives"#, "3d"), (".über", "3d"),
            ("*#one", "one"), ("li, b", "b1 l1 l2 l3 l4 l5"),
            ("[data-kind]", "one"), ("[lang=en]", "one"), (#"[lang='EN' i]"#, "one"), ("[lang=EN]", ""),
            ("[data-kind|=en]", "one"),
            ("[class~=note]", "p2"), ("[class~=not]", ""), (#"[href^="/x"]"#, "a1"), ("[href$='.html']", "a1"),
            ("[href$='.pdf' i]", "a2"),
            ("[href*=page]", "a1 a2"), ("[title='']", ""), ("[href^='']", ""), ("[title=\"Hello World\"]", "two"),
            ("div p", "p1 p2 p3"), ("body > p", ""), ("body > div > p", "p1 p2 p3"), ("p + p", "p2"),
            ("p ~ p", "p2 p3"), ("span + p", "p3"),
            ("div  >  p", "p1 p2 p3"), ("div>p", "p1 p2 p3"), ("div div", ""), ("#one b, #two a", "b1 a1 a2"),
            ("div > * > b", "b1"),
            ("div.card p ~ p.big", "p2"), ("body li:first-child", "l1"), ("li:last-child", "l5"),
            ("li:nth-child(2)", "l2"),
            ("li:nth-child(odd)", "l1 l3 l5"), ("li:nth-child(even)", "l2 l4"), ("li:nth-child(2n+1)", "l1 l3 l5"),
            ("li:nth-child( 3n - 1 )", "l2 l5"),
            ("li:nth-child(-n+2)", "l1 l2"), ("li:nth-last-child(1)", "l5"), ("li:nth-last-child(-n+2)", "l4 l5"),
            ("p:first-of-type", "p1"),
            ("p:last-of-type", "p3"), ("p:nth-of-type(2)", "p2"), ("#one > :nth-last-of-type(2)", "p2"),
            ("span:only-of-type", "s1"),
            ("b:only-child", "b1"), ("p:not(.big)", "p1 p3"), ("p:not(.big, #p3)", "p1"),
            ("li:not(:first-child):not(:last-child)", "l2 l3 l4"),
            (":is(p, li).big", "p2"), (":where(ul) > li.sel", "l2"), ("div:has(b)", "one"), ("div:has(> b)", ""),
            ("p:has(+ span)", "p2"),
            ("p:has(~ span)", "p1 p2"), ("div:has(p, li)", "one two"), ("div:not(:has(p))", "two 3d"),
            ("div > :empty", "s1 em"), (":root > body", "body"),
            (#"p:contains("Third & last")"#, "p3"), ("li:contains('zzz')", ""),
            ("div:has(p:contains('Second'))", "one"),
        ])
    func find(selector: String, ids: String) throws {
        #expect(try found(selector, in: Self.html).joined(separator: " ") == ids)
    }

    @Test(
        "of a field look inside the item, and may begin at it",
        arguments: [
            ("b", "x"), ("> b", "y"), ("p > b", "x"), ("section b", "x"), (":scope > b", "y"), ("+ b", nil),
            ("> p b, > i", "x"), ("main b", "x"),
            ("b@class", "c"), ("@data-n", "5"), ("b@nope", nil), ("p b@class", nil),
        ] as [(String, String?)])
    func inItem(selector: String, expected: String?) throws {
        let html = "<section><main id=k data-n=5><p><b>x</b></p><b class=c>y</b></main><b>outside</b></section>"
        let page = try ItemRules(items: "main", key: "@id", fields: [("f", FieldRule(selector))]).read(text: html)
        #expect(page.items.first?.fields["f"]?.stringValue == expected)
    }

    @Test(
        "that are none are refused, naming the place",
        arguments: [
            ("", 1, "a selector is due"), ("div >", 6, "a selector is due"), ("> > a", 3, "is no selector"),
            (".", 2, "the name of a class"), ("#", 2, "an id"), ("a[", 3, "name of an attribute"),
            ("a[b", 4, "none of"), ("a[b=", 5, "a value is due"), ("a[b=\"c]", 5, "closing quote"),
            ("a[b=c", 6, "] is due"), ("a:hover", 2, ":hover is not supported"), ("a::before", 3, "pseudo-elements"),
            ("li:nth-child(x)", 14, "no position"), ("li:nth-child(99999999999999)", 14, "no position"),
            ("p:not(", 7, "a selector is due"), ("p:not(a", 8, ") is due"), ("p:has", 2, "wants (…)"),
            ("a,,b", 3, "is no selector"),
            ("a b)", 4, "does not belong"), ("svg|a", 4, "namespaces"), ("a@", 3, "name of an attribute"),
            ("a@b c", 5, "follows the attribute"), ("a\\", 3, "backslash"), ("$x", 1, "is no selector"),
            ("p:contains(x)", 12, "in quotes"),
        ])
    func refused(selector: String, place: Int, reason: String) {
        var names = NameTable()
        #expect { try Selector(selector, names: &names) } throws: { error in
            guard case ExtractionError.badSelector(selector, place, let text)? = error as? ExtractionError else {
                return false
            }
            return text.contains(reason)
        }
    }

    @Test("nested too deep are refused, not recursed into")
    func depth() {
        let nested = { String(repeating: ":not(", count: $0) + "a" + String(repeating: ")", count: $0) }
        var names = NameTable()
        #expect(throws: Never.self) { try Selector(nested(20), names: &names) }
        #expect(throws: ExtractionError.self) { try Selector(nested(10_000), names: &names) }
    }

    @Test("of items must be of elements", arguments: ["@id", "a@href"])
    func items(selector: String) {
        #expect(throws: ExtractionError.self) { try ItemRules(items: selector, key: "@id", fields: []) }
    }
}
