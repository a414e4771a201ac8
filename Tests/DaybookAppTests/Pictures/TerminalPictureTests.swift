import CanonicalJSON
import EventLog
import Observations
import Testing

@testable import DaybookApp

@Suite("A picture on a terminal")
struct TerminalPictureTests {
    private func drawn(_ timeline: StockTimeline, width: Int = 60, isASCII: Bool = false) throws -> [String] {
        try #require(TerminalPicture(timeline, width: width, isASCII: isASCII)).lines.map { $0.map(\.text).joined() }
    }

    @Test("has price, availability and time, gaps where there was no price, and a moment in stock in sight")
    func whole() throws {
        #expect(
            try drawn(try card()) == [
                "A card & more",
                "in stock 47 % of 19 days, not known 7 %; now in stock",
                "829.99 EUR ┤            ───────────╮",
                "           │                       │",
                "           │    ╭──────            ╰─────",
                "           │    │",
                "           │    │                            ────────╮",
                "           │    │                                    ╰──────",
                "749.99 EUR ┤────╯",
                "           │░░░░▄░░░░░░?░░░░░░░▄████████▄░░░░▄██████▄▄██████",
                "           └─┬─────────────────┬────────────────┬───────────",
                "           2 Nov             9 Nov           16 Nov",
                "           2026",
                "            █ in stock   ▄ at times   ░ out of stock",
                "            ? not known",
            ])
    }

    @Test("is drawn with ASCII alone where there is no more")
    func ascii() throws {
        let lines = try drawn(try card(), isASCII: true)
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
        #expect(lines.count == (try drawn(try card())).count)
        #expect(lines.contains { $0.contains("#") && $0.contains("?") && $0.contains(".") })
    }

    @Test("has no price where none was ever seen, and one row for one that never changed")
    func fewer() throws {
        let versions = [("2026-11-01T00:00:00Z", item("out-of-stock")), ("2026-11-01T12:00:00Z", item("in-stock"))]
        #expect(
            try drawn(StockTimeline(versions, until: "2026-11-02T00:00:00Z"), width: 42) == [
                "A card",
                "in stock 50 % of 24 hours; now in stock",
                "  │░░░░░░░░░░░░░░░░░░░▄███████████████████",
                "  └┬──────────────────┬──────────────────┬",
                " 00:00              12:00            00:00",
                "1 Nov 2026                      2 Nov 2026",
                "   █ in stock   ▄ at times",
                "   ░ out of stock",
            ])
        let priced = [("2026-11-01T00:00:00Z", item("out-of-stock", 5)), ("2026-11-01T12:00:00Z", item("in-stock", 5))]
        #expect(
            try drawn(StockTimeline(priced, until: "2026-11-02T00:00:00Z"), width: 42)[2...3] == [
                "5 EUR ┤───────────────────────────────────",
                "      │░░░░░░░░░░░░░░░░░▄█████████████████",
            ])
    }

    @Test("keeps to its width, whatever the item is called and costs", arguments: [40, 80, 100, 300])
    func width(columns: Int) throws {
        let name = String(repeating: "顯示卡 GeForce \u{1b}[31m ", count: 12)
        let timeline = try StockTimeline(
            [
                ("2026-11-01T00:00:00Z", item("out-of-stock", 1e300, "a currency of many words", name: name)),
                ("2026-11-01T12:00:00Z", item("in-stock", -1e300, "a currency of many words", name: name)),
            ], until: "2026-11-02T00:00:00Z")
        let lines = try drawn(timeline, width: columns)
        #expect(lines.allSatisfy { displayWidth($0) <= min(columns, 120) })
        #expect(!lines.joined().unicodeScalars.contains("\u{1b}"))
        #expect(TerminalPicture(timeline, width: 39, isASCII: false) == nil)
    }

    @Test(
        "a column of the band says most of what matters",
        arguments: [
            ([Availability.inStock], BandCell.inStock), ([.inStock, .outOfStock], .partly),
            ([.unknown, .inStock], .partly),
            ([.outOfStock, .unknown], .outOfStock), ([.unknown], .unknown),
        ])
    func band(values: [Availability], cell: BandCell) {
        #expect(BandCell(values) == cell)
        #expect(BandCell([]) == nil)
    }

    @Test(
        "a line of steps goes up, down, over what was only for a moment, and is broken where there is nothing",
        arguments: [
            ([[1], [1], [1]], ["   ", "───", "   "]), ([[2], [0], [0]], [" ╭─", " │ ", "─╯ "]),
            ([[0], [0, 2], [2]], ["─╮ ", " │ ", " ╰─"]), ([[1], [1, 0, 1], [1]], [" │ ", "─┴─", "   "]),
            ([[1], [1, 2, 0, 1], [1]], [" │ ", "─┼─", " │ "]), ([[2], [], [0]], ["  ─", "   ", "─  "]),
            ([[0, 2], [2], [2]], ["│  ", "│  ", "╰──"]), ([[2], [1], [0]], ["  ╭", " ╭╯", "─╯ "]),
        ])
    func steps(columns: [[Int]], rows: [String]) {
        let drawn = StepLine(columns, rows: 3).cells.map { row in
            String(row.map { $0.map { TerminalPicture.unicodeStep($0) } ?? " " })
        }
        #expect(drawn == rows)
    }
}

@Suite("A locale")
struct LocaleTests {
    @Test(
        "has more than ASCII where its name says UTF-8",
        arguments: [
            ("C.UTF-8", true), ("de_DE.utf8", true), ("en_US.UTF-8@euro", true), ("C", false), ("POSIX", false),
            ("de_DE.ISO-8859-1", false), ("de_DE@euro", false), ("", false),
        ])
    func names(locale: String, isUTF8: Bool) { #expect(Console.isUTF8(locale) == isUTF8) }
}
