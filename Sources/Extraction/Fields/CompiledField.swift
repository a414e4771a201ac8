// A field's rule made ready to be used on many items.

struct CompiledField: Sendable {
    let name: String
    let rule: FieldRule
    /// At least one; the first that finds something counts.
    let selectors: [Selector]
    let remove: CSSSelector?
    let values: ValueReader

    init(name: String, rule: FieldRule, isJSON: Bool, names: inout NameTable) throws(ExtractionError) {
        self.name = name
        self.rule = rule
        var selectors: [Selector] = []
        for text in rule.selectors { selectors.append(try Selector(text, names: &names)) }
        if selectors.isEmpty { selectors = [.css(nil, attribute: nil)] }
        self.selectors = selectors
        values = try ValueReader(rule, field: name)
        for (index, selector) in selectors.enumerated() {
            let text = rule.selectors.indices.contains(index) ? rule.selectors[index] : nil
            try CompiledField.check(name, text, selector, isJSON: isJSON)
        }
        try CompiledField.check(name, rule, isJSON: isJSON)
        guard let text = rule.remove else {
            remove = nil
            return
        }
        guard case .css(let removed?, nil) = try Selector(text, names: &names) else {
            throw .badRule(field: name, reason: "remove: \"\(text)\" must be a CSS selector of elements")
        }
        remove = removed
    }

    private static func check(
        _ name: String, _ text: String?, _ selector: Selector, isJSON: Bool
    ) throws(ExtractionError) {
        if selector.isProducts {
            throw .badRule(field: name, reason: "schema:Product finds items; what is inside of one is read with jq")
        }
        if isJSON, !selector.isJQ {
            throw .badRule(
                field: name, reason: "\"\(text ?? "")\" is no jq, but the items are read with it; write \"jq:…\"")
        }
        if !isJSON, selector.isJQ {
            throw .badRule(
                field: name, reason: "\"\(text ?? "")\" is jq, but the items are not; write items: \"jq:…\"")
        }
    }

    private static func check(_ name: String, _ rule: FieldRule, isJSON: Bool) throws(ExtractionError) {
        if isJSON, rule.remove != nil {
            throw .badRule(field: name, reason: "remove: has no meaning in JSON; leave it out with jq")
        }
        if isJSON, rule.kind == .html { throw .badRule(field: name, reason: "as: html has no meaning in JSON") }
        if rule.kind != .time, rule.timezone != nil || rule.format != nil {
            throw .badRule(field: name, reason: "timezone: and format: belong to as: time")
        }
    }
}
