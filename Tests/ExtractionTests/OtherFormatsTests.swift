import CanonicalJSON
import Testing

@testable import Extraction

@Suite("XML and XPath", .timeLimit(.minutes(5)))
struct XMLTests {
    static let feed = """
        <?xml version="1.0" encoding="ISO-8859-1"?>
        <rss xmlns:dc="urn:dc"><channel><title>é</title>
        <item id="1"><title>A &amp; B</title><pubDate>x</pubDate><dc:creator>Ann</dc:creator><link/></item>
        <item id="2"><title><![CDATA[<b>C</b>]]></title><Title>other</Title></item></channel></rss>
        """

    @Test(
        "are read with CSS and XPath alike, names as they are written",
        arguments: [
            ("item", "title", "A & B|<b>C</b>"), ("item", "pubDate", "x|"), ("item", "pubdate", "|"),
            ("item", #"dc\:creator"#, "Ann|"), ("xpath://item", "xpath:title", "A & B|<b>C</b>"),
            ("xpath://item", "xpath:dc:creator", "Ann|"),
            ("item", "xpath:string(@id)", "1|2"), ("item", "xpath:@id", "1|2"), ("item", "xpath:count(*)", "4|2"),
            ("item", "xpath:title/text()", "A & B|<b>C</b>"), ("xpath://item[title]", "Title", "|other"),
            ("item", "xpath:../title", "é|é"), ("item", "@id", "1|2"),
        ])
    func select(items: String, field: String, expected: String) throws {
        // The encoding of the answer counts, not what the document says of itself.
        let rules = try ItemRules(items: items, key: "@id", fields: [("f", FieldRule(field))])
        let page = try rules.read(
            Array(Self.feed.utf8), mediaType: "application/rss+xml; charset=utf-8", baseURL: "https://x.test/")
        #expect(page.items.map { $0.fields["f"]?.stringValue ?? "" }.joined(separator: "|") == expected)
    }

    @Test("XPath works on HTML, in elements of a default namespace, and for lists")
    func xpath() throws {
        let rules = try ItemRules(
            items: "xpath://li[@id]", key: "@id", fields: [("f", FieldRule(select: "xpath:.//b", all: true))])
        #expect(
            try rules.read(text: "<ul><li id=a><b>1</b><b>2</b><li><b>3</b><li id=c>").lines == [
                #"a {"f":["1","2"]}"#, "c {}",
            ])
        let atom = #"<feed xmlns="urn:atom"><entry id="1"/></feed>"#
        #expect(try found("xpath://entry", in: atom, isXML: true) == ["1"])
    }

    @Test("what is no XPath is refused", arguments: ["xpath:", "xpath://", "xpath:a[", "xpath:nope:a b"])
    func badXPath(selector: String) {
        #expect(throws: ExtractionError.self) { try ItemRules(items: selector, key: "@id", fields: []) }
    }

    @Test("XPath that cannot be evaluated fails the page")
    func failingXPath() throws {
        let rules = try ItemRules(items: "xpath://li[nope()]", key: "@id", fields: [])
        #expect { try rules.read(text: "<li id=a>") } throws: { "\($0)".contains("could not be evaluated") }
    }

    @Test(
        "XML that is cut short or broken is not understood",
        arguments: [
            "<a><b>", "<a><b></a>", "<a>&nope;</a>", "<a", "<?xml version='1.0'?>", "<a/><b/>", "<a b=c/>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        ])
    func malformed(xml: String) {
        #expect { try found("a", in: xml, isXML: true) } throws: {
            guard case ExtractionError.malformed(kind: "XML", _)? = $0 as? ExtractionError else { return false }
            return true
        }
    }

    @Test("no entity is expanded and none fetched")
    func entities() throws {
        let levels = (1...9).map { "<!ENTITY e\($0) \"\(String(repeating: "&e\($0 - 1);", count: 10))\">" }.joined()
        let bomb = "<!DOCTYPE a [<!ENTITY e0 'boom'>\(levels)]><a id='1'>&e9;</a>"
        #expect(throws: ExtractionError.self) { try found("a", in: bomb, isXML: true) }
        let file = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a id='1'>&x;</a>"
        #expect(throws: ExtractionError.self) { try found("a", in: file, isXML: true) }
        let attribute = "<!DOCTYPE a [<!ENTITY x 'y'>]><a id='&x;'/>"
        #expect(throws: ExtractionError.self) { try found("a", in: attribute, isXML: true) }
    }

    @Test("XML that nests without end is refused")
    func depth() {
        let deep = String(repeating: "<a>", count: 100_000) + String(repeating: "</a>", count: 100_000)
        #expect(throws: ExtractionError.self) { try found("a", in: deep, isXML: true) }
    }
}

@Suite("JSON pages", .timeLimit(.minutes(5)))
struct JSONPageTests {
    static let json = """
        {"next":"/p?page=2","data":[{"id":7,"title":" A \\n B ","price":"$5.00","tags":["x","y"],"more":{"b":1,"a":[]},"starts":"2018-11-26T10:00:00-08:00"},
        {"id":"two","title":"","ok":false,"count":3,"url":"x/y","big":12345678901234567890},{"title":"no id"}]}
        """

