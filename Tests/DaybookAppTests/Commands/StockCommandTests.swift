import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

/// Recorded histories of shops, imported and asked about: what the answers are is worked out here, from the histories alone.
@Suite("daybook stock", .timeLimit(.minutes(5)))
struct StockCommandTests {
    private static let configuration = """
        watches:
          macs: { preset: apple-refurb, fetch: { url: "https://refurb.example/macs.json" } }
          shirts: { preset: shopify, fetch: { url: "https://shop.example/products.json" } }
        channels: { notes: { file: ./told.txt } }
        reactors: { tell: { on: ["stock.*"], include: [import], from: beginning, to: [notes] } }

        """

    /// What the refurbished store lists, version by version: model and price.
    private static let refurbished: [[String: Int]] = [
        ["FA1": 100, "FB2": 200, "FC3": 300], ["FA1": 100, "FC3": 300], ["FA1": 90, "FC3": 300],
        ["fa1": 90, "FB2": 200],
    ]

    private static func list(_ models: [String: Int]) -> String {
        let rows = models.sorted { $0.key < $1.key }.map {
            #"{"model":"\#($0)","name":"Mac \#($0.uppercased())","price":\#($1),"store":"tw","url":"https://refurb.example/\#($0)"}"#
        }
        return "[\(rows.joined(separator: ",\n"))]\n"
    }

    /// A shop's shirts by size, version by version: in stock or not; nil where the file does not say.
    private static let sizes: [[String: Bool?]] = [
        ["S": true, "M": false, "L": false], ["S": true, "M": true, "L": nil], ["S": false, "M": true, "L": false],
    ]

    private static func products(_ sizes: [String: Bool?]) -> String {
        let variants = sizes.sorted { $0.key < $1.key }.map { size, isAvailable in
            let available = isAvailable.map { #","available":\#($0)"# } ?? ""
            return #"{"id":"\#(size)","title":"\#(size)","price":"19.90"\#(available)}"#
        }
        return #"{"products":[{"title":"Shirt","handle":"shirt","variants":[\#(variants.joined(separator: ","))]}]}"#
            + "\n"
    }

    private func time(_ version: Int) -> String { "2017-12-21T16:0\(version):30Z" }

    @Test("a store that lists what it has: in stock at any moment is what was listed then")
    func listed() async throws {
        let scratch = try Scratch(Self.configuration)
        let repository = try scratch.repository(Self.refurbished.map { ("macs.json", Self.list($0)) })
        #expect(await scratch.daybook("import", "macs", "--git", repository).status == .done)
        for (version, models) in Self.refurbished.enumerated() {
            let rows = try await scratch.daybook("stock", "list", "--json", "--as-of", time(version)).rows()
            let stock = rows.filter { $0["availability"] == "in-stock" }
            #expect(Set(stock.compactMap { $0["key"]?.stringValue }) == Set(models.keys.map { $0.uppercased() }))
            for row in stock {
                let price = models.first { $0.key.uppercased() == row["key"]?.stringValue }?.value
                #expect(row["price"] == ["amount": .number(Double(price ?? 0)), "currency": "TWD"])
            }
        }
        let status = try await scratch.daybook("status", "--json").rows().first { $0["watch"] == "macs" }
        #expect(status?["status"] == "ITEMS_IN_STOCK" && status?["kind"] == "stock")
    }

    @Test("variants with three values: in stock is what the file said last, unknown what it left open")
    func variants() async throws {
        let scratch = try Scratch(Self.configuration)
        let repository = try scratch.repository(Self.sizes.map { ("products.json", Self.products($0)) })
        #expect(await scratch.daybook("import", "shirts", "--git", repository).status == .done)
        for (version, sizes) in Self.sizes.enumerated() {
            let rows = try await scratch.daybook("stock", "list", "--json", "--as-of", time(version)).rows()
            let stock = Dictionary(
                uniqueKeysWithValues: rows.map { ($0["key"]?.stringValue ?? "", $0["availability"]?.stringValue ?? "") }
            )
            #expect(stock == sizes.mapValues { $0.map { $0 ? "in-stock" : "out-of-stock" } ?? "unknown" })
        }
        let shown = await scratch.daybook("stock", "show", "M")
        #expect(shown.output.contains("shirts/M") && shown.output.contains("in-stock"))
        let row = try #require(try await scratch.daybook("stock", "show", "M", "--json").rows().first)
        #expect(
            row["name"] == "Shirt - M" && row["price"] == ["amount": 19.9] && row["since"] == "2017-12-21T16:01:00.000Z"
        )
        #expect(
            row["url"] == "https://shop.example/products/shirt?variant=M"
                && row["lastSeen"] == "2017-12-21T16:02:00.000Z")
        let history = try await scratch.daybook("stock", "history", "L", "--json").rows()
        #expect(history.map { $0["fields"]?["availability"] } == ["out-of-stock", "unknown", "out-of-stock"])
        #expect(history[1]["changes"]?.arrayValue?.map { $0["field"] } == ["availability"])
    }

    @Test("the table says what is to be had and since when, and what is absent only where it is asked for")
    func table() async throws {
        let scratch = try Scratch(Self.configuration)
        let repository = try scratch.repository(Self.refurbished.map { ("macs.json", Self.list($0)) })
        _ = await scratch.daybook("import", "macs", "--git", repository)
        let table = await scratch.daybook("stock", "list").lines
        #expect(table.first?.contains("AVAILABILITY") == true && table.count == 4)
        #expect(
            table.contains {
                $0.contains("FA1") && $0.contains("in-stock") && $0.contains("90 TWD") && $0.contains("Mac FA1")
            })
        #expect(await scratch.daybook("stock", "list", "--state", "absent").output.contains("FC3"))
        #expect(await scratch.daybook("stock", "list", "--watch", "shirts").output == "No items of shirts are known.\n")
        #expect(await scratch.daybook("stock", "show", "none").status == .no)
    }
}
