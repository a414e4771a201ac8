import CanonicalJSON
import Testing

@testable import Extraction

@Suite("Availability")
struct AvailabilityTests {
    private let words = AvailabilityRules(
        inStock: AvailabilityRule(anyOf: [".buy"], matches: "Add to cart"),
        outOfStock: AvailabilityRule(anyOf: [".buy"], matches: "Sold out"))

    private func availability(_ item: String, _ rules: AvailabilityRules, in page: String? = nil) throws -> JSON? {
        let rules = try ItemRules(items: "li", keys: ["@id"], fields: [], availability: rules)
        return try rules.read(text: page ?? "<ul><li id=k>\(item)</ul>").items.first?.fields["availability"]
    }

    @Test(
        "is what exactly one rule says; both or neither is unknown",
        arguments: [
            ("<b class=buy>Add to cart</b>", "in-stock"), ("<b class=buy>Sold out</b>", "out-of-stock"),
            ("<b class=buy>Loading…</b>", "unknown"), ("", "unknown"), ("<b>Add to cart</b>", "unknown"),
            ("<b class=buy>Sold out</b><b class=buy>Add to cart</b>", "unknown"),
            ("<b class=buy>x</b><b class=buy>Now: Add  to\ncart!</b>", "in-stock"),
        ])
    func words(item: String, expected: JSON) throws {
        #expect(try availability(item, words) == expected)
    }

    @Test(
        "may hang on an element's being there, on its attribute, on the whole item's text, or on any of several selectors",
        arguments: [
            (AvailabilityRule(anyOf: [".yes"]), "<i class=yes></i>", "in-stock"),
            (AvailabilityRule(anyOf: [".yes"]), "<i class=no></i>", "unknown"),
            (AvailabilityRule(anyOf: ["i@data-n"], matches: "^[1-9]"), "<i data-n=3></i>", "in-stock"),
            (AvailabilityRule(anyOf: ["i@data-n"], matches: "^[1-9]"), "<i data-n=0></i>", "unknown"),
            (AvailabilityRule(matches: "(?i)in stock"), "<p>3 <b>in</b> stock</p>", "in-stock"),
            (AvailabilityRule(anyOf: ["u", "i"]), "<i>x</i>", "in-stock"),
            (AvailabilityRule(anyOf: ["xpath:.//i[@n > 2]"]), "<i n=3></i>", "in-stock"),
        ])
    func rules(rule: AvailabilityRule, item: String, expected: JSON) throws {
        #expect(try availability(item, AvailabilityRules(inStock: rule)) == expected)
    }

    @Test(
        "in JSON null and false are nothing, and a program that fails could not tell",
        arguments: [
            ("true", "in-stock"), ("false", "out-of-stock"), ("null", "unknown"), ("\"yes\"", "unknown"),
            ("[]", "unknown"),
        ])
    func json(value: String, expected: JSON) throws {
        let rules = try ItemRules(
            items: "jq:.[]", keys: ["jq:.id"], fields: [],
            availability: AvailabilityRules(
                inStock: AvailabilityRule(anyOf: ["jq:.a == true"]),
                outOfStock: AvailabilityRule(anyOf: ["jq:.a == false"])))
        let page = try rules.read(text: "[{\"id\":1,\"a\":\(value)}]")
        #expect(page.items.map { $0.fields["availability"] } == [expected])
    }

    @Test("a rule that fails leaves it unknown and says so")
    func failing() throws {
        let rules = try ItemRules(
            items: "jq:.[]", keys: ["jq:.id"], fields: [],
            availability: AvailabilityRules(inStock: AvailabilityRule(anyOf: ["jq:.a.b"])))
        let page = try rules.read(text: #"[{"id":1,"a":"text"},{"id":2,"a":{"b":1}}]"#)
        #expect(page.items.map { $0.fields["availability"] } == ["unknown", "in-stock"])
        #expect(page.failures.map(\.field) == ["availability"] && page.items[0].unreadable == [])
    }

    @Test("is no field of that name beside it")
    func taken() {
        #expect(throws: ExtractionError.self) {
            try ItemRules(
                items: "li", keys: ["@id"], fields: [("availability", FieldRule(".a"))],
                availability: AvailabilityRules(inStock: AvailabilityRule(anyOf: [".a"])))
        }
    }

    @Test("changes what a page reads as, so that the rules are other rules")
    func digest() throws {
        let without = try ItemRules(items: "li", keys: ["@id"], fields: [])
        let with = try ItemRules(items: "li", keys: ["@id"], fields: [], availability: words)
        let other = try ItemRules(
            items: "li", keys: ["@id"], fields: [], availability: AvailabilityRules(inStock: words.inStock))
        #expect(Set([without.digestText, with.digestText, other.digestText]).count == 3)
    }

    @Test(
        "a key may be a part of what is found",
        arguments: [("/p/N82E-1?x=2", ["N82E-1"]), ("/deals/7", []), ("/p/", [])])
    func key(link: String, expected: [String]) throws {
        let rules = try ItemRules(items: "li", keys: ["a@href"], keyMatch: "/p/([0-9A-Z-]+)", fields: [])
        let page = try rules.read(text: "<ul><li><a href=\"\(link)\">x</a></ul>")
        #expect(page.items.map(\.key) == expected && page.keyless == 1 - expected.count)
    }
}