    static func rules(_ fields: [(String, FieldRule)]) throws -> ItemRules {
        try ItemRules(
            items: "jq:.data[]", key: "jq:.id", fields: fields.map { (name: $0.0, rule: $0.1) }, next: "jq:.next")
    }

    @Test(
        "are read with jq",
        arguments: [
            (FieldRule("jq:.title"), #""A B""#, ""), (FieldRule("jq:.ok"), "", "false"),
            (FieldRule("jq:.count"), "", "3"), (FieldRule("jq:.more"), #"{"a":[],"b":1}"#, ""),
            (FieldRule(select: "jq:.tags[]", all: true), #"["x","y"]"#, ""),
            (FieldRule("jq:.tags[]?"), #""x""#, ""),
            (FieldRule(select: "jq:.price", as: .money), #"{"amount":5,"currency":"USD"}"#, ""),
            (FieldRule(select: "jq:.starts", as: .time), #""2018-11-26T18:00:00Z""#, ""),
            (FieldRule(select: "jq:.url", as: .url), "", #""https://x.test/x/y""#),
            (FieldRule("jq:.big"), "", #""12345678901234567890""#),
            (FieldRule(select: "jq:.title", match: "B"), #""B""#, ""),
            (FieldRule(select: "jq:.count", as: .number), "", "3"),
            (FieldRule(select: "jq:.tags", as: .lines), #"["x","y"]"#, ""), (FieldRule("jq:empty"), "", ""),
            (FieldRule("jq:.more.a"), "", ""),
        ])
    func select(rule: FieldRule, first: String, second: String) throws {
        let page = try Self.rules([("f", rule)]).read(
            Array(Self.json.utf8), mediaType: "application/json", baseURL: "https://x.test/")
        #expect(page.items.map(\.key) == ["7", "two"])
        #expect(page.items.map { $0.fields["f"]?.canonicalText ?? "" } == [first, second])
        #expect(page.keyless == 1)
        #expect(page.next == "https://x.test/p?page=2")
    }

    @Test("a program that fails on an item fails its field only")
    func failure() throws {
        let page = try Self.rules([("f", FieldRule("jq:.tags + 1"))]).read(
            Array(Self.json.utf8), baseURL: "https://x.test/")
        #expect(page.items.map { $0.fields["f"]?.canonicalText ?? "" } == ["", "1"])
        #expect(page.failures.map(\.key) == ["7"])
    }

    @Test(
        "that are cut short, empty or something else are not understood",
        arguments: ["{\"data\":[", "<html>", "", "   ", "{} {}", "nope"])
    func malformed(text: String) throws {
        #expect(throws: ExtractionError.self) { try Self.rules([]).read(Array(text.utf8), baseURL: "https://x.test/") }
    }

    @Test("every selector must be jq, and what has no meaning in JSON is refused")
    func mixed() {
        for rule in [
            FieldRule(".title"), FieldRule("xpath:a"), FieldRule(), FieldRule(select: "jq:.a", as: .html),
            FieldRule(select: "jq:.a", remove: "b"),
        ] {
            #expect(throws: ExtractionError.self) { try Self.rules([("f", rule)]) }
        }
        #expect(throws: ExtractionError.self) { try ItemRules(items: "jq:.a[", key: "jq:.id", fields: []) }
    }

    @Test(
        "integers that a number would round are kept as text",
        arguments: [
            ("[9007199254740993]", #"["9007199254740993"]"#),
            ("[9007199254740992,-9007199254740993]", #"[9007199254740992,"-9007199254740993"]"#),
            (#"{"1234567890123456789":"9007199254740993"}"#, #"{"1234567890123456789":"9007199254740993"}"#),
            ("[1.2345678901234567890]", "[1.2345678901234567890]"),
            (#"["\"9007199254740993",9007199254740993]"#, #"["\"9007199254740993","9007199254740993"]"#),
        ])
    func largeIntegers(text: String, expected: String) {
        #expect(String(decoding: LargeIntegers.quoted(Array(text.utf8)), as: UTF8.self) == expected)
    }
}
