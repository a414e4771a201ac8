// The JSON Schema (draft 2020-12) of daybook.yaml, for editors: made of the definitions that check the file.

import CanonicalJSON

public enum ConfigurationSchema {
    /// The schema as JSON.
    public static var json: String { schema.canonicalText }

    static var schema: JSON {
        var schema = object(.file)
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "daybook.yaml"
        return .object(schema)
    }

    private static func object(_ table: TableDefinition) -> JSONObject {
        var schema = JSONObject([
            ("type", "object"), ("additionalProperties", false),
            ("properties", .object(JSONObject(table.current.map { ($0.name, key($0)) }))),
        ])
        let required = table.keys.filter { $0.need == .required }.map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        if table.key("preset") != nil {
            // What is required may come from the preset.
            schema["required"] = nil
            if !required.isEmpty { schema["anyOf"] = [["required": ["preset"]], ["required": .array(required)]] }
        }
        for rule in table.rules { add(rule, to: &schema, hasPreset: table.key("preset") != nil) }
        return schema
    }

    private static func add(_ rule: TableDefinition.Rule, to schema: inout JSONObject, hasPreset: Bool) {
        switch rule {
        case .exactlyOne(let keys) where hasPreset:
            // Which of them it is may be the preset's to say.
            schema["anyOf"] = .array((["preset"] + keys).map { ["required": [.string($0)]] })
        case .exactlyOne(let keys):
            schema["oneOf"] = .array(keys.map { ["required": [.string($0)]] })
        case .atMostOne(let keys):
            schema["not"] = ["required": .array(keys.map(JSON.string))]
        case .needs(let key, let other):
            guard !hasPreset else { return }
            var dependent = schema["dependentRequired"]?.objectValue ?? JSONObject()
            dependent[key] = [.string(other)]
            schema["dependentRequired"] = .object(dependent)
        case .needsOneOf(let key, let others):
            guard !hasPreset else { return }
            var dependent = schema["dependentSchemas"]?.objectValue ?? JSONObject()
            dependent[key] = ["anyOf": .array(others.map { ["required": [.string($0)]] })]
            schema["dependentSchemas"] = .object(dependent)
        }
    }

    private static func key(_ key: KeyDefinition) -> JSON {
        var schema = type(key.type)
        schema["description"] = .string(key.about)
        if let standard = key.standard.flatMap({ plain($0, key.type) }) { schema["default"] = standard }
        if let example = key.example.flatMap({ plain($0, key.type) }) { schema["examples"] = [example] }
        return .object(schema)
    }

    /// A value written in YAML, as JSON has it.
    private static func plain(_ yaml: String, _ type: ValueType) -> JSON? {
        (try? ConfigurationNode.parse(yaml)).map { plain($0, type) }
    }

    private static func plain(_ node: ConfigurationNode, _ type: ValueType) -> JSON {
        switch node.content {
        case .nothing: .null
        case .text(let text):
            switch type {
            case .scalar(.flag), .scalar(.mark): .bool(text == "true")
            case .scalar(.count): Int(text).map { JSON($0) } ?? .string(text)
            default: .string(text)
            }
        case .list(let nodes): .array(nodes.map { plain($0, .anything) })
        case .table(let entries): .object(JSONObject(entries.map { ($0.name, plain($0.value, .anything)) }))
        }
    }

    private static func type(_ type: ValueType) -> JSONObject {
        switch type {
        case .scalar(let scalar): self.scalar(scalar)
        case .choice(let choices):
            JSONObject([("enum", .array(choices.filter { $0.later == nil }.map { .string($0.name) }))])
        case .pattern(let choices):
            either(self.type(.choice(choices + ValueType.Choice.ownChanges)), JSONObject([("pattern", "\\*")]))
        case .list(let element):
            JSONObject([("type", "array"), ("minItems", 1), ("items", .object(self.type(element)))])
        case .oneOrMany(let element): either(self.type(element), self.type(.list(element)))
        case .named(let rule, let element):
            JSONObject([
                ("type", "object"), ("propertyNames", rule.schema),
                ("additionalProperties", .object(rule == .field ? orNothing(element) : self.type(element))),
            ])
        case .table(let table): object(table)
        case .kinds(let kinds): self.kinds(kinds)
        case .shorthand(let key, let table):
            either(table.key(key).map { self.type($0.type) } ?? JSONObject(), object(table))
        case .anything: JSONObject()
        }
    }

