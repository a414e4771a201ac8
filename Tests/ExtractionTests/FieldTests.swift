import CanonicalJSON
import Testing

@testable import Extraction

@Suite("Fields", .timeLimit(.minutes(5)))
struct FieldTests {
    @Test(
        "of several selectors the first that finds something counts",
        arguments: [
            ("<b>x</b><i>y</i>", "x"), ("<b> </b><i>y</i>", "y"), ("<i>y</i>", "y"), ("<u>z</u>", "k"),
        ])
    func alternatives(html: String, expected: String) throws {
        #expect(try field(FieldRule(anyOf: ["b", "i", "@id"]), in: html) == .string(expected))
    }

    @Test(
        "of several selectors the first with a match is the whole list, and one that cannot be read is no reason to look on"
    )
    func alternativeLists() throws {
        let list = FieldRule(anyOf: ["b", "i"], all: true)
        #expect(try field(list, in: "<i>1</i><b>2</b><i>3</i>") == ["2"])
        #expect(try field(list, in: "<i>1</i><b></b><i>3</i>") == ["1", "3"])
        let page = try page(FieldRule(anyOf: ["b", "i"], as: .number), in: "<b>none</b><i>3</i>")
        #expect(page.items.first?.fields["f"] == nil && page.failureCount == 1)
    }

    @Test("keys and jq know alternatives too")
    func alternativeKeys() throws {
        let json = #"[{"guid":"g","id":1},{"guid":"","id":2},{"id":3},{}]"#
        let rules = try ItemRules(
            items: "jq:.[]", keys: ["jq:.guid", "jq:.id"], fields: [("n", FieldRule(anyOf: ["jq:.n", "jq:.id"]))])
        let page = try rules.read(text: json, mediaType: "application/json")
        #expect(page.items.map(\.key) == ["g", "2", "3"] && page.keyless == 1)
        #expect(page.items.map { $0.fields["n"] } == [1, 2, 3])
        let html = try ItemRules(items: "p", keys: ["@guid", "@id", "b"], fields: []).read(
            text: "<p guid=g id=1></p><p id=2></p><p><b>3</b></p><p></p>")
        #expect(html.items.map(\.key) == ["g", "2", "3"] && html.keyless == 1)
    }

    @Test(
        "text has its white space folded, all of Unicode's",
        arguments: [
            ("<b> a \n\t b </b>", "a b"),
            ("<b>a&nbsp;&nbsp;b&#x3000;c&#x2028;d&#x85;e&#x1680;f&#x205F;g</b>", "a b c d\u{2026}e f g"),
            ("<b>a<i> b</i><i>c</i></b>", "a bc"), ("<b>a\u{200B}b</b>", "a\u{200B}b"),
            ("<b>a<script>x</script><style>y</style><template>z</template>b</b>", "ab"), ("<b>é—à 😀  ü</b>", "é—à 😀 ü"),
            ("<b>&nbsp; </b>", nil), ("<b></b>", nil), ("", nil), ("<b>first</b><b>second</b>", "first"),
        ] as [(String, String?)])
    func text(html: String, expected: String?) throws {
        // In a page's character references 0x85 is windows-1252's ellipsis.
        #expect(try field(FieldRule("b"), in: html) == expected.map { .string($0) })
    }

    @Test("a script that was asked for gives its text")
    func script() throws {
        #expect(try field(FieldRule("script"), in: "<script> {1 < 2} </script>") == "{1 < 2}")
    }

