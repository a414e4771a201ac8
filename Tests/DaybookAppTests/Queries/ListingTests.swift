import CanonicalJSON
import EventLog
import Testing

@testable import DaybookApp
@testable import Projections

private func row(_ key: String, _ fields: JSON, version: Int = 1, state: ItemState = .present) -> ItemRow {
    let time = Timestamp(millisecondsSinceEpoch: 1_763_715_600_000)
    return ItemRow(
        watch: "re", key: key, version: version, state: state, fields: fields.canonicalBytes, firstSeen: time,
        lastChanged: time, sequence: 12)
}

@Suite("Listing items")
struct ListingTests {
    private static let talk: JSON = [
        "title": "Events & logs", "room": "Aria 3", "seats": 300, "open": true, "speakers": ["Ada", "Grace"],
        "price": ["amount": 12.5, "currency": "USD"], "key": "own", "a.b": "dotted",
    ]

    @Test(
        "a field is found by its name, a part of it behind a dot, a member of the line before a field that is called so",
        arguments: [
            ("room", "\"Aria 3\""), ("seats", "300"), ("price.amount", "12.5"), ("price.none", nil), ("none", nil),
            ("none.more", nil), ("key", "\"B\""), ("fields.key", "\"own\""), ("fields.room", "\"Aria 3\""),
            ("a.b", "\"dotted\""), ("version", "2"), ("state", "\"present\""), ("sequence", "12"),
            ("lastChanged", "\"2025-11-21T09:00:00.000Z\""), ("", nil), (".", nil),
        ] as [(String, String?)])
    func fields(name: String, value: String?) throws {
        #expect(try ItemField(name).value(in: row("B", Self.talk, version: 2))?.canonicalText == value)
    }

    @Test(
        "a condition compares a field, or is a jq expression over the line",
        arguments: [
            ("room=Aria 3", true), ("room=aria 3", false), ("room = Aria 3", true), ("room=\"Aria 3\"", true),
            ("room!=Aria 4", true), ("room~aria", true), ("room!~aria", false), ("room~4", false), ("seats=300", true),
            ("seats=300.0", true), ("seats~30", true), ("open=true", true), ("speakers=Ada", true),
            ("speakers~grace", true),
            ("speakers=Ad", false), ("price.amount=12.5", true), ("none=", true), ("none!=", false), ("room=", false),
            ("title=Events & logs", true), ("state=present", true), ("none~", true), ("none~x", false),
            ("room~.*", false),
            (".fields.seats > 200", true), (".fields.seats > 300", false), (".key == \"B\"", true),
            ("(.fields.speakers | length) == 2", true), ("length == 8", true), ("length==8", true),
        ])
    func conditions(text: String, holds: Bool) throws {
        #expect(try ItemCondition(text).holds(for: row("B", Self.talk)) == holds)
    }

