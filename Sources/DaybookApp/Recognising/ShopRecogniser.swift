// Shops, and pages that say that they sell something.

import CanonicalJSON
import Extraction
import Foundation
import Ingestors

extension PageRecogniser {
    private static let hosts = [("newegg.com", "newegg"), ("bestbuy.com", "bestbuy"), ("walmart.com", "walmart")]

    /// Shops with a preset of their own that reads the page.
    static let shops = hosts.map { host, preset in
        PageRecogniser(name: preset, about: "a page of \(host)") { page in
            page.isOn(host) && Preset.reads(page, preset) ? stock(preset, page) : nil
        }
    }

    /// The same where the page shows nothing just now: it may be empty, or keep visitors out.
    static let shopsByHost = hosts.map { host, preset in
        PageRecogniser(name: preset, about: "a page of \(host), which shows no item just now") { page in
            page.isOn(host) ? stock(preset, page) : nil
        }
    }

    /// A Shopify shop's products.json.
    static let shopify = PageRecogniser(name: "shopify", about: "the products of a Shopify shop") { page in
        guard let json = try? JSON.parse(page.body), let products = json["products"]?.arrayValue, !products.isEmpty,
            products.allSatisfy({ $0["variants"]?.arrayValue != nil && $0["handle"]?.stringValue != nil })
        else { return nil }
        return stock("shopify", page)
    }

    /// Apple's refurbished store as a list: things by their model numbers, with addresses in Apple's shop.
    static let refurbished = PageRecogniser(name: "apple-refurb", about: "Apple's refurbished store, as a list") {
        page in
        guard let list = (try? JSON.parse(page.body))?.arrayValue, !list.isEmpty,
            list.allSatisfy({ item in
                item["model"]?.stringValue != nil && item["price"] != nil
                    && item["url"]?.stringValue.map { SeenPage(url: $0, mediaType: nil, body: []).isOn("apple.com") }
                        == true
            })
        else { return nil }
        return stock("apple-refurb", page)
    }

    /// A page that tells machines what it sells.
    static let offers = PageRecogniser(name: "schema.org", about: "a page that tells search engines what it sells") {
        page in
        Preset.reads(page, "schema.org") ? stock("schema.org", page) : nil
    }

    private static func stock(_ preset: String, _ page: SeenPage) -> [SuggestedYAML.Entry] {
        [
            .init(key: "kind", value: .text("stock")), .init(key: "preset", value: .text(preset)),
            .init(key: "fetch", value: .table(["url": .text(page.url)])),
        ]
    }
}

extension SeenPage {
    fileprivate func isOn(_ host: String) -> Bool {
        guard let own = URL(string: url)?.host()?.lowercased() else { return false }
        return own == host || own.hasSuffix("." + host)
    }
}

extension Preset {
    /// Whether a watch with this preset alone finds something on the page that says whether it is to be had, or what it costs.
    fileprivate static func reads(_ page: SeenPage, _ name: String) -> Bool {
        let watch = SuggestedYAML.table(["preset": .text(name), "fetch": .table(["url": .text(page.url)])])
        let yaml = "watches: { it: \(watch.flow) }\n"
        let nothing = SecretSource(environment: { _ in nil }, file: { _ in "" })
        guard let configuration = try? Configuration.parse(yaml, file: "", folder: "/", secrets: nothing),
            case .items(let rules)? = configuration.watches.first?.rules,
            let read = try? rules.read(page.body, mediaType: page.mediaType, baseURL: page.url)
        else { return false }
        return read.items.contains { $0.fields["availability"] != "unknown" || $0.fields["price"] != nil }
    }
}
