// The presets on small pages in the structure of the shops' own.

import CanonicalJSON
import Extraction
import Ingestors
import Testing

@testable import DaybookApp

private func read(_ preset: String, _ body: String, url: String = "https://shop.example/") throws -> Page {
    let configuration = try parse("watches: { w: { preset: \(preset), fetch: { url: \"\(url)\" } } }\n")
    guard case .items(let rules)? = configuration.watches.first?.rules else { throw WrongKind() }
    return try rules.read(Array(body.utf8), baseURL: url)
}

private struct WrongKind: Error {}

extension Page {
    /// `KEY availability amount currency name` of each item.
    fileprivate var stock: [String] {
        items.map { item in
            let price = item.fields["price"]
            return [
                item.key, item.fields["availability"]?.stringValue, price?["amount"]?.canonicalText,
                price?["currency"]?.stringValue, item.fields["name"]?.stringValue,
            ].compactMap(\.self).joined(separator: " ")
        }
    }
}

@Suite("The presets of shops")
struct ShopPresetTests {
    private func cell(_ link: String, _ button: String, price: String = "$<strong>1,299</strong><sup>.99</sup>")
        -> String
    {
        """
        <div class="item-cell"><div class="item-container"><a href="\(link)" class="item-img"></a><div class="item-info">
        <a href="\(link)" class="item-title">Card</a></div><div class="item-action"><ul class="price"><li class="price-current">\(price)
        <a>–</a></li></ul><div class="item-button-area">\(button)</div></div></div></div>
        """
    }

    @Test("newegg: a search page's cells by part number, combos by their own, advertisements not at all")
    func neweggSearch() throws {
        let page = try read(
            "newegg",
            "<div>"
                + cell(
                    "https://www.newegg.com/card-a/p/N82E16814137609?Item=N82E16814137609&amp;x=1",
                    "<button>Add to cart <i></i></button>")
                + cell("https://www.newegg.com/card-b/p/N82E16814487518", "<button>Sold Out</button>", price: "")
                + cell("https://www.newegg.com/card-c/p/9SIA1-2B", "<button>Auto Notify</button>", price: "")
                + cell(
                    "https://www.newegg.com/Product/ComboDealDetails?ItemList=Combo.4211548",
                    "<button>Auto Notify</button>")
                + cell("https://www.newegg.com/card-d/p/N82E1", "<button>Back order</button>")
                + cell("https://www.newegg.com/card-e/p/N82E2", "<button>View details</button>")
                + #"<div class="item-cell"><a href="//www.newegg.com/promotions/x">Sale</a></div></div>"#)
        #expect(
            page.stock == [
                "N82E16814137609 in-stock 1299.99 USD Card", "N82E16814487518 out-of-stock Card",
                "9SIA1-2B out-of-stock Card",
                "Combo.4211548 out-of-stock 1299.99 USD Card", "N82E1 out-of-stock 1299.99 USD Card",
                "N82E2 unknown 1299.99 USD Card",
            ])
        #expect(page.keyless == 1)
    }

    @Test(
        "newegg: a product's page by its own button, whatever stands beside it",
        arguments: [("Add to cart", "in-stock"), ("Sold Out", "out-of-stock"), ("", "unknown")])
    func neweggProduct(button: String, availability: String) throws {
        let page = try read(
            "newegg",
            """
            <div class="row is-product"><div class="product-buy-box"><div class="product-price"><ul class="price">
            <li class="price-current">$<strong>2,199</strong><sup>.99</sup></li></ul></div>
            <div id="ProductBuy"><button>\(button)</button></div>
            <div class="product-alert"><a href="https://secure.newegg.com/NewMyAccount/PriceAlert.aspx?item=N82E16883360054">Alert</a></div></div>
            <div class="product-wrap"><h1 class="product-title">Gladiator</h1></div></div>
            <div>\(cell("https://www.newegg.com/other/p/N82E9", "<button>Add to cart</button>"))</div>
            """)
        #expect(page.stock.first == "N82E16883360054 \(availability) 2199.99 USD Gladiator")
        #expect(page.items.map(\.key) == ["N82E16883360054", "N82E9"])
    }

