import CanonicalJSON

@testable import Extraction

/// The page as a tree.
func tree(_ html: String) -> Tree { HTMLTokenizer.parse(Array(html.utf8), names: NameTable()) }

/// How the page was understood: the tree written as HTML again.
func understood(_ html: String) -> String {
    String(decoding: tree(html).innerHTML(of: Tree.document, without: []), as: UTF8.self)
}

/// The `id`s of the elements that a selector finds.
func found(_ selector: String, in html: String, isXML: Bool = false) throws -> [String] {
    let rules = try ItemRules(items: selector, key: "@id", fields: [])
    let page = try rules.read(
        Array(html.utf8), mediaType: isXML ? "application/xml" : "text/html", baseURL: "https://example.test/")
    return page.items.map(\.key)
}

/// Reads one field of the only item, which is the page's `<main>`.
func field(_ rule: FieldRule, in content: String) throws -> JSON? {
    try page(rule, in: content).items.first?.fields["f"]
}

func page(_ rule: FieldRule, in content: String) throws -> Page {
    let rules = try ItemRules(items: "main", key: "@id", fields: [("f", rule)])
    let html = "<!doctype html><title>T</title><main id=k>\(content)</main>"
    return try rules.read(Array(html.utf8), mediaType: "text/html", baseURL: "https://example.test/list/page?x=1")
}

extension ItemRules {
    func read(text: String, mediaType: String? = "text/html") throws(ExtractionError) -> Page {
        try read(Array(text.utf8), mediaType: mediaType, baseURL: "https://example.test/list")
    }
}

extension Page {
    /// Each item as one line: its key and its fields in canonical JSON.
    var lines: [String] { items.map { "\($0.key) \(JSON.object($0.fields).canonicalText)" } }
}