    @Test("all of them are a list, empty ones left out; none is no field")
    func all() throws {
        #expect(try field(FieldRule(select: "b", all: true), in: "<b>x</b><b> </b><i><b>y</b></i>") == ["x", "y"])
        #expect(try field(FieldRule(select: "b", all: true), in: "<b> </b>") == nil)
        #expect(
            try field(FieldRule(select: "a@href", all: true), in: "<a href=1></a><a></a><a href=2></a>") == ["1", "2"])
        #expect(try field(FieldRule(select: "b", all: true, as: .number), in: "<b>1</b><b>2.5</b>") == [1, 2.5])
        #expect(
            try field(FieldRule(select: "b", all: true, as: .lines), in: "<b>1<br>2</b><b>3</b>") == ["1", "2", "3"])
    }

    @Test("the item itself is what no selector names")
    func itself() throws {
        #expect(try field(FieldRule(remove: "i"), in: "a<i>b</i>c") == "ac")
        #expect(try field(FieldRule("@id"), in: "") == "k")
    }

    @Test(
        "what is removed is not in any form of the value",
        arguments: [
            (FieldRule.Kind.text, "a", JSON.string("x z")), (.lines, "a, i", .array(["x z"])),
            (.html, "a", "x <i></i>z"), (.text, "i", "x z"), (.text, "nothing", "x more z"), (.text, "b", "x more z"),
        ] as [(FieldRule.Kind, String, JSON)])
    func remove(kind: FieldRule.Kind, remove: String, expected: JSON) throws {
        #expect(
            try field(FieldRule(select: "b", remove: remove, as: kind), in: "<b>x <i><a>more </a></i>z</b>") == expected
        )
    }

    @Test(
        "the first group that matches is the value, or the whole match",
        arguments: [
            (#"^(\S+)"#, "ABC101", "ABC101"), (#"\d+"#, "ABC101", "101"), (#"(\d)(\d)"#, "ABC123", "1"),
            (#"^\W*(.*)$"#, "– École 1", "École 1"), (#"(x)?A"#, "ABC", nil), ("z", "ABC", nil),
            (#"(\s*)"#, "a b", nil), ("(?i)abc", "ABC", "ABC"),
            (#"\w+"#, "Łódź!", "Łódź"), (#"^.$"#, "😀", "😀"), (#"price: (.*) €"#, "price:  5 €", "5"),
        ] as [(String, String, String?)])
    func match(pattern: String, text: String, expected: String?) throws {
        #expect(try field(FieldRule(select: "b", match: pattern), in: "<b>\(text)</b>") == expected.map { .string($0) })
    }

    @Test("an expression that takes too long is a failure of its field, not of the program")
    func hardMatch() throws {
        let page = try page(
            FieldRule(select: "b", match: #"^(a+)+$"#), in: "<b>\(String(repeating: "a", count: 5000))!</b>")
        #expect(page.items.first?.fields == JSONObject())
        #expect(
            page.failures.map(\.description) == ["f of k: the regular expression takes too many steps on this text"])
    }

    @Test(
        "<br> is white space in a text",
        arguments: [
            ("A<br>B", "A B"), ("A <br/> <br>B", "A B"), ("<br>A<i>B<br></i>C<br>", "AB C"), ("A<br><s>x</s>B", "A B"),
        ])
    func breaks(html: String, text: String) throws {
        #expect(try field(FieldRule(select: "section", remove: "s"), in: "<section>\(html)</section>") == .string(text))
    }

    @Test(
        "lines are split at <br> and at the ends of blocks",
        arguments: [
            ("a<br>b<br/> <br>c", ["a", "b", "c"]), ("<p>a</p>b<p>c</p>", ["a", "b", "c"]),
            ("<ul><li>a<li> b  c</ul>d", ["a", "b c", "d"]), ("<span>a</span> <i>b</i>", ["a b"]),
            ("<div>a<div>b</div>c</div>", ["a", "b", "c"]), ("<table><tr><td>a<td>b</table>", ["a", "b"]),
            ("a\nb", ["a b"]),
        ])
    func lines(html: String, expected: [String]) throws {
        #expect(
            try field(FieldRule(select: "section", as: .lines), in: "<section>\(html)</section>")
                == .array(expected.map { .string($0) }))
    }

    @Test("no line is no field")
    func noLines() throws {
        #expect(try field(FieldRule(select: "section", as: .lines), in: "<section> <br> </section>") == nil)
    }

    @Test(
        "html is the content as browsers write it",
        arguments: [
            ("<b>x<i class=c>y</i></b>", #"x<i class="c">y</i>"#),
            ("<b> a &lt; b &amp; c<br></b>", "a &lt; b &amp; c<br>"),
            ("<b><a title='\"&amp;'>x</a></b>", #"<a title="&quot;&amp;">x</a>"#), ("<b></b>", nil),
        ] as [(String, String?)])
    func html(html: String, expected: String?) throws {
        #expect(try field(FieldRule(select: "b", as: .html), in: html) == expected.map { .string($0) })
    }

    @Test(
        "numbers are found in text",
        arguments: [
            ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1 234 567", 1_234_567), ("1'234'567.8", 1_234_567.8),
            ("1,234", 1234), ("1.234", 1.234), ("1,23", 1.23), ("12 of 30", 12), ("-5", -5), ("−5.5 °C", -5.5),
            ("10-20", 10), ("A-1", 1),
            ("1.234.567", 1_234_567), ("0,500", 0.5), ("1234,567", 1234.567), ("4.5/5", 4.5), ("$1,299.00", 1299),
            ("1\u{202F}299,5", 1299.5), ("3 500", 3500), ("3 50", 3), ("007", 7),
        ])
    func numbers(text: String, expected: Double) throws {
        #expect(try field(FieldRule(select: "b", as: .number), in: "<b>\(text)</b>") == .number(expected))
    }

    @Test(
        "money is an amount in a currency",
        arguments: [
            ("$1,209.50", 1209.5, "USD"), ("US$ 5", 5, "USD"), ("1.299,00 €", 1299, "EUR"), ("1.299 €", 1299, "EUR"),
            ("€1.299", 1299, "EUR"), ("EUR 12,90", 12.9, "EUR"), ("12.90 eur", 12.9, "EUR"), ("£9", 9, "GBP"),
            ("¥1,200", 1200, "JPY"),
            ("CN¥99", 99, "CNY"), ("NT$ 12,900", 12900, "TWD"), ("R$ 1.234,56", 1234.56, "BRL"),
            ("CA$3.99", 3.99, "CAD"), ("1 299 kr", 1299, nil), ("499,- €", 499, "EUR"), ("2 490 Kč", 2490, "CZK"),
            ("CHF 1'250.00", 1250, "CHF"),
            ("From $499.99 each", 499.99, "USD"), ("12.50", 12.5, nil), ("-$5.00", -5, "USD"), ("$-5", -5, "USD"),
            ("19,99 zł", 19.99, "PLN"), ("USDA 5", 5, nil),
        ] as [(String, Double, String?)])
    func money(text: String, amount: Double, currency: String?) throws {
        var expected: JSONObject = JSONObject([("amount", .number(amount))])
        expected["currency"] = currency.map { .string($0) }
        #expect(try field(FieldRule(select: "b", as: .money), in: "<b>\(text)</b>") == .object(expected))
    }

    @Test("what is no number, amount or time is left out and reported")
    func failures() throws {
        for kind in [FieldRule.Kind.number, .money, .time] {
            let page = try page(FieldRule(select: "b", as: kind), in: "<b>soon</b>")
            #expect(page.items.first?.fields == JSONObject())
            #expect(page.failures.first?.description.hasPrefix("f of k: \"soon\" ") == true)
            #expect(page.failureCount == 1)
            #expect(try field(FieldRule(select: "b", as: kind), in: "<b> </b>") == nil)
        }
    }

    @Test(
        "URLs are absolute",
        arguments: [
            ("<a href='x'>t</a>", "https://example.test/list/x"),
            ("<a href='/x?a=1#f'>t</a>", "https://example.test/x?a=1#f"),
            ("<a href='?p=2'>t</a>", "https://example.test/list/page?p=2"),
            ("<a href='#f'>t</a>", "https://example.test/list/page?x=1#f"),
            ("<a href='//cdn.test/x'>t</a>", "https://cdn.test/x"),
            ("<a href='../../up'>t</a>", "https://example.test/up"),
            ("<a href='./a/./b/../c'>t</a>", "https://example.test/list/a/c"),
            ("<a href=' http://o.test/a b\n'>t</a>", "http://o.test/a%20b"),
            ("<a href='mailto:a@b.test'>t</a>", "mailto:a@b.test"),
            ("<a href='é'>t</a>", "https://example.test/list/%C3%A9"),
            ("<a href=HTTP://O.test>t</a>", "http://O.test/"), ("<a href=''>t</a>", nil),
            ("<a>x.html</a>", "https://example.test/list/x.html"),
        ] as [(String, String?)])
    func urls(html: String, expected: String?) throws {
        #expect(try field(FieldRule(select: "a", as: .url), in: html) == expected.map { .string($0) })
    }

    @Test("URLs are relative to <base>, and images have their src")
    func base() throws {
        #expect(
            try field(FieldRule(select: "img", as: .url), in: "<base href=/b/><img src=x.png>")
                == "https://example.test/b/x.png")
    }

    @Test(
        "options that have no meaning are refused",
        arguments: [
            (FieldRule(select: "b", match: "("), "is no regular expression"),
            (FieldRule(select: "b", remove: "b["), "selector"), (FieldRule(select: "b", remove: "b@x"), "remove:"),
            (FieldRule(select: "b", remove: "xpath://b"), "remove:"),
            (FieldRule(select: "b", timezone: "UTC"), "as: time"),
            (FieldRule(select: "b", as: .time, timezone: "Mars/Olympus"), "tz database"),
            (FieldRule(select: "b", as: .time, format: "%Q"), "%Q is not known"),
            (FieldRule(select: "jq:.a"), "is jq"), (FieldRule(select: "b", match: #"\C"#), "is no regular expression"),
        ])
    func refused(rule: FieldRule, reason: String) {
        #expect { try ItemRules(items: "main", key: "@id", fields: [("f", rule)]) } throws: { "\($0)".contains(reason) }
    }

    @Test("a name that is given twice is refused")
    func twice() {
        #expect(throws: ExtractionError.self) {
            try ItemRules(items: "a", key: "@id", fields: [("f", FieldRule("b")), ("f", FieldRule("c"))])
        }
    }
}
