import CanonicalJSON
import Testing

@testable import Extraction

@Suite("A series of versions", .timeLimit(.minutes(5)))
struct SeriesTests {
    private static let schedule = """
        <?xml version="1.0"?><schedule><title>All</title><day><room name="A">
        <event guid="g1" id="1"><title>One</title><persons><person>Ann</person><person>Bo</person></persons></event>
        <event guid="g2" id="2"><title>Two &amp; &#33;</title></event>
        </room></day></schedule>
        """

    private static func series(_ rules: ItemRules) -> ItemSeries<ReadItem> {
        ItemSeries(rules, baseURL: "https://x.test/list/") { $0 }
    }

    private func rules(_ items: String = "event") throws -> ItemRules {
        try ItemRules(
            items: items, keys: ["@guid"],
            fields: [("title", FieldRule("> title")), ("persons", FieldRule(select: "> persons > person", all: true))])
    }

    @Test("what did not change is known, what changed is read")
    func known() throws {
        let series = Self.series(try rules())
        let first = try series.read(Array(Self.schedule.utf8))
        #expect(first.items.map(\.key) == ["g1", "g2"] && first.known == 0)
        let same = try series.read(Array(Self.schedule.utf8))
        #expect(same.items == first.items && same.known == 2)
        let other = try series.read(Array(Self.schedule.replacing("One", with: "First").utf8))
        #expect(other.known == 1 && other.items.map { $0.fields["title"] } == ["First", "Two & !"])
    }

    @Test("an item that goes, comes back or stands twice is found each time")
    func moves() throws {
        let series = Self.series(try rules())
        let event = #"<event guid="g2" id="2"><title>Two &amp; &#33;</title></event>"#
        _ = try series.read(Array(Self.schedule.utf8))
        for text in [
            Self.schedule.replacing(event, with: ""), Self.schedule.replacing(event, with: event + event),
            Self.schedule,
        ] {
            let page = try series.read(Array(text.utf8))
            #expect(page.items == (try rules().read(text: text, mediaType: nil).items))
            #expect(page.known == page.items.count)
        }
    }

    @Test(
        "rules that look around, and pages that are not plain XML, are read whole",
        arguments: [
            ("room event", "day title", "application/xml"), ("event:has(title)", "> title", "application/xml"),
            ("xpath://event", "> title", "application/xml"), ("event", "xpath:title", "application/xml"),
            ("event", "> title", "text/html"), ("event", "room > event > title", "application/xml"),
        ])
    func whole(items: String, field: String, mediaType: String) throws {
        let rules = try ItemRules(items: items, keys: ["@guid"], fields: [("f", FieldRule(field))])
        let series = Self.series(rules)
        // Without a declaration the media type decides.
        let text = Array(Self.schedule.dropFirst(21).utf8)
        _ = try series.read(text, mediaType: mediaType)
        let page = try series.read(text, mediaType: mediaType)
        #expect(page.known == 0)
        #expect(page.items == (try rules.read(text, mediaType: mediaType, baseURL: "https://x.test/list/").items))
    }

    /// Each is a version that follows the sound one, from which its events are known.
    @Test(
        "what looks like a known item but is none is not taken for one",
        arguments: [
            ("a comment", "<!--", "-->"), ("character data", "<x><![CDATA[", "]]></x>"),
            ("an instruction", "<?x ", "?>"), ("an attribute", "<x y='", "'/>"),
            ("another item", "<event guid='g3'>", "</event>"),
            ("a mark's element", "<x><daybook-known/>", "</x>"), ("an open tag", "<x>", ""),
            ("a deep place", String(repeating: "<x>", count: 240), String(repeating: "</x>", count: 240)),
            ("too deep a place", String(repeating: "<x>", count: 300), String(repeating: "</x>", count: 300)),
        ])
    func pretenders(what: String, before: String, after: String) throws {
        let rules = try rules()
        let series = Self.series(rules)
        _ = try series.read(Array(Self.schedule.utf8))
        let text = Self.schedule.replacing("<event guid=\"g1\"", with: before + "<event guid=\"g1\"")
            .replacing("</persons></event>", with: "</persons></event>" + after)
        #expect(
            outcome { try series.read(Array(text.utf8)).items }
                == outcome { try rules.read(text: text, mediaType: nil).items })
    }

    @Test("a document type, which may change what elements hold, has the page read whole")
    func documentType() throws {
        let series = Self.series(try rules())
        _ = try series.read(Array(Self.schedule.utf8))
        let text = Self.schedule.replacing("<schedule>", with: "<!DOCTYPE schedule><schedule>")
        let page = try series.read(Array(text.utf8))
        #expect(page.known == 0 && page.items.count == 2)
    }

    @Test("what was not seen for long is forgotten, so that memory does not grow with the number of versions")
    func forgetting() throws {
        let series = Self.series(try rules())
        let filler = String(repeating: "x", count: 200_000)
        func version(_ number: Int) -> [UInt8] {
            Array("<?xml version='1.0'?><s><event guid='g'><title>\(number) \(filler)</title></event></s>".utf8)
        }
        for number in 0..<200 { _ = try series.read(version(number)) }
        #expect(try series.read(version(199)).known == 1)
        #expect(try series.read(version(0)).known == 0)
    }

    @Test("fields that cannot be read are told each time")
    func failures() throws {
        let rules = try ItemRules(
            items: "event", keys: ["@guid"], fields: [("n", FieldRule(select: "> title", as: .number))])
        let series = Self.series(rules)
        for _ in 0..<2 {
            let page = try series.read(Array(Self.schedule.utf8))
            #expect(page.failures.map(\.key) == ["g1", "g2"] && page.failureCount == 2)
        }
    }
}

/// What reading gave, or what it threw.
enum Outcome: Equatable {
    case items([ReadItem])
    case error(String)
}

func outcome(_ read: () throws -> [ReadItem]) -> Outcome {
    do { return .items(try read()) } catch { return .error("\(error)") }
}
