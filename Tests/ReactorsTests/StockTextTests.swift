import CanonicalJSON
import EventLog
import Testing

@testable import Reactors

@Suite("What is said about stock")
struct StockTextTests {
    private func change(_ kind: String, _ items: [JSON]) -> JSON {
        [
            "kind": .string("stock.\(kind)"), "watch": "mugs", "subject": "mugs", "status": "ITEMS_IN_STOCK",
            "items": .array(items),
        ]
    }

    private let blue: JSON = [
        "key": "a1", "name": "Blue mug", "price": ["amount": 1209.5, "currency": "USD"], "url": "https://s.example/a1",
    ]

    @Test(
        "is one line for one item: the watch, how it stands, the item and its price",
        arguments: [
            ("in-stock", "mugs: ITEMS_IN_STOCK: Blue mug, 1209.5 USD, https://s.example/a1"),
            ("gone", "mugs: ITEMS_GONE: Blue mug, 1209.5 USD, https://s.example/a1"),
            ("unknown", "mugs: cannot tell whether items are in stock: Blue mug, 1209.5 USD, https://s.example/a1"),
        ])
    func one(kind: String, expected: String) {
        #expect(DefaultText.text(change(kind, [blue])) == expected)
    }

    @Test("is a line for each of several items, and not more of them than a person reads")
    func several() {
        let red: JSON = ["key": "b2", "name": "b2"]
        #expect(
            DefaultText.text(change("gone", [blue, red]))
                == "mugs: ITEMS_GONE\n  Blue mug, 1209.5 USD, https://s.example/a1\n  b2")
        let lines = DefaultText.text(change("gone", Array(repeating: red, count: 53))).split(separator: "\n")
        #expect(lines.count == 52 && lines.last == "  … and 3 more")
    }

    @Test("has its items on lines of their own also where it is told with others")
    func gathered() throws {
        let red: JSON = ["key": "b2", "name": "b2"]
        let gathered = GatheredChanges(
            reactor: "r", channel: "out", reason: .digest, subject: "r", count: 2,
            since: Timestamp(millisecondsSinceEpoch: 0), until: Timestamp(millisecondsSinceEpoch: 0),
            listed: [change("gone", [red, red]), change("in-stock", [blue])])
        let (text, _) = try telling().rendered(gathered, as: .text, key: "k", id: "i")
        #expect(
            String(decoding: text, as: UTF8.self) == """
                r: 2 changes
                  mugs: ITEMS_GONE
                      b2
                      b2
                  mugs: ITEMS_IN_STOCK: Blue mug, 1209.5 USD, https://s.example/a1
                """)
    }

    @Test("of a price has the one before, with and without a currency")
    func price() {
        let item: JSON = [
            "key": "b2", "name": "Red mug", "price": ["amount": 8], "was": ["amount": 9.5, "currency": "EUR"],
        ]
        #expect(DefaultText.text(change("price", [item])) == "mugs: prices changed: Red mug, 9.5 EUR -> 8")
    }

    @Test("of the first run are numbers and no names")
    func initialized() {
        let change: JSON = [
            "kind": "stock.initialized", "watch": "mugs", "counts": ["in-stock": 1, "out-of-stock": 2, "unknown": 0],
        ]
        #expect(DefaultText.text(change) == "mugs: INITIALIZED: 3 items, 1 in stock, 2 out of stock")
        #expect(StockText.subject(change) == "mugs: INITIALIZED")
    }

    @Test("cannot steer a terminal or break a line")
    func hostile() {
        let item: JSON = ["key": "x", "name": "a\u{1b}[2Jb\nc"]
        #expect(DefaultText.text(change("gone", [item])) == "mugs: ITEMS_GONE: a\\u{1B}[2Jb c")
    }

    @Test("is to be had in templates, item by item")
    func template() throws {
        let template = try MessageTemplate("{{watch}} {{status}}:{{#items}} {{name}} {{price}}{{/items}}")
        #expect(template.render(change("in-stock", [blue])) == "mugs ITEMS_IN_STOCK: Blue mug 1209.5 USD")
    }
}
