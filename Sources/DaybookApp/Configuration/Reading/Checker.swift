// Holds a file against the definitions: collects all that is wrong, and hands back what is right in its types.

import Reactors

struct Checker {
    let file: String
    let secrets: SecretSource
    /// Where relative paths begin; nothing where programs need not be there.
    let folder: String?
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []

    init(file: String, secrets: SecretSource, folder: String? = nil) {
        self.file = file
        self.secrets = secrets
        self.folder = folder
    }

    /// Where a value stands: the key's own name, the keys that lead there, the key's line.
    struct Place {
        let name: String
        let path: String
        let line: Int

        static let root = Place(name: "", path: "", line: 1)

        func under(_ name: String, line: Int) -> Place {
            Place(name: name, path: path.isEmpty ? name : "\(path).\(name)", line: line)
        }
    }

    mutating func note(_ message: String, _ path: String, line: Int) {
        problems.append(ConfigurationProblem(file: file, line: line, path: path, message: message))
    }

    /// Whether anything is wrong with what stands there.
    func hasProblem(at path: String) -> Bool {
        problems.contains { $0.path == path || $0.path.hasPrefix(path + ".") }
    }

    /// What was found wrong elsewhere, with its own file and lines.
    mutating func adopt(_ others: [ConfigurationProblem]) { problems += others }

    mutating func warn(_ message: String, _ path: String, line: Int) {
        warnings.append(ConfigurationProblem(file: file, line: line, path: path, message: message))
    }

    /// The value in its type; nothing where it is wrong, and then it has been noted.
    mutating func check(_ node: ConfigurationNode, _ type: ValueType, _ place: Place) -> Setting? {
        value(node, type, place).map { Setting(line: place.line, path: place.path, value: $0) }
    }

    private mutating func value(_ node: ConfigurationNode, _ type: ValueType, _ place: Place) -> SettingValue? {
        switch (type, node.content) {
        case (.scalar(.mark), .nothing): return .flag(true)
        case (.scalar(.mark), .table(let entries)) where entries.isEmpty: return .flag(true)
        case (.scalar(let scalar), .text(let text)): return self.scalar(text, scalar, place)
        case (.choice(let choices), .text(let text)): return choice(text, choices, place)
        case (.pattern(let choices), .text(let text)):
            return pattern(text, choices + ValueType.Choice.ownChanges, place)
        case (.list(let element), .list(let nodes)), (.oneOrMany(let element), .list(let nodes)):
            return list(nodes, element, place)
        case (.oneOrMany(let element), .text): return list([node], element, place)
        case (.named(let rule, let element), .table(let entries)): return named(entries, rule, element, place)
        case (.named, .nothing): return .named([])
        case (.table(let definition), .table(let entries)), (.shorthand(_, let definition), .table(let entries)):
            return table(entries, definition, place).map(SettingValue.table)
        case (.kinds(let kinds), .table(let entries)): return table(entries, of: kinds, place).map(SettingValue.table)
        case (.shorthand(let key, let definition), .text),
            (.shorthand(let key, let definition), .list) where definition.takesList(key, node):
            let entry = ConfigurationNode.Entry(name: key, line: node.line, value: node)
            return table([entry], definition, place).map(SettingValue.table)
        default:
            note(
                "expected \(type.expectation), got \(type.holdsSecret ? "something else" : node.kindName)", place.path,
                line: place.line)
            return nil
        }
    }

    private mutating func scalar(_ text: String, _ scalar: Scalar, _ place: Place) -> SettingValue? {
        do {
            let value = try ScalarReader(secrets: secrets, name: place.name).read(text, as: scalar)
            if case .reference(let reference, _, isMasked: true) = value, reference.isLiteral {
                warn(
                    "a secret is written out here; better a reference, ${env:NAME} or ${file:PATH}", place.path,
                    line: place.line)
            }
            return value
        } catch {
            note(error.reason, place.path, line: place.line)
            return nil
        }
    }

