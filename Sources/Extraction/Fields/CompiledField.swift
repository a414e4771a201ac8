// A field's rule made ready to be used on many items.

struct CompiledField: Sendable {
    let name: String
    let rule: FieldRule
    let selector: Selector
    let remove: CSSSelector?
    let values: ValueReader

    init(name: String, rule: FieldRule, isJSON: Bool, names: inout NameTable) throws(ExtractionError) {
        self.name = name
        self.rule = rule
        selector =
            try rule.select.map { text throws(ExtractionError) in try Selector(text, names: &names) }
            ?? .css(nil, attribute: nil)
        values = try ValueReader(rule, field: name)
        try CompiledField.check(name, rule, selector, isJSON: isJSON)
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
        _ name: String, _ rule: FieldRule, _ selector: Selector, isJSON: Bool
    ) throws(ExtractionError) {
        if isJSON, !selector.isJQ {
            throw .badRule(
                field: name, reason: "the items are read with jq, so write \"jq:\(rule.select ?? ".")\"")
        }
        if !isJSON, selector.isJQ {
            throw .badRule(
                field: name, reason: "\"\(rule.select ?? "")\" is jq, but the items are not; write items: \"jq:…\"")
        }
        if isJSON, rule.remove != nil {
            throw .badRule(field: name, reason: "remove: has no meaning in JSON; leave it out with jq")
        }
        if isJSON, rule.kind == .html { throw .badRule(field: name, reason: "as: html has no meaning in JSON") }
        if rule.kind != .time, rule.timezone != nil || rule.format != nil {
            throw .badRule(field: name, reason: "timezone: and format: belong to as: time")
        }
    }
}
