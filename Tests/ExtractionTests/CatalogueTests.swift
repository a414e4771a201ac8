import CanonicalJSON
import Testing

@testable import Extraction

@Suite("A catalogue page")
struct CatalogueTests {
    static let rules: [(name: String, rule: FieldRule)] = [
        ("code", FieldRule(select: ".abbreviation", match: #"^(\S+)"#)), ("title", FieldRule(".title")),
        ("abstract", FieldRule(select: ".abstract", remove: "a")), ("type", FieldRule(".type")),
        ("speakers", FieldRule(select: ".speakers", as: .lines)),
        ("room", FieldRule(select: ".sessionRoom", match: #"^\W*(.*)$"#)), ("status", FieldRule(".tooltip")),
    ]

    static let html = """


        <div id="session_1" class="resultRow sessionRow ">
          <a href="detail?id=1" class="openInPopup"><span class="abbreviation">ABC101-R - </span>
          <span class="title">[REPEAT] Fish &amp; Chips&nbsp;for
             <i>Everyone</i>

          </span></a>
          <span class="abstract truncatedTxt">All about fish.&#160;And &lt;chips&gt;. <a class="lessLink">View Less</a></span>
          <small class="type">Chalk Talk</small>
          <small class="speakers">Ann Łuk<br>Bo  Öst<br><br></small>
          <div class="tooltip">Not yet open.</div><span class="sessionRoom"> – École, Level 1</span>
        </div>
        <div id="session_2" class="resultRow sessionRow"><span class="title">Second</span><span class="title">not this</span>
          <small class="type"> </small><small class="speakers"></small></div>
        <div class="resultRow sessionRow"><span class="title">has no id</span></div>
        <div id="session_1" class="sessionRow">again</div>
        """

    @Test("gives its items in order, with the fields that are there")
    func items() throws {
        let page = try ItemRules(items: ".sessionRow", key: "@id", fields: Self.rules).read(text: Self.html)
        #expect(
            page.lines == [
                #"session_1 {"abstract":"All about fish. And <chips>.","code":"ABC101-R","room":"École, Level 1","#
                    + #""speakers":["Ann Łuk","Bo Öst"],"status":"Not yet open.","title":"[REPEAT] Fish & Chips for Everyone","#
                    + #""type":"Chalk Talk"}"#,
                #"session_2 {"title":"Second"}"#,
                "session_1 {}",
            ])
        #expect(page.keyless == 1)
        #expect(page.next == nil)
        #expect(page.failures.isEmpty)
        #expect(page.suspicion == nil)
    }

    @Test(
        "may have no items, and be nothing but white space",
        arguments: ["\n\n\t \n\r\n ", "\u{FEFF}\n", "<ul id=list></ul>"])
    func empty(html: String) throws {
        let page = try ItemRules(items: ".sessionRow", key: "@id", fields: Self.rules).read(text: html)
        #expect(page.items.isEmpty)
        #expect(page.suspicion == nil)
    }

    @Test("items inside items are items too, and each has the fields inside it")
    func nested() throws {
        let html = "<div class=i id=a><b>A</b><div class=i id=b><b>B</b></div></div><div class=i id=c></div>"
        let page = try ItemRules(items: ".i", key: "@id", fields: [("b", FieldRule(select: "b", all: true))]).read(
            text: html)
        #expect(page.lines == [#"a {"b":["A","B"]}"#, #"b {"b":["B"]}"#, "c {}"])
    }

    @Test(
        "links to the next one, absolutely",
        arguments: [
            ("a.next", "https://example.test/p2"), ("a.next@href", "https://example.test/p2"),
            ("xpath://a[2]/@href", "https://example.test/p2"),
            ("a.none", nil), ("a.script", nil),
        ] as [(String, String?)])
    func next(selector: String, expected: String?) throws {
        let html = "<i class=i id=1></i><a class=script href='javascript:go()'>2</a><a class=next href=/p2>2</a>"
        let rules = try ItemRules(items: ".i", key: "@id", fields: [], next: selector)
        #expect(try rules.read(text: html).next == expected)
    }

    @Test("equal rules have equal digest texts, whatever the order of their fields; other rules another")
    func digest() throws {
        let one = try ItemRules(items: ".a", key: "@id", fields: Self.rules)
        #expect(try ItemRules(items: ".a", key: "@id", fields: Self.rules.reversed()).digestText == one.digestText)
        #expect(try ItemRules(items: ".a", key: "@id", fields: Self.rules.dropLast()).digestText != one.digestText)
        #expect(try ItemRules(items: ".b", key: "@id", fields: Self.rules).digestText != one.digestText)
        #expect(try ItemRules(items: ".a", key: "@id", fields: Self.rules, next: "a").digestText != one.digestText)
    }

    @Test("has topics, each id once")
    func topics() throws {
        let html = "<select id=topic><option value=a>A<option value=b>B<option value=a>A again<option>none</select>"
        #expect(
            try TopicRules(items: "#topic option", id: "@value").read(Array(html.utf8), baseURL: "https://x.test/") == [
                "a", "b",
            ])
        #expect(
            try TopicRules(items: "#topic option").read(Array(html.utf8), baseURL: "https://x.test/") == [
                "A", "B", "A again", "none",
            ])
        let json = Array(#"{"topics":[{"id":7},{"id":"x"},{}]}"#.utf8)
        #expect(
            try TopicRules(items: "jq:.topics[]", id: "jq:.id").read(json, baseURL: "https://x.test/") == ["7", "x"])
    }
}
