// A selector as daybook.yaml has it: CSS by default, `xpath:…`, `jq:…` or `schema:Product`, and the attribute that may follow CSS.

import JSONQuery

enum Selector: Sendable {
    /// Without a selector: the item itself. Without an attribute: the element.
    case css(CSSSelector?, attribute: CSSSelector.Name?)
    case xpath(XPathExpression)
    case jq(JSONFilter)
    /// `schema:Product`, for items only.
    case products

    init(_ text: String, names: inout NameTable) throws(ExtractionError) {
        if text.hasPrefix("xpath:") {
            self = .xpath(try XPathExpression(String(text.dropFirst(6)), selector: text))
        } else if text.hasPrefix("jq:") {
            do throws(JSONQueryError) { self = .jq(try JSONFilter(String(text.dropFirst(3)))) } catch {
                throw .badSelector(selector: text, place: 4, reason: "\(error)")
            }
        } else if text.hasPrefix("schema:") {
            guard text == "schema:Product" else {
                throw .badSelector(selector: text, place: 8, reason: "only schema:Product is known")
            }
            self = .products
        } else {
            let (selector, attribute) = try CSSParser.parse(text, names: &names)
            self = .css(selector, attribute: attribute)
        }
    }

    var isJQ: Bool { if case .jq = self { true } else { false } }
    var isProducts: Bool { if case .products = self { true } else { false } }
    var isXPath: Bool { if case .xpath = self { true } else { false } }
}