    /// One table for each value of the deciding key.
    private static func kinds(_ kinds: KindTables) -> JSONObject {
        func deciding(_ values: [String], about: String = "") -> JSON {
            var key = JSONObject([("enum", .array(values.map(JSON.string)))])
            key["description"] = about.isEmpty ? nil : .string(about)
            return .object(JSONObject([(kinds.deciding, .object(key))]))
        }
        let tables = kinds.tables.map { entry -> JSON in
            let condition: JSON = [
                "properties": deciding(entry.kinds), "required": .array([.string(kinds.deciding)]),
            ]
            return ["if": condition, "then": .object(object(entry.table))]
        }
        let about = kinds.tables.first?.table.key(kinds.deciding)?.about ?? ""
        return JSONObject([
            ("type", "object"), ("required", .array([.string(kinds.deciding)])),
            ("properties", deciding(kinds.tables.flatMap(\.kinds), about: about)), ("allOf", .array(tables)),
        ])
    }

    /// A field of a preset is dropped by `null`.
    private static func orNothing(_ type: ValueType) -> JSONObject {
        either(self.type(type), JSONObject([("type", "null")]))
    }

    private static func either(_ one: JSONObject, _ other: JSONObject) -> JSONObject {
        JSONObject([("anyOf", .array([.object(one), .object(other)]))])
    }

    private static func scalar(_ scalar: Scalar) -> JSONObject {
        switch scalar {
        case .flag: JSONObject([("type", "boolean")])
        case .mark: JSONObject([("enum", .array([true, .null, .object(JSONObject())]))])
        case .count(let range):
            JSONObject([("type", "integer"), ("minimum", JSON(range.lowerBound)), ("maximum", JSON(range.upperBound))])
        case .duration: pattern(DurationText.pattern)
        case .rate: pattern(RateText.pattern)
        case .size: pattern(SizeText.pattern)
        case .share: pattern(ShareText.pattern)
        case .bounds: pattern(BoundsText.pattern)
        case .url: pattern("^[Hh][Tt][Tt][Pp][Ss]?://[^ ]+$")
        case .point: JSONObject([("type", .array(["string", "integer"]))])
        case .statistic: pattern(#"^(sum|average|minimum|maximum|count|p(100|\d{1,2}(\.\d+)?))$"#)
        case .threshold: pattern("^ *(>=|>|<=|<) *-?[0-9.]+([eE][+-]?[0-9]+)? *$")
        case .evaluation: either(pattern(#"^\d+( of \d+)?$"#), JSONObject([("type", "integer"), ("minimum", 1)]))
        case .hours: pattern(#"^([01]?\d|2[0-3]):[0-5]\d-([01]?\d|2[0-3]):[0-5]\d$"#)
        case .flapping: pattern(#"^ *\d{1,3} +in +\S+ *$"#)
        // YAML reads a text that looks like a number as a number; Daybook reads the text.
        case .text, .headerValue, .channelValue, .argument, .variableValue:
            JSONObject([("type", .array(["string", "number", "boolean"]))])
        case .cron, .timezone, .address, .path, .secretURL, .channelURL, .mailURL, .secret, .selector, .expression,
            .filter, .template,
            .timeFormat:
            JSONObject([("type", "string"), ("minLength", 1)])
        }
    }

    private static func pattern(_ pattern: String) -> JSONObject {
        JSONObject([("type", "string"), ("pattern", .string(pattern)), ("minLength", 1)])
    }
}

extension ValueType.NameRule {
    fileprivate var schema: JSON {
        switch self {
        case .identity: ["pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$"]
        case .field: ["minLength": 1, "maxLength": 100]
        case .variable: ["pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "not": ["pattern": "^DAYBOOK_"]]
        case .placeholder: ["pattern": "^[A-Za-z0-9_-]+$", "not": ["const": "id"]]
        case .header: ["pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"]
        }
    }
}
