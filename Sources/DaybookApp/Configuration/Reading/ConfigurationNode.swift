// daybook.yaml as a tree in which everything knows its line. Keys and values are the text that stands there: YAML 1.1
// would take a bare `on` for a boolean and `1.10` for a number, and a reader of the file would not.

import Yams

/// One value of the file.
struct ConfigurationNode {
    struct Entry {
        let name: String
        let line: Int
        let value: ConfigurationNode
    }

    enum Content {
        /// Nothing stands there, or `~` or `null`.
        case nothing
        case text(String)
        case list([ConfigurationNode])
        case table([Entry])
    }

    let line: Int
    let content: Content

    /// A table's entries in the file's order; none where it is no table.
    var entries: [Entry] { if case .table(let entries) = content { entries } else { [] } }

    subscript(name: String) -> ConfigurationNode? {
        entries.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// What it is, for "expected a duration, got a list".
    var kindName: String {
        switch content {
        case .nothing: "nothing"
        case .text(let text): "\"\(text.count > 60 ? text.prefix(60) + "…" : text)\""
        case .list: "a list"
        case .table: "a table of keys"
        }
    }
}

/// What cannot be read as YAML at all: where, and why.
struct UnreadableYAML: Error {
    let line: Int
    let reason: String
}

extension ConfigurationNode {
    /// More than any file needs; less than what aliases of aliases can unfold to.
    static let nodesMax = 100_000

    /// Reads one document; an empty one is an empty table.
    static func parse(_ yaml: String) throws(UnreadableYAML) -> ConfigurationNode {
        let root: Node?
        do { root = try Yams.compose(yaml: yaml) } catch let error as YamlError {
            throw UnreadableYAML(error)
        } catch {
            throw UnreadableYAML(line: 1, reason: "not YAML")
        }
        var budget = nodesMax
        return try root.map { node throws(UnreadableYAML) in try read(node, &budget) }
            ?? ConfigurationNode(line: 1, content: .table([]))
    }

    private static func read(_ node: Node, _ budget: inout Int) throws(UnreadableYAML) -> ConfigurationNode {
        let line = node.mark?.line ?? 1
        budget -= 1
        guard budget > 0 else { throw UnreadableYAML(line: line, reason: "more than \(nodesMax) values") }
        switch node {
        case .scalar(let scalar): return ConfigurationNode(line: line, content: content(of: scalar))
        case .sequence(let sequence):
            var values: [ConfigurationNode] = []
            for value in sequence { values.append(try read(value, &budget)) }
            return ConfigurationNode(line: line, content: .list(values))
        case .mapping(let mapping): return try table(mapping, line, &budget)
        case .alias: throw UnreadableYAML(line: line, reason: "an alias that leads nowhere")
        }
    }

    private static func content(of scalar: Node.Scalar) -> Content {
        let isNothing = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return isNothing ? .nothing : .text(scalar.string)
    }

    /// Yams itself refuses a key given twice, but not when one of the two is in quotes.
    private static func table(
        _ mapping: Node.Mapping, _ line: Int, _ budget: inout Int
    ) throws(UnreadableYAML) -> ConfigurationNode {
        var entries: [Entry] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw UnreadableYAML(line: key.mark?.line ?? line, reason: "a key has to be text")
            }
            let keyLine = name.mark?.line ?? line
            if let first = entries.first(where: { $0.name.utf8.elementsEqual(name.string.utf8) }) {
                throw UnreadableYAML(
                    line: keyLine,
                    reason: "the key \"\(name.string)\" stands on line \(first.line) already; keep one of them")
            }
            entries.append(Entry(name: name.string, line: keyLine, value: try read(value, &budget)))
        }
        return ConfigurationNode(line: line, content: .table(entries))
    }
}

extension UnreadableYAML {
    init(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, reason: "not YAML: \(problem) (column \(mark.column))")
        case .reader(let problem, let offset, _, let yaml):
            let line = 1 + yaml.prefix(offset ?? 0).filter(\.isNewline).count
            self.init(line: line, reason: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, let context):
            let keys = names.map { "\"\($0)\"" }.joined(separator: ", ")
            self.init(
                line: context.mark.line, reason: "the key \(keys) stands twice in the same place; keep one of them")
        default:
            self.init(line: 1, reason: "not YAML")
        }
    }
}
