// The reference in docs/configuration.md: made of the definitions that check the file.

public enum ConfigurationReference {
    /// Markdown: a heading and a table of keys for each table of the file.
    public static var markdown: String {
        tables(under: .file, path: "").map(section).joined(separator: "\n")
    }

    private struct Section {
        let table: TableDefinition
        let path: String
        /// The kinds that have this table, where others have another.
        var kinds: [String] = []
    }

    /// The file's tables, each before those inside it.
    private static func tables(under table: TableDefinition, path: String, kinds: [String] = []) -> [Section] {
        [Section(table: table, path: path, kinds: kinds)]
            + table.current.flatMap { key -> [Section] in
                let inside = path.isEmpty ? key.name : "\(path).\(key.name)"
                return key.type.inner.flatMap { inner in
                    tables(
                        under: inner.table, path: inner.isNamed ? "\(inside).NAME" : inside,
                        kinds: inner.kinds.isEmpty ? kinds : inner.kinds)
                }
            }
    }

    private static func section(_ section: Section) -> String {
        let table = section.table
        let path = section.path.isEmpty ? "`daybook.yaml`" : "`\(section.path)`"
        let kinds = section.kinds.map { "`\($0)`" }
        var lines = ["### " + path + (kinds.isEmpty ? "" : ", kind \(Wording.list(kinds, "or"))"), ""]
        if !table.about.isEmpty { lines += [table.about, ""] }
        lines += ["| key | value | default | what it is |", "| --- | --- | --- | --- |"]
        lines += table.current.map(row)
        lines += table.rules.isEmpty ? [] : [""] + table.rules.map { "- " + sentence($0) }
        let later = table.keys.compactMap { key in
            if case .later = key.need { "`\(key.name)`" } else { nil }
        }
        if !later.isEmpty { lines += ["", "Not in this version yet: \(later.joined(separator: ", "))."] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ key: KeyDefinition) -> String {
        let standard = key.need == .required ? "required" : key.standard.map { "`\($0)`" } ?? ""
        var about = key.about
        if let choices = key.type.choices, choices.contains(where: { $0.later == nil && !$0.about.isEmpty }) {
            let meanings = choices.filter { $0.later == nil }.map { "`\($0.name)` \($0.about)" }
            about += " " + meanings.joined(separator: " · ") + "."
            let later = choices.filter { $0.later != nil }.map { "`\($0.name)`" }
            if !later.isEmpty { about += " Not in this version yet: \(later.joined(separator: ", "))." }
        }
        if let example = key.example { about += " Example: `\(example)`" }
        return "| " + ["`\(key.name)`", key.type.title, standard, about].map(cell).joined(separator: " | ") + " |"
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    private static func sentence(_ rule: TableDefinition.Rule) -> String {
        func code(_ keys: [String]) -> [String] { keys.map { "`\($0)`" } }
        return switch rule {
        case .exactlyOne(let keys): "Exactly one of \(Wording.list(code(keys), "and")) is given."
        case .atMostOne(let keys): "At most one of \(Wording.list(code(keys), "and")) is given."
        case .needs(let key, let other): "`\(key)` is given only beside `\(other)`."
        case .needsOneOf(let key, let others): "`\(key)` is given only beside \(Wording.list(code(others), "or"))."
        }
    }
}

extension ValueType {
    /// The tables that a value of this type is, or one of which it is.
    fileprivate var inner: [(table: TableDefinition, isNamed: Bool, kinds: [String])] {
        switch self {
        case .table(let table), .shorthand(_, let table): [(table, false, [])]
        case .kinds(let kinds): kinds.tables.map { ($0.table, false, $0.kinds) }
        case .named(_, let element): element.inner.map { ($0.table, true, $0.kinds) }
        default: []
        }
    }

    fileprivate var choices: [Choice]? {
        switch self {
        case .choice(let choices), .pattern(let choices): choices
        case .list(let element), .oneOrMany(let element): element.choices
        default: nil
        }
    }

    /// A word or two for the reference's second column.
    fileprivate var title: String {
        switch self {
        case .scalar(let scalar): scalar.title
        case .choice: "word"
        case .pattern: "word or pattern"
        case .list(let element): "list of \(element.title)s"
        case .oneOrMany(let element): "\(element.title), or a list of them"
        case .named(_, let element): "names, each with a \(element.title)"
        case .table, .kinds: "table"
        case .shorthand(let key, let table): "\(table.key(key)?.type.title ?? "text") or table"
        case .anything: ""
        }
    }
}

extension Scalar {
    fileprivate var title: String {
        switch self {
        case .text, .headerValue, .argument: "text"
        case .variableValue, .channelValue: "text or [secret](#secrets)"
        case .flag: "`true` or `false`"
        case .mark: "`true`"
        case .count(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .duration: "[duration](#values)"
        case .rate: "[rate](#values)"
        case .size: "[size](#values)"
        case .share: "[share](#values)"
        case .bounds: "[bounds](#values)"
        case .cron: "[cron](#values)"
        case .timezone: "time zone"
        case .address: "address"
        case .path: "path"
        case .url, .secretURL, .channelURL, .mailURL: "URL"
        case .secret: "[secret](#secrets)"
        case .selector: "[selector](#selectors)"
        case .expression: "regular expression"
        case .filter: "jq filter"
        case .template: "Mustache template"
        case .timeFormat: "time format"
        case .point: "sequence or time"
        case .statistic: "statistic"
        case .threshold: "comparison and number"
        case .evaluation: "N of N"
        case .hours: "HH:MM-HH:MM"
        case .flapping: "N in [duration](#values)"
        }
    }
}