    @Test(
        "what is neither is refused with the forms that there are",
        arguments: ["", " ", "room", "=x", "room ==", ".room ="])
    func refused(text: String) {
        #expect { try ItemCondition(text) } throws: {
            guard let failure = $0 as? Failure else { return false }
            return failure.status == .usage && failure.sentence.hasPrefix("--where: ")
                && failure.sentence.contains("FIELD=VALUE")
        }
    }

    @Test("a jq expression that fails names the item that it failed at")
    func failing() throws {
        let condition = try ItemCondition(#".fields.room | test("a")"#)
        #expect { try condition.holds(for: row("B", [:])) } throws: {
            ($0 as? Failure)?.sentence.hasSuffix("at re/B") == true
        }
    }

    @Test(
        "rows are sorted by fields as jq sorts values; without a value they come last, either way",
        arguments: [
            (["n"], "c d a b e"), (["n:desc"], "b a d c e"), (["n:asc"], "c d a b e"), (["t:desc", "n"], "d a b c e"),
            (["key:desc"], "e d c b a"), (["none"], "a b c d e"),
        ])
    func sorted(by orders: [String], expected: String) throws {
        let rows = [
            row("a", ["n": 10, "t": "y"]), row("b", ["n": "x", "t": "y"]), row("c", ["n": 2, "t": "x"]),
            row("d", ["n": 9, "t": "z"]), row("e", [:]),
        ]
        let sorted = try ItemOrder.sorted(rows, by: orders.compactMap(ItemOrder.init))
        #expect(sorted.map(\.key).joined(separator: " ") == expected)
    }

    @Test("the limit comes after conditions and order, and the whole number stays known")
    func limited() throws {
        var listing = ItemListing(state: .present, orders: [ItemOrder("n:desc")].compactMap { $0 }, limit: 2)
        listing.conditions = [try ItemCondition(".fields.n > 1")]
        let rows = (0..<6).map { row("\($0)", ["n": JSON($0)], state: $0 == 5 ? .absent : .present) }
        let (shown, total) = try listing.applied(to: rows)
        #expect(shown.map(\.key) == ["4", "3"] && total == 3)
        #expect(try ItemListing(limit: 0).applied(to: rows).rows == [])
    }

    @Test(
        "a name that no item has is refused, with the nearest one and all there are",
        arguments: [
            ("rom", "did you mean \"room\"?"), ("lastChangd", "did you mean \"lastChanged\"?"),
            ("xyzzy", "The fields are"),
            ("price.amont", "The fields are"),
        ])
    func unknown(name: String, hint: String) {
        #expect { try UnknownField.check([ItemField(name)], in: [row("B", Self.talk)]) } throws: {
            let sentence = ($0 as? UnknownField)?.sentence("session") ?? ""
            return sentence.hasPrefix("no session has a field \"\(name)\"; ") && sentence.contains(hint)
                && sentence.contains("room, seats")
        }
    }

    @Test("one that some item has, or a watch is configured to read, is none of these; without items nothing is known")
    func known() throws {
        let rows = [row("A", [:]), row("B", Self.talk)]
        try UnknownField.check([ItemField("room"), ItemField("key"), ItemField("price.amount")], in: rows)
        try UnknownField.check([ItemField("abstract")], in: rows, configured: ["abstract"])
        try UnknownField.check([ItemField("xyzzy")], in: [])
    }

    @Test(
        "of a jq expression that lets nothing through it is said what may be wrong with it",
        arguments: [
            (".fields.rom == 1", "nothing is called .fields.rom here; did you mean .fields.room?"),
            (".room == 1", "a line has no .room; did you mean .fields.room?"),
            (".verson > 1", "a line has no .verson; did you mean .version?"), (".fields.room == 1", nil),
            (".fields.price.amount > 99", nil), (".state == \"gone\"", nil),
        ] as [(String, String?)])
    func hints(program: String, hint: String?) throws {
        #expect(try ProgramNames.hint(program, [row("B", Self.talk)]) == hint)
    }
}

@Suite("CSV")
struct CSVTests {
    @Test(
        "a text is quoted where it must be, and is no formula",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@sum", "'@sum"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
            ("\r\nx", "\"'\r\nx\""), ("=a,\"b\"", "\"'=a,\"\"b\"\"\""), ("＝1", "'＝1"), (" =1", " =1"), ("a=1", "a=1"),
            ("=\u{301}1", "'=\u{301}1"),
        ])
    func texts(text: String, cell: String) {
        #expect(Array(CSV.cell(text).utf8) == Array(cell.utf8))
    }

    @Test(
        "numbers are numbers, what is missing is empty, lists of texts are joined, the rest is JSON",
        arguments: [
            (nil, ""), (.null, ""), (-5, "-5"), (1.5, "1.5"), (true, "true"), (["a", "b"], "\"a, b\""), (["=a"], "'=a"),
            (["a": 1], "\"{\"\"a\"\":1}\""), ("-5", "'-5"),
        ] as [(JSON?, String)])
    func values(value: JSON?, cell: String) { #expect(CSV.cell(value) == cell) }
}

@Suite("Fitted tables")
struct FittedTableTests {
    @Test(
        "the widest columns give way first, by the same measure",
        arguments: [
            ([5, 5], 80, [5, 5]), ([5, 100], 80, [5, 73]), ([100, 5, 100], 80, [35, 5, 36]), ([40, 40], 42, [20, 20]),
            ([1], 1, [1]), ([50, 50, 50], 4, [3, 3, 3]),
        ])
    func widths(natural: [Int], columns: Int, fitted: [Int]) {
        #expect(Table.fitted(natural, into: columns) == fitted)
    }
}
