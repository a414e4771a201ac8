import CanonicalJSON
import Testing

@testable import Extraction

/// A page with these scripts of JSON-LD, and this in its body.
private func page(_ scripts: String..., body: String = "", head: String = "") -> String {
    "<!doctype html><html><head><title>Shop</title>\(head)"
        + scripts.map { "<script type=\"application/ld+json\">\($0)</script>" }.joined()
        + "</head><body>\(body)</body></html>"
}

/// The products of a page, as one line each of `KEY availability price`.
private func products(_ html: String) throws -> [String] {
    try all(html).map { product in
        let key = ["sku", "gtin", "url", "name"].lazy.compactMap { product[$0]?.stringValue }.first ?? "?"
        let price =
            product["price"].map { " \($0["amount"]?.canonicalText ?? "") \($0["currency"]?.stringValue ?? "-")" } ?? ""
        return "\(key) \(product["availability"]?.stringValue ?? "?")\(price)"
    }
}

private func all(_ html: String) throws -> [JSON] {
    let tree = HTMLTokenizer.parse(Array(html.utf8), names: NameTable())
    return try #require(ProductReading.products(of: tree, url: "https://shop.example/p/1").arrayValue)
}

private func offer(_ availability: String) -> String {
    #"{"@type":"Product","sku":"a","offers":{"@type":"Offer","price":"2.50","priceCurrency":"EUR","availability":"\#(availability)"}}"#
}

@Suite("JSON-LD's products")
struct LinkedDataTests {
    @Test(
        "are found alone, in lists, in graphs, in pages, in lists of links, behind references and under several types",
        arguments: [
            #"{"@context":"https://schema.org","@type":"Product","sku":"a"}"#,
            #"[{"@type":"BreadcrumbList"},{"@type":"Product","sku":"a"}]"#,
            #"{"@graph":[{"@type":"WebSite"},{"@type":["Thing","http://schema.org/Product"],"sku":"a"}]}"#,
            #"{"@type":"ItemPage","mainEntity":{"@type":"schema:Product","sku":"a"}}"#,
            #"{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":{"@type":"Product","sku":"a"}}]}"#,
            #"{"@type":"Offer","itemOffered":{"@type":"Product","sku":"a"}}"#,
            ##"{"@graph":[{"@type":"Offer","itemOffered":{"@id":"#p"}},{"@id":"#p","@type":"Product","sku":"a"}]}"##,
        ])
    func places(script: String) throws {
        #expect(try products(page(script)) == ["a unknown"])
    }

    @Test("of other pages, of reviews and of breadcrumbs are not this page's")
    func others() throws {
        let script = """
            [{"@type":"Product","sku":"a","isRelatedTo":{"@type":"Product","sku":"b"},"review":{"itemReviewed":{"@type":"Product","sku":"c"}}},
             {"@type":"Review","itemReviewed":{"@type":"Product","name":"d"}}]
            """
        #expect(try products(page(script)) == ["a unknown"])
    }