    private mutating func choice(_ text: String, _ choices: [ValueType.Choice], _ place: Place) -> SettingValue? {
        let current = choices.filter { $0.later == nil }.map(\.name)
        guard let found = choices.first(where: { $0.name.utf8.elementsEqual(text.utf8) }) else {
            let nearest = NearestName.of(text, in: choices.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
            note("expected \(Wording.either(current)), got \"\(text)\"\(nearest)", place.path, line: place.line)
            return nil
        }
        guard found.later == nil else {
            note(
                "\"\(text)\" is not in this version yet, which knows \(Wording.list(current, "and"))", place.path,
                line: place.line)
            return nil
        }
        return .text(text)
    }

    /// One of the words, or a pattern that means at least one of them.
    private mutating func pattern(
        _ text: String, _ choices: [ValueType.Choice], _ place: Place
    ) -> SettingValue? {
        guard text.contains("*") else { return choice(text, choices, place) }
        if choices.contains(where: { $0.later == nil && WordPattern.matches(text, $0.name) }) { return .text(text) }
        note("the pattern \"\(text)\" means nothing that there is in this version", place.path, line: place.line)
        return nil
    }

    private mutating func list(_ nodes: [ConfigurationNode], _ element: ValueType, _ place: Place) -> SettingValue? {
        var settings: [Setting] = []
        for (index, node) in nodes.enumerated() {
            let inside = Place(
                name: place.name, path: nodes.count == 1 ? place.path : "\(place.path)[\(index + 1)]", line: node.line)
            if let setting = check(node, element, inside) { settings.append(setting) }
        }
        if nodes.isEmpty { note("expected at least one value in the list", place.path, line: place.line) }
        return .list(settings)
    }

    private mutating func named(
        _ entries: [ConfigurationNode.Entry], _ rule: ValueType.NameRule, _ element: ValueType, _ place: Place
    ) -> SettingValue {
        var settings: [NamedSetting] = []
        for entry in entries {
            let inside = place.under(entry.name, line: entry.line)
            if let wrong = rule.wrong(with: entry.name) { note(wrong, inside.path, line: entry.line) }
            guard let setting = check(entry.value, element, inside) else { continue }
            settings.append(NamedSetting(name: entry.name, setting: setting))
        }
        return .named(settings)
    }
}

extension Checker {
    private mutating func table(
        _ entries: [ConfigurationNode.Entry], _ definition: TableDefinition, _ place: Place
    ) -> SettingTable? {
        if let entry = entries.first(where: { $0.name == definition.deciding }), definition.isOfLaterVersion(entries) {
            _ = keyed(entry, definition, place)
            return nil
        }
        var given: [String: Setting] = [:]
        for entry in entries {
            if let setting = keyed(entry, definition, place) { given[entry.name] = setting }
        }
        let names = Set(entries.map(\.name))
        for key in definition.keys where key.need == .required && !names.contains(key.name) {
            note("the key \"\(key.name)\" is missing: \(key.type.expectation) is due", place.path, line: place.line)
        }
        for rule in definition.rules { hold(rule, names, place) }
        return SettingTable(definition: definition, line: place.line, path: place.path, given: given)
    }

    /// A table of the kind that its deciding key says; a key that only other kinds have is told so.
    private mutating func table(
        _ entries: [ConfigurationNode.Entry], of kinds: KindTables, _ place: Place
    ) -> SettingTable? {
        let kind = entries.first { $0.name == kinds.deciding }?.value.text
        let definition = kind.flatMap(kinds.table) ?? kinds.nearest(to: entries.map(\.name))
        var known: [ConfigurationNode.Entry] = []
        for entry in entries {
            let others = kinds.kinds(with: entry.name)
            guard let kind, kinds.table(for: kind) != nil, definition.key(entry.name) == nil, !others.isEmpty else {
                known.append(entry)
                continue
            }
            note(
                "this is a key of \(Wording.list(others, "and")); a watch of kind \(kind) has no such key",
                place.under(entry.name, line: entry.line).path, line: entry.line)
        }
        return table(known, definition, place)
    }