    @Test("bestbuy: search pages and product pages by SKU; the package's button is another thing's")
    func bestbuy() throws {
        func item(_ sku: String, _ button: String) -> String {
            """
            <li class="sku-item" data-sku-id="\(sku)"><h4 class="sku-header"><a href="/site/x/\(sku).p">Card</a></h4>
            <div class="priceView-customer-price"><span aria-hidden="true">$229.99</span><span>Your price is $229.99</span></div>
            <button class="btn add-to-cart-button" data-sku-id="\(sku)">\(button)</button></li>
            """
        }
        let search = try read(
            "bestbuy", "<ol>\(item("1", "Add to Cart"))\(item("2", "Sold Out"))\(item("3", "Check Stores"))</ol>")
        #expect(
            search.stock == [
                "1 in-stock 229.99 USD Card", "2 out-of-stock 229.99 USD Card", "3 unknown 229.99 USD Card",
            ])
        let product = """
            <body><div class="shop-product-title"><div class="sku-title"><h1>Card</h1></div><div class="sku product-data">
            <span class="product-data-value">6092641 </span></div></div><button class="btn btn-lg add-to-cart-button">Sold Out</button>
            <button class="btn btn-outline add-to-cart-button">Add 4 Items to Cart</button>
            """
        #expect(try read("bestbuy", product).stock == ["6092641 out-of-stock Card"])
    }

    @Test("walmart: tiles by the number in their link")
    func walmart() throws {
        func tile(_ link: String, _ rest: String) -> String {
            """
            <div class="search-result-listview-item"><a class="product-title-link" href="\(link)"><span>Game <mark>5</mark></span></a>
            <span class="price-main"><span class="visuallyhidden">$29.99</span><span aria-hidden="true">$29</span></span>\(rest)</div>
            """
        }
        let page = try read(
            "walmart",
            tile("/ip/Game-Sony-5/637683053?wpa_bd=&amp;x", "<button><span>Add to cart</span></button>")
                + tile("/ip/306029956", "<div>Out of stock</div>") + tile("/ip/Console/709776123", "")
                + tile("/ip/Controller/615549727", "<span>Pro seller</span><a class=button>Choose Options</a>"))
        #expect(
            page.stock == [
                "637683053 in-stock 29.99 USD Game 5", "306029956 out-of-stock 29.99 USD Game 5",
                "709776123 unknown 29.99 USD Game 5", "615549727 unknown 29.99 USD Game 5",
            ])
        #expect(page.items[1].fields["url"] == "https://shop.example/ip/306029956")
    }

    @Test("schema.org: what the page says, under the shop's number")
    func schema() throws {
        let script = """
            {"@type":"Product","name":"Kettle","sku":"k-1","offers":{"price":"49.90","priceCurrency":"EUR","availability":"PreOrder"}}
            """
        let page = try read("schema.org", "<html><script type='application/ld+json'>\(script)</script></html>")
        #expect(page.stock == ["k-1 out-of-stock 49.9 EUR Kettle"] && page.items[0].fields["offered"] == "PreOrder")
        #expect(try read("schema.org", "<html><h1>Kettle</h1></html>").items.isEmpty)
        // A comparison of prices says how many offer it, and not who has it.
        let compared = """
            <div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Dryer</h1><div itemprop="offers" itemscope
            itemtype="http://schema.org/AggregateOffer"><meta itemprop="lowPrice" content="920.29"><meta itemprop="priceCurrency"
            content="EUR"><meta itemprop="offerCount" content="12"></div><p>Available at 12 shops</p></div>
            """
        #expect(try read("schema.org", compared).stock == ["Dryer unknown 920.29 EUR Dryer"])
    }

    @Test("a page that shows none of it has no items, which no run takes for an empty shelf")
    func none() throws {
        for preset in ["newegg", "bestbuy", "walmart", "schema.org"] {
            #expect(try read(preset, "<html><body><p>We are back soon.</p></body></html>").items.isEmpty, "\(preset)")
        }
        #expect(throws: ExtractionError.self) { try read("shopify", "<html><body>We are back soon.</body></html>") }
        #expect(try read("apple-refurb", "[]").items.isEmpty)
    }
}

@Suite("A shop's page")
struct ShopRecogniserTests {
    private func name(_ url: String, _ body: String) -> String {
        PageRecogniser.recognise(SeenPage(url: url, mediaType: nil, body: Array(body.utf8))).recogniser.name
    }

    private let offer =
        #"<script type="application/ld+json">{"@type":"Product","name":"x","offers":{"price":1}}</script>"#

    @Test("is recognised by what it sells, or by where it is")
    func names() {
        #expect(
            name(
                "https://shop.example/products.json",
                #"{"products":[{"id":1,"handle":"a","variants":[{"id":2}]},{"id":3,"handle":"b","variants":[]}]}"#)
                == "shopify")
        let mac =
            #"{"model":"FA1TA","name":"Mac","price":100,"store":"tw","url":"https://www.apple.com/tw/shop/product/FA1TA"}"#
        #expect(name("https://refurb.example/tw/macs.json", "[\(mac)]") == "apple-refurb")
        #expect(
            name("https://refurb.example/tw/macs.json", "[\(mac.replacing("apple.com", with: "pear.example"))]")
                == "page")
        #expect(name("https://shop.example/p/1", "<html>\(offer)</html>") == "schema.org")
        #expect(name("https://www.newegg.com/p/pl?d=rtx", "<html><h1>Are you a human?</h1></html>") == "newegg")
        #expect(name("https://www.walmart.com/ip/1", "<html>\(offer)</html>") == "schema.org")
        #expect(name("https://notnewegg.com/", "<html><p>x</html>") == "page")
        #expect(
            name(
                "https://shop.example/p/1",
                #"<html><script type="application/ld+json">{"@type":"Product","name":"x"}</script>"#) == "page")
        #expect(
            name("https://shop.example/products.json", #"{"products":[{"id":1,"t":1},{"id":2,"t":2}]}"#) == "json-list")
    }

    @Test("is written as a watch of its preset")
    func text() {
        let page = SeenPage(url: "https://shop.example/p/1", mediaType: nil, body: Array("<html>\(offer)</html>".utf8))
        #expect(
            SuggestedYAML.table(PageRecogniser.recognise(page).watch).block(under: "w", indent: 0, step: 2) == [
                "w:", "  kind: stock", "  preset: schema.org", #"  fetch: { url: "https://shop.example/p/1" }"#,
            ])
    }
}
