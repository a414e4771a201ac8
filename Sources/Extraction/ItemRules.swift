// How the items of a page are read: compiled once from daybook.yaml, used for every page.

import CanonicalJSON

/// Selectors and options for the items of a page.
public struct ItemRules: Sendable {
    /// A stable text of everything that decides what a page reads as; equal texts read equal pages equally.
    public let digestText: String
    let rules: CompiledRules

    /// - Parameters:
    ///   - items: finds the items: CSS, `xpath:…`, or `jq:…` for JSON; then every other selector is jq too. `schema:Product` is what the page
    ///     tells machines about what it sells, as JSON (`ProductReading`).
    ///   - keys: find an item's key, inside the item; the first that finds something counts.
    ///   - fields: in any order; no name twice.
    ///   - next: finds the link to the page that follows, in the whole page.
    ///   - keyMatch: a regular expression over what they find; its first group is the key.
    ///   - availability: decides what every item has in the field `availability`; without it there is no such field.
    public init(
        items: String, keys: [String], keyMatch: String? = nil, fields: [(name: String, rule: FieldRule)],
        next: String? = nil, availability: AvailabilityRules? = nil
    ) throws(ExtractionError) {
        rules = try CompiledRules(
            items: items, key: FieldRule(anyOf: keys, match: keyMatch), fields: fields, next: next,
            availability: availability)
        digestText = rules.digestText
    }

    public init(
        items: String, key: String, fields: [(name: String, rule: FieldRule)], next: String? = nil
    ) throws(ExtractionError) {
        try self.init(items: items, keys: [key], fields: fields, next: next)
    }

    /// The names of the fields.
    public var fieldNames: [String] {
        rules.values.map { rules.fields[$0].name }
    }

    /// Reads a page that was fetched from `baseURL`.
    ///
    /// - Parameters:
    ///   - mediaType: of the answer's Content-Type, with or without parameters.
    ///   - charset: of the same, where the caller has it apart.
    public func read(
        _ body: [UInt8], mediaType: String? = nil, charset: String? = nil, baseURL: String
    ) throws(ExtractionError) -> Page {
        let text = try PageText(body, mediaType: mediaType, charset: charset, wantsJSON: rules.items.isJQ)
        return try read(text, baseURL: baseURL)
    }

    func read(_ text: PageText, baseURL: String) throws(ExtractionError) -> Page {
        if text.isBlank, text.kind != .json { return Page() }
        var page: Page
        if text.kind == .json {
            page = try JSONReader(rules, utf8: text.utf8, url: baseURL).page()
        } else {
            let tree = try Tree(text, names: rules.names)
            if rules.items.isProducts {
                page = try JSONReader(rules, document: ProductReading.products(of: tree, url: baseURL), url: baseURL)
                    .page()
                page.title = tree.title
            } else {
                var reader = try MarkupReader(rules, tree: tree, url: baseURL)
                page = try reader.page()
            }
            page.suspicion = BlockPage.suspicion(tree, itemsFound: page.items.count + page.keyless)
        }
        return page
    }
}

/// How a list of topics is read.
public struct TopicRules: Sendable {
    public let digestText: String
    private let rules: CompiledRules

    /// - Parameters:
    ///   - items: finds the topics' elements or values.
    ///   - id: finds a topic's id inside it; without it, the item's own text.
    public init(items: String, id: String? = nil) throws(ExtractionError) {
        let isJSON = items.hasPrefix("jq:")
        let key = FieldRule(select: id ?? (isJSON ? "jq:." : nil))
        rules = try CompiledRules(items: items, key: key, fields: [], next: nil)
        digestText = rules.digestText
    }

    /// The ids in the page's order, each once.
    public func read(
        _ body: [UInt8], mediaType: String? = nil, charset: String? = nil, baseURL: String
    ) throws(ExtractionError) -> [String] {
        let page = try ItemRules(rules).read(body, mediaType: mediaType, charset: charset, baseURL: baseURL)
        if let suspicion = page.suspicion { throw .failed("the list of topics looks like a block: \(suspicion)") }
        var seen: Set<[UInt8]> = []
        return page.items.map(\.key).filter { seen.insert(Array($0.utf8)).inserted }
    }
}

extension ItemRules {
    fileprivate init(_ rules: CompiledRules) {
        self.rules = rules
        digestText = rules.digestText
    }
}
