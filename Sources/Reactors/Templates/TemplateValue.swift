// JSON as Mustache sees it: objects by name, lists both as sections and as text, nothing where there is nothing.

import CanonicalJSON
import Mustache

extension JSON {
    /// The value for a template, or nil for null, which Mustache treats as missing. `escape` is applied to every text.
    func templateValue(escape: (String) -> String) -> Any? {
        switch self {
        case .null: nil
        case .bool(let value): value
        case .number(let value): Int(exactly: value).map { $0 as Any } ?? canonicalText
        case .string(let value): escape(value)
        case .array(let values):
            TemplateList(values.map { $0.templateValue(escape: escape) ?? "" }, plainText: escape(plainText))
        case .object(let object): TemplateObject(object.templateMembers(escape: escape), plainText: escape(plainText))
        }
    }

    /// The value as a person would write it: a list separated by commas, money as amount and currency.
    var plainText: String {
        switch self {
        case .null: return ""
        case .string(let value): return value
        case .bool, .number: return canonicalText
        case .array(let values): return values.map(\.plainText).joined(separator: ", ")
        case .object:
            if let amount = self["amount"], let currency = self["currency"]?.stringValue {
                return "\(amount.plainText) \(currency)"
            }
            return canonicalText
        }
    }
}

extension JSONObject {
    func templateMembers(escape: (String) -> String) -> [String: Any] {
        var members: [String: Any] = [:]
        for member in self.members { members[member.key] = member.value.templateValue(escape: escape) }
        return members
    }
}

/// A list: `{{#speakers}}{{.}}{{/speakers}}` goes through it, `{{speakers}}` is its text.
struct TemplateList: MustacheSequence, MustacheCustomRenderable, MustacheTransformable {
    private let elements: [Any]
    let renderText: String
    let isNull = false

    init(_ elements: [Any], plainText: String) {
        self.elements = elements
        renderText = plainText
    }

    func makeIterator() -> IndexingIterator<[Any]> { elements.makeIterator() }
    func transform(_ name: String) -> Any? { elements.transform(name) }
}

/// An object: `{{price.amount}}` is a member, `{{price}}` is its text.
struct TemplateObject: MustacheParent, MustacheCustomRenderable {
    private let members: [String: Any]
    let renderText: String
    let isNull = false

    init(_ members: [String: Any], plainText: String) {
        self.members = members
        renderText = plainText
    }

    func child(named name: String) -> Any? { members[name] }
}