    private mutating func keyed(
        _ entry: ConfigurationNode.Entry, _ definition: TableDefinition, _ place: Place
    ) -> Setting? {
        let inside = place.under(entry.name, line: entry.line)
        guard let key = definition.key(entry.name) else {
            note(unknown(entry.name, definition), inside.path, line: entry.line)
            return nil
        }
        if case .later(let part) = key.need {
            note("this key belongs to \(part), not in this version yet", inside.path, line: entry.line)
            return nil
        }
        if key.need == .notYetActedOn {
            warn("this key is not acted on in this version yet", inside.path, line: entry.line)
        }
        return check(entry.value, key.type, inside)
    }

    private func unknown(_ name: String, _ definition: TableDefinition) -> String {
        if let nearest = NearestName.of(name, in: definition.keys.map(\.name)) {
            return "unknown key; did you mean \"\(nearest)\"?"
        }
        return "unknown key; known here are \(Wording.list(definition.current.map(\.name), "and"))"
    }

    private mutating func hold(_ rule: TableDefinition.Rule, _ names: Set<String>, _ place: Place) {
        switch rule {
        case .exactlyOne(let keys):
            let given = keys.filter(names.contains)
            if given.isEmpty {
                note("one of the keys \(Wording.list(keys, "or")) is missing", place.path, line: place.line)
            }
            if given.count > 1 { note(tooMany(given), place.path, line: place.line) }
        case .atMostOne(let keys):
            let given = keys.filter(names.contains)
            if given.count > 1 { note(tooMany(given), place.path, line: place.line) }
        case .needs(let key, let other):
            if names.contains(key), !names.contains(other) {
                note("the key \"\(key)\" means something only beside \"\(other)\"", place.path, line: place.line)
            }
        case .needsOneOf(let key, let others):
            if names.contains(key), names.isDisjoint(with: others) {
                let list = Wording.list(others.map { "\"\($0)\"" }, "or")
                note("the key \"\(key)\" means something only beside \(list)", place.path, line: place.line)
            }
        }
    }

    private func tooMany(_ keys: [String]) -> String {
        "only one of \(Wording.list(keys, "and")) can be; remove the other\(keys.count > 2 ? "s" : "")"
    }
}

extension ValueType.NameRule {
    /// What is wrong with a name, as a sentence; nothing where it will do.
    func wrong(with name: String) -> String? {
        let scalars = name.unicodeScalars
        switch self {
        case .identity(let what):
            let isPlain = scalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0))
            }
            let begins = scalars.first.map { $0 != "-" && $0 != "." } ?? false
            return isPlain && begins && name.count <= 64
                ? nil : "the name of a \(what) is made of letters, digits, \"-\", \"_\" and \".\", at most 64 of them"
        case .field:
            return !name.isEmpty && name.count <= 100 && !scalars.contains { $0.value < 0x20 || $0.value == 0x7F }
                ? nil : "the name of a field is 1 to 100 characters without line breaks"
        case .variable:
            let isPlain = scalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_")
            }
            guard isPlain, let first = scalars.first, !("0"..."9").contains(first) else {
                return "the name of an environment variable is made of letters, digits and \"_\""
            }
            return name.hasPrefix("DAYBOOK_") ? "names that begin with DAYBOOK_ are Daybook's own; choose another" : nil
        case .placeholder:
            let isPlain = scalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_".unicodeScalars.contains($0))
            }
            guard isPlain, !name.isEmpty else {
                return "the name of a value is made of letters, digits, \"-\" and \"_\""
            }
            return name == Placeholders.ofMessage
                ? "{id} stands for the message's id already; choose another name" : nil
        case .header:
            let token = "!#$%&'*+-.^_`|~".unicodeScalars
            return !name.isEmpty
                && scalars.allSatisfy {
                    $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || token.contains($0))
                }
                ? nil : "this is no name for an HTTP header"
        }
    }
}

/// Lists in sentences.
enum Wording {
    static func list(_ words: [String], _ conjunction: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }

    static func either(_ words: [String]) -> String {
        words.count > 1 ? "one of \(list(words, "or"))" : list(words, "or")
    }
}
