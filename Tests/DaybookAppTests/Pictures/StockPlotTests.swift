import CanonicalJSON
import Foundation
import FoundationXML
import Testing

@testable import DaybookApp

@Suite("A plot")
struct StockPlotTests {
    @Test(
        "is XML that says what the item is called, whatever that is",
        arguments: [
            "<script>alert(1)</script>", "]]>", "&amp; & &#0;", "\"'><svg onload='x'>", "--><!--", "<?xml?>",
            "\u{0} \u{1b}[31m \u{7f} \u{FFFE} \u{FFFF}", "e\u{301}\u{202E}gnp", "👩🏽‍💻", "",
        ])
    func hostile(name: String) throws {
        let timeline = try StockTimeline(
            [("2026-11-01T00:00:00Z", item("in-stock", 5, name, name: name))], until: "2026-11-02T00:00:00Z",
            watch: "a&b", key: name + "\"<")
        let document = try XMLDocument(xmlString: StockPlot(timeline).svg)
        let root = try #require(document.rootElement())
        #expect(root.name == "svg")
        #expect(Set(try names(root)) == ["svg", "title", "desc", "style", "rect", "line", "text", "path", "circle"])
        let title = root.elements(forName: "title").first?.stringValue ?? ""
        #expect(
            title == displayable(name.isEmpty ? timeline.key : name).replacing(/[\u{FFFE}\u{FFFF}]/, with: "\u{FFFD}"))
    }

    private func names(_ element: XMLElement) throws -> [String] {
        [element.name ?? ""] + (try (element.children ?? []).compactMap { $0 as? XMLElement }.flatMap(names))
    }

    @Test("breaks the line where there was no price, and draws what was for a moment so that it can be seen")
    func parts() throws {
        let svg = StockPlot(try card()).svg
        let path = try #require(svg.firstMatch(of: /<path class="price" d="([^"]*)"/)).1
        #expect(path.split(separator: "M").count == 3)
        let widths = svg.matches(of: /<rect class="in-stock" x="[^"]*" y="[^"]*" width="([^"]*)"/).compactMap {
            Double($0.1)
        }
        #expect(widths.count == 5 && widths.min() == 1.5)
        #expect(svg.matches(of: /<line class="unknown"/).count == 3)
    }

    @Test("stays inside its frame with any prices", arguments: [0, 0.01, 1e300, -1e300, 123_456_789.99])
    func extremes(price: Double) throws {
        let timeline = try StockTimeline(
            [
                ("2026-11-01T00:00:00Z", item("in-stock", price)), ("2026-11-01T01:00:00Z", item("unknown", 1)),
            ], until: "2026-11-01T01:00:00Z")
        let svg = StockPlot(timeline).svg
        let places = svg.matches(of: /\s(?:x|x1|x2|cx)="([^"]*)"/).compactMap { Double($0.1) }
        #expect(places.count > 10 && places.allSatisfy { (0...PlotLayout.width).contains($0) })
        let heights = svg.matches(of: /\s(?:y|y1|y2|cy)="([^"]*)"/).compactMap { Double($0.1) }
        #expect(heights.allSatisfy { (0...500).contains($0) })
    }
}
