import Testing

@testable import DaybookApp

@Suite("The keys of a stock watch")
struct StockKeysTests {
    private func watch(_ lines: String...) -> String {
        "watches:\n  mugs:\n    kind: stock\n    fetch: { url: \"https://shop.example/\" }\n    items: li\n    fields: { name: b }\n"
            + lines.map { "    \($0)\n" }.joined()
    }

    @Test("a rule is a selector, several, or a table; short and long forms are the same configuration")
    func rules() throws {
        let short = try parse(watch("key: \"@id\"", "availability: { in-stock: .yes, out-of-stock: [.no, .none] }"))
        let long = try parse(
            watch(
                "key: { select: [\"@id\"] }",
                "availability: { in-stock: { select: .yes }, out-of-stock: { select: [.no, .none] } }"))
        let settings = short.watchSettings[0]
        #expect(settings.kind == .stock && settings.unknownAfter == 3)
        #expect(settings.availability?.inStock == .init(selectors: [".yes"], matches: nil))
        #expect(settings.availability?.outOfStock?.selectors == [".no", ".none"])
        #expect(short.normalisedText == long.normalisedText && short.normalisedText.contains("key: \"@id\"\n"))
    }

    @Test("a key may be a part of what is found, and another part is another key")
    func key() throws {
        let availability = "availability: { in-stock: .yes }"
        let before = try parse(watch("key: { select: a@href, match: \"/p/(.+)\" }", availability))
        #expect(before.watchSettings[0].keyMatch == "/p/(.+)")
        #expect(before.refusals(after: before.normalisedText).isEmpty)
        let after = try parse(watch("key: { select: a@href, match: \"/q/(.+)\" }", availability))
        #expect(
            after.refusals(after: before.normalisedText).map(\.description) == [
                #"daybook.yaml:7: watches.mugs.key: it was "a@href" matching "/p/(.+)" before, and another key makes every item another one; say rekey: true if that is meant"#
            ])
        #expect(try parse(watch("key: a@href", availability)).refusals(after: before.normalisedText).count == 1)
    }

    @Test(
        "what is missing, empty, or of another kind is told",
        arguments: [
            ("key: \"@id\"", "watches.mugs: the key \"availability\" is missing"),
            ("availability: {}", "watches.mugs.availability: one of the keys in-stock or out-of-stock is missing"),
            (
                "availability: { in-stock: {} }",
                "watches.mugs.availability.in-stock: one of the keys select or matches is missing"
            ),
            ("availability: { in-stock: \"jq:.a\" }", "watches.mugs.availability"),
            ("unknown-after: 0", "watches.mugs.unknown-after: expected a whole number from 1 to 1000"),
        ])
    func wrong(line: String, expected: String) {
        let key = line.hasPrefix("key") ? [] : ["key: \"@id\""]
        let rule = line.hasPrefix("unknown") ? ["availability: { in-stock: .a }"] : []
        let said = problems(watch() + (key + rule + [line]).map { "    \($0)\n" }.joined())
        #expect(said.contains { $0.contains(expected) }, "\(said)")
    }

    @Test("are of no other kind")
    func otherKinds() {
        #expect(
            problems("watches:\n\(soundWatch)\n    availability: { in-stock: .a }\n    unknown-after: 2\n") == [
                "daybook.yaml:8: watches.talks.availability: this is a key of a watch of kind stock",
                "daybook.yaml:9: watches.talks.unknown-after: this is a key of a watch of kind stock",
            ])
    }

    @Test("a field cannot be called availability there")
    func field() {
        let said = problems(
            watch("key: \"@id\"", "availability: { in-stock: .a }").replacing("name: b", with: "availability: b"))
        #expect(said.count == 1 && said[0].contains("watches.mugs.fields.availability: this name is taken"), "\(said)")
    }

    @Test("every preset of stock is right by itself and takes rules of the watch's own")
    func presets() throws {
        let stock = Preset.builtIn.filter { $0.kind == "stock" }
        #expect(stock.map(\.name) == ["apple-refurb", "bestbuy", "newegg", "schema.org", "shopify", "walmart"])
        for preset in stock {
            let yaml = "watches: { w: { preset: \(preset.name), fetch: { url: \"https://shop.example/\" } } }\n"
            #expect(problems(yaml) == [], "\(preset.name)")
            #expect(preset.about != nil)
            let own = yaml.replacing(
                "fetch:",
                with: "availability: { in-stock: \"\(preset.text.contains("jq:") ? "jq:.mine" : ".mine")\" }, fetch:")
            let rules = try #require(try parse(own).watchSettings[0].availability)
            #expect(rules.inStock?.selectors.first?.hasSuffix("mine") == true && rules.inStock?.matches == nil)
        }
    }
}