    @Test("are read in bounded time though nodes refer to one another in more ways than anybody can follow")
    func manyCircles() throws {
        let references = [String](repeating: #"{"@id":"x"}"#, count: 2_000).joined(separator: ",")
        let script = """
            {"@graph":[{"@type":"Product","sku":"a","brand":{"@id":"x"}},{"@id":"x","k":1,"name":[\(references)]}]}
            """
        #expect(try products(page(script)) == ["a unknown"])
    }

    @Test("are no more than ten thousand of a page, and may refer to one long list of offers")
    func many() throws {
        let offers = [String](repeating: #"{"@type":"Offer","price":1}"#, count: 2_000).joined(separator: ",")
        let products = (0..<12_000).map {
            #"{"@type":"Product","name":"One name","sku":"\#($0)","offers":{"@id":"o"}}"#
        }
        let script = """
            {"@graph":[{"@id":"o","@type":"AggregateOffer","offers":[\(offers)]},\(products.joined(separator: ","))]}
            """
        let found = try all(page(script))
        #expect(found.first?["sku"] == "0" && found.first?["price"]?["amount"] == 1)
        #expect(found.count < 10_001)
    }

    @Test("that are variants are products of their own, under the group's name")
    func variants() throws {
        let script = """
            {"@type":"ProductGroup","name":"Shirt","hasVariant":[
              {"@type":"Product","sku":"s","offers":{"availability":"InStock","price":9}},
              {"@type":"Product","sku":"m","offers":{"availability":"SoldOut","price":9}}]}
            """
        #expect(try products(page(script)) == ["s in-stock 9 -", "m out-of-stock 9 -"])
        #expect(try all(page(script)).map { $0["name"] } == ["Shirt", "Shirt"])
    }

    @Test(
        "are read though their scripts are no JSON",
        arguments: [
            #"{"@type":"Product","sku":"a",}"#, "// by hand\n{\"@type\":\"Product\",\n\"sku\":\"a\"}",
            "<!-- {\"@type\": \"Product\", \"sku\": \"a\"} -->", "/* x */ {\"@type\":\"Product\",\"sku\":\"a\"};",
            "//<![CDATA[\n{\"@type\":\"Product\",\"sku\":\"a\",\"name\":\"http://x // y /* z */\"}\n//]]>",
            "{\"@type\":\"Product\",\"sku\":\"a\",\"name\":\"two\nlines\tand a tab\"}",
            #"{"@type":"Product","sku":"a","name":"it\'s"}"#,
            "{&quot;@type&quot;:&quot;Product&quot;,&quot;sku&quot;:&quot;a&quot;}",
            "{\"@type\":\"Product\",\"sku\":\"a\",\"x\":[1,2,],\"y\":{\"z\":1,},}",
        ])
    func tolerance(script: String) throws {
        #expect(try products(page(script)) == ["a unknown"])
    }

    @Test("are none in what is not JSON at all, and the other scripts are read all the same")
    func garbage() throws {
        #expect(try products(page("{\"@type\": \"Product\"", offer("InStock"), "")) == ["a in-stock 2.5 EUR"])
        #expect(try products(page("null", "[]", "\"Product\"")) == [])
    }

    @Test("have their texts as a reader sees them, and their addresses whole")
    func texts() throws {
        let script = """
            {"@type":"Product","name":" Mug &amp;\\n Saucer ","url":"/p/mug","image":{"url":"//cdn.example/m.jpg"},"brand":{"name":"Ann"},
             "gtin13":4006381333931,"offers":[]}
            """
        let product = try #require(try all(page(script)).first)
        #expect(product["name"] == "Mug & Saucer" && product["brand"] == "Ann" && product["gtin"] == "4006381333931")
        #expect(product["url"] == "https://shop.example/p/mug" && product["image"] == "https://cdn.example/m.jpg")
    }

    @Test("that refer to one another in a circle end")
    func circle() throws {
        let script = """
            {"@graph":[{"@id":"#a","@type":"Product","sku":"a","brand":{"@id":"#b"}},{"@id":"#b","name":{"@id":"#c"}},
             {"@id":"#c","name":{"@id":"#b"}}]}
            """
        #expect(try products(page(script)) == ["a unknown"])
    }
}

@Suite("An offer")
struct OfferTests {
    @Test(
        "says whether it is to be had, as a URL of either scheme, as a bare word, or as people write it",
        arguments: [
            ("http://schema.org/InStock", "in-stock"), ("https://schema.org/InStock", "in-stock"),
            ("schema:InStock", "in-stock"), ("InStock", "in-stock"), ("instock", "in-stock"), ("in stock", "in-stock"),
            ("https://schema.org/LimitedAvailability", "in-stock"), ("OnlineOnly", "in-stock"),
            ("http://schema.org/InStoreOnly", "in-stock"), ("MadeToOrder", "in-stock"),
            ("https://schema.org/OutOfStock", "out-of-stock"), ("http://schema.org/SoldOut", "out-of-stock"),
            ("Discontinued", "out-of-stock"), ("out of stock", "out-of-stock"), ("oos", "out-of-stock"),
            ("PreOrder", "out-of-stock"), ("https://schema.org/PreSale", "out-of-stock"),
            ("http://schema.org/BackOrder", "out-of-stock"), ("Reserved", "out-of-stock"),
            ("https://schema.org/SomethingNew", "unknown"), ("", "unknown"), ("call us", "unknown"),
        ])
    func words(word: String, expected: String) throws {
        #expect(try products(page(offer(word))) == ["a \(expected) 2.5 EUR"])
    }

    @Test(
        "has a price as text, as a number, in parts, or as the lowest of several",
        arguments: [
            (#"{"price":"1,299.00","priceCurrency":"USD"}"#, "1299 USD"),
            (#"{"price":12.5,"priceCurrency":"eur"}"#, "12.5 EUR"),
            (#"{"price":"1.299","priceCurrency":"EUR"}"#, "1.299 EUR"), (#"{"price":"€ 20"}"#, "20 EUR"),
            (#"{"price":"19,90 €"}"#, "19.9 EUR"), (#"{"price":5,"priceCurrency":"£"}"#, "5 GBP"),
            (#"{"@type":"AggregateOffer","lowPrice":"3","highPrice":"9","priceCurrency":"CHF"}"#, "3 CHF"),
            (#"{"priceSpecification":{"price":7,"priceCurrency":"PLN"}}"#, "7 PLN"),
            (#"{"priceSpecification":[{"price":8},{"price":7}],"priceCurrency":"PLN"}"#, "7 PLN"),
            (#"[{"price":9,"priceCurrency":"SEK"},{"price":4,"priceCurrency":"SEK"}]"#, "4 SEK"),
            (#"[{"price":9,"availability":"InStock"},{"price":4,"availability":"SoldOut"}]"#, "9 -"),
        ])
    func prices(offers: String, expected: String) throws {
        let read = try products(page(#"{"@type":"Product","sku":"a","offers":\#(offers)}"#))
        #expect(read.map { $0.split(separator: " ", maxSplits: 2).last.map(String.init) } == [expected])
    }

    @Test("of several sellers is in stock where one of them has it; an aggregate speaks for offers that say nothing")
    func several() throws {
        func offers(_ text: String) throws -> [String] {
            try products(page(#"{"@type":"Product","sku":"a","offers":\#(text)}"#))
        }
        #expect(try offers(#"[{"availability":"SoldOut"},{"availability":"InStock"}]"#) == ["a in-stock"])
        #expect(
            try offers(#"{"@type":"AggregateOffer","offers":[{"availability":"SoldOut"},{"availability":"InStock"}]}"#)
                == ["a in-stock"])
        #expect(
            try offers(#"{"@type":"AggregateOffer","availability":"SoldOut","offers":[{"price":1}]}"#) == [
                "a out-of-stock 1 -"
            ])
    }
}

@Suite("Microdata's products")
struct MicrodataTests {
    private let mug = """
        <div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Mug</h1><meta itemprop=sku content=a>
        <div itemprop=offers itemscope itemtype="http://schema.org/Offer"><span itemprop=price content="9.50">9,50</span>
        <meta itemprop=priceCurrency content=EUR><link itemprop=availability href="https://schema.org/InStock"></div></div>
        """

    @Test("have their values in attributes and in texts, each as its element has it")
    func values() throws {
        #expect(try products(page(body: mug)) == ["a in-stock 9.5 EUR"])
        let text = mug.replacing(#" content="9.50""#, with: "").replacing("<link", with: "<a").replacing(
            "content=EUR>", with: "content=EUR>")
        #expect(try products(page(body: text)) == ["a in-stock 9.5 EUR"])
    }

    @Test("take in what stands elsewhere by itemref, and end where that is a circle")
    func references() throws {
        let html = """
            <div itemscope itemtype="http://schema.org/Product" itemref="more self" id=self></div>
            <p id=more><b itemprop=sku>a</b><i itemprop=name>Mug</i></p>
            """
        #expect(try products(page(body: html)) == ["a unknown"])
    }

    @Test("that another one refers to are none of their own beside what is offered")
    func referredTo() throws {
        let html = """
            <div itemscope itemtype="http://schema.org/Product" itemref="more related none"><b itemprop=sku>a</b>
            <span itemprop=offers itemscope itemtype="http://schema.org/Offer"><meta itemprop=priceCurrency content=EUR>
            <b itemprop=price>9.50 </b><link itemprop=availability href="  http://schema.org/InStock"></span></div>
            <div id=more itemscope itemtype="http://schema.org/Product"><img itemprop=image src="b.jpg"></div>
            <div id=related><p itemscope itemtype="http://schema.org/Product" itemprop=related><b itemprop=name>C</b></p></div>
            """
        #expect(try products(page(body: html)) == ["a in-stock 9.5 EUR"])
    }

    @Test("may be nameless: offers that belong to nothing are those of the page's product")
    func orphans() throws {
        let html =
            #"<span itemprop=offers itemscope itemtype="http://schema.org/Offer"><b itemprop=price content="155.55">$</b></span>"#
        #expect(try products(page(body: html)) == ["? unknown 155.55 -"])
    }

    @Test("first values that are no price are passed over")
    func firstPrice() throws {
        let html = mug.replacing("<span itemprop=price", with: "<sup itemprop=price>from</sup><span itemprop=price")
        #expect(try products(page(body: html)) == ["a in-stock 9.5 EUR"])
    }

    @Test("are read in bounded memory though elements lie in one another, and items share what they refer to")
    func deep() throws {
        let text = String(repeating: "word ", count: 20_000)
        let nested = String(repeating: "<i itemprop=name>", count: 400) + text
        _ = try all(page(body: "<div itemscope itemtype='http://schema.org/Product'>\(nested)</div>"))
        let shared = String(repeating: "<b itemprop=name>Mug</b>", count: 1_000)
        let items = String(
            repeating: "<p itemscope itemtype='http://schema.org/Product' itemref=more></p>", count: 1_000)
        #expect(try products(page(body: "<div id=more>\(shared)</div>\(items)")).first == "Mug unknown")
    }

    @Test("are the same in whatever they are nested")
    func nested() throws {
        let html =
            #"<main itemscope itemtype="https://schema.org/ItemPage"><div itemprop=mainEntity \#(mug.dropFirst(5))</main>"#
        #expect(try products(page(body: html)) == ["a in-stock 9.5 EUR"])
    }
}

@Suite("OpenGraph's product")
struct OpenGraphTests {
    private func tags(_ pairs: KeyValuePairs<String, String>) -> String {
        page(head: pairs.map { "<meta property=\"\($0.key)\" content=\"\($0.value)\">" }.joined())
    }

    @Test("is one where the page is a product's, or names a price or an availability")
    func product() throws {
        #expect(
            try products(
                tags([
                    "og:type": "product", "og:title": "Mug", "product:retailer_item_id": "a",
                    "product:price:amount": "9.50",
                    "product:price:currency": "EUR", "product:availability": "in stock",
                ])) == ["a in-stock 9.5 EUR"])
        #expect(try products(tags(["og:title": "Mug", "og:availability": "oos"])) == ["Mug out-of-stock"])
        #expect(try products(tags(["og:type": "product.item", "og:title": "Mug"])) == ["Mug unknown"])
        #expect(try products(tags(["og:type": "article", "og:title": "Mug"])) == [])
    }
}

@Suite("A product that is told of in several ways")
struct ProductMergeTests {
    @Test("OpenGraph speaks of the page as a whole, and so of none of the several things that it sells")
    func severalAndOne() throws {
        let variants = """
            {"@type":"ProductGroup","name":"Shirt","hasVariant":[
              {"@type":"Product","sku":"s","url":"/shirt?variant=1","offers":{"availability":"InStock","price":9}},
              {"@type":"Product","sku":"m","url":"/shirt?variant=2","offers":{"availability":"SoldOut","price":9}}]}
            """
        let tags = """
            <meta property="og:type" content="product"><meta property="og:title" content="Shirt">
            <meta property="og:url" content="/shirt"><meta property="og:price:amount" content="9.00">
            """
        #expect(try products(page(variants, head: tags)) == ["s in-stock 9 -", "m out-of-stock 9 -"])
    }

    private let script =
        #"{"@type":"Product","name":"Mug","sku":"a","offers":{"price":9,"priceCurrency":"EUR","availability":"InStock"}}"#

    @Test("is one; what the first source leaves out the next one fills in")
    func filled() throws {
        let html = page(
            #"{"@type":"Product","name":"Mug"}"#,
            body:
                #"<p itemscope itemtype="http://schema.org/Product"><b itemprop=name>The mug</b><i itemprop=sku>a</i></p>"#,
            head: #"<meta property="product:availability" content="instock"><meta property="og:url" content="/p/mug">"#)
        let product = try #require(try all(html).first)
        #expect(try all(html).count == 1 && product["name"] == "Mug" && product["sku"] == "a")
        #expect(product["availability"] == "in-stock" && product["url"] == "https://shop.example/p/mug")
    }

    @Test("is unknown where its sources contradict each other")
    func contradiction() throws {
        let html = page(script, head: #"<meta property="product:availability" content="oos">"#)
        #expect(try products(html) == ["a unknown 9 EUR"])
    }

    @Test("is two where its numbers say so, and none where it is only named beside what is sold")
    func apart() throws {
        let other = script.replacing(#""sku":"a""#, with: #""sku":"b""#)
        #expect(
            try products(page(script, other, #"{"@type":"Product","name":"Lid"}"#)) == [
                "a in-stock 9 EUR", "b in-stock 9 EUR",
            ])
        #expect(try products(page(script, script)) == ["a in-stock 9 EUR"])
    }
}

@Suite("Items by schema:Product")
struct ProductItemsTests {
    private func rules() throws -> ItemRules {
        try ItemRules(
            items: "schema:Product", keys: ["jq:.sku", "jq:.name"],
            fields: [("name", FieldRule("jq:.name")), ("price", FieldRule("jq:.price"))],
            availability: AvailabilityRules(
                inStock: AvailabilityRule(anyOf: [#"jq:select(.availability == "in-stock")"#]),
                outOfStock: AvailabilityRule(anyOf: [#"jq:select(.availability == "out-of-stock")"#])))
    }

    @Test("are read with jq, and a page without any has none")
    func items() throws {
        let script = offer("InStock").replacing(#""sku""#, with: #""name":"Mug","sku""#)
        #expect(
            try rules().read(text: page(script)).lines == [
                #"a {"availability":"in-stock","name":"Mug","price":{"amount":2.5,"currency":"EUR"}}"#
            ])
        #expect(try rules().read(text: page(body: "<h1>Nothing here</h1>")).items.isEmpty)
    }

    @Test("a captcha in their place is one")
    func captcha() throws {
        #expect(try rules().read(text: "<title>Robot Check</title><p>x").suspicion != nil)
    }

    @Test("stand at items and nowhere else, and there is no other type")
    func places() {
        #expect(throws: ExtractionError.self) { try ItemRules(items: "schema:Event", key: "jq:.a", fields: []) }
        #expect(throws: ExtractionError.self) { try ItemRules(items: "li", key: "schema:Product", fields: []) }
        #expect(throws: ExtractionError.self) { try ItemRules(items: "schema:Product", key: "@id", fields: []) }
        #expect(throws: ExtractionError.self) { try TextRules(select: "schema:Product") }
    }
}
