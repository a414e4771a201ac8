// Many documents, each changed many times, read both ways: with what is known of earlier versions, and whole.

import CanonicalJSON
import Testing

@testable import Extraction

@Suite("Reading a series is reading each version whole", .timeLimit(.minutes(5)))
struct EquivalenceTests {
    /// Items, key and fields; whether such rules may make use of what is known.
    static let rules: [(items: String, fields: [(String, FieldRule)], isLocal: Bool)] = [
        (
            "event",
            [
                ("title", FieldRule("> title")), ("all", FieldRule(select: "*", all: true)),
                ("lines", FieldRule(select: "> note", as: .lines)), ("html", FieldRule(select: "> note", as: .html)),
                ("rest", FieldRule(remove: "> title, i:first-child")),
                ("link", FieldRule(anyOf: ["> a@href", "@href"], as: .url)),
                ("n", FieldRule(select: "> id", as: .number)),
            ], true
        ),
        ("day > room > event", [("title", FieldRule("title"))], true),
        ("room[name=A] event", [("title", FieldRule("> title")), ("second", FieldRule("i:nth-child(2)"))], true),
        ("event:nth-child(odd)", [("title", FieldRule("note + title"))], true),
        ("event + event, item", [("not", FieldRule("i:not(:first-child)")), ("has", FieldRule("note:has(i)"))], true),
        ("event[id]", [("self", FieldRule(select: "@id"))], true),
        ("event:not(room event)", [("title", FieldRule("> title"))], true),
        ("event", [("outside", FieldRule("day title"))], false),
        ("event", [("sibling", FieldRule(":scope:first-child > title"))], false),
        ("event:has(i)", [("title", FieldRule("> title"))], false),
        ("event", [("path", FieldRule("xpath:../@name"))], false),
    ]

    @Test("for rules and documents of all kinds", arguments: rules.indices)
    func same(index: Int) throws {
        let (items, fields, isLocal) = Self.rules[index]
        let rules = try ItemRules(items: items, keys: ["@guid", "@id", "> id"], fields: fields)
        #expect(rules.rules.readsItemsByThemselves == isLocal)
        var chance = Chance(seed: UInt64(index) + 1)
        var known = 0
        for _ in 0..<8 {
            let series = ItemSeries(rules, baseURL: "https://x.test/") { $0 }
            var document = Document(&chance)
            for _ in 0..<16 {
                let text = document.text(&chance)
                known += try compare(text, series, rules)
                document.change(&chance)
            }
        }
        #expect(isLocal ? known > 50 : known == 0)
    }

    private func compare(
        _ text: String, _ series: ItemSeries<ReadItem>, _ rules: ItemRules
    ) throws -> Int {
        let body = Array(text.utf8)
        var known = 0
        let quick = outcome {
            let page = try series.read(body, mediaType: "application/xml")
            known = page.known
            return page.items
        }
        let whole = outcome { try rules.read(body, mediaType: "application/xml", baseURL: "https://x.test/").items }
        #expect(quick == whole, "\(text)")
        if case .error = whole { return 0 }
        let pages = (
            try series.read(body, mediaType: "application/xml"),
            try rules.read(body, mediaType: "application/xml", baseURL: "https://x.test/")
        )
        #expect(pages.0.keyless == pages.1.keyless && pages.0.failures == pages.1.failures)
        return known
    }
}

/// A schedule of events in rooms in days, with much of what XML allows around and in them.
private struct Document {
    var rooms: [(open: String, events: [String], close: String)]
    var head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

    private static let heads = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", "<!-- <event id='1'/> -->", "<!DOCTYPE schedule>",
        "<?xml-stylesheet href='x'?>",
    ]
    private static let texts = [
        "One", "Zwei &amp; drei", "&#252;ber", "a<br/>b", "<![CDATA[<event id=\"1\"><title>no</title></event>]]>", "",
        " x\n\t y ", "ü — ✓", "<b>x</b><i>1</i>", "42",
    ]
    private static let rests = [
        "", "<note><i>1</i><i>2</i></note>", "<a href='/x?y=1&amp;z=2'/>", "<id>7</id>", "<!-- c -->", "<i/><i>z</i>",
        "<note>x</note><title>later</title>", "<event id=\"inner\"><title>in</title></event>",
        "<x:y xmlns:x=\"urn:x\" x:z=\"1\">q</x:y>", "<item id='i'/>",
    ]
    private static let rooms = [
        ("<day><room name=\"A\">", "</room></day>"), ("<day><room name='B' class=\"x\">", "</room></day>"),
        ("<room>", "</room>"), ("<day>", "</day>"),
    ]
    private static let blots = [
        "<!--", "-->", "<![CDATA[", "]]>", "<x>", "</x>", "<daybook-known/>", "<event>", "</event>", "&nope;", "<",
        "\"",
        "<!-- <event id=\"3\"><title>One</title></event> -->",
    ]

    init(_ chance: inout Chance) {
        rooms = (0..<3).map { _ in
            let (open, close) = chance.pick(Self.rooms)
            return (open, (0..<6).map { _ in Self.event(&chance) }, close)
        }
    }

    private static func event(_ chance: inout Chance) -> String {
        let attributes = ["guid=\"g\(chance.below(40))\"", "id='\(chance.below(40))'", "href=\"e/1>2\""]
        let start = "event " + attributes.filter { _ in chance.below(2) == 0 }.joined(separator: " ")
        if chance.below(12) == 0 { return "<\(start)/>" }
        return "<\(start)><title>\(chance.pick(texts))</title>\(chance.pick(rests))</event>"
    }

    func text(_ chance: inout Chance) -> String {
        var text =
            head + "<schedule>"
            + rooms.map { $0.open + $0.events.joined(separator: "\n") + $0.close }.joined(separator: " ")
            + "</schedule>"
        // Now and then it is broken, which the next version is not.
        if chance.below(6) == 0 {
            let place = text.index(text.startIndex, offsetBy: chance.below(text.count))
            text.insert(contentsOf: chance.pick(Self.blots), at: place)
        }
        return chance.below(15) == 0 ? String(text.prefix(chance.below(text.count))) : text
    }

    mutating func change(_ chance: inout Chance) {
        let room = chance.below(rooms.count)
        let event = rooms[room].events.isEmpty ? nil : chance.below(rooms[room].events.count)
        switch (chance.below(8), event) {
        case (0, let event?): rooms[room].events.remove(at: event)
        case (1, let event?): rooms[room].events.append(rooms[room].events[event])
        case (2, let event?): rooms[chance.below(rooms.count)].events.insert(rooms[room].events[event], at: 0)
        case (3, let event?): rooms[room].events[event] = Self.event(&chance)
        case (4, _): (rooms[room].open, rooms[room].close) = chance.pick(Self.rooms)
        case (5, _): rooms.swapAt(room, chance.below(rooms.count))
        case (6, _): head = chance.pick(Self.heads)
        default: rooms[room].events.append(Self.event(&chance))
        }
    }
}

/// Numbers that look random and are the same each time (SplitMix64).
private struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ count: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(max(1, count)))
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
