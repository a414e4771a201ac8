// How the keys of daybook.yaml are described. One description serves the check of a file, its JSON Schema and the
// reference in docs/configuration.md, so that these three cannot differ.

/// One key: what it may hold and what it means.
struct KeyDefinition: Sendable {
    enum Need: Sendable, Equatable {
        case required
        case optional
        /// Read and checked, but nothing acts on it yet: a warning says so.
        case notYetActedOn
        /// Known by name only; the text says what it belongs to. Using it is an error, so that nobody relies on it.
        case later(String)
    }

    let name: String
    let type: ValueType
    var need: Need = .optional
    /// As it would be written in the file.
    var standard: String?
    /// What it is for: one or two sentences of Markdown.
    let about: String
    /// As it would be written in the file.
    var example: String?

    static func later(_ name: String, _ belongsTo: String) -> KeyDefinition {
        KeyDefinition(name: name, type: .anything, need: .later(belongsTo), about: "")
    }
}

/// A table of keys.
struct TableDefinition: Sendable {
    enum Rule: Sendable {
        /// One of the keys has to stand there and no other of them may.
        case exactlyOne([String])
        case atMostOne([String])
        /// The first key means something only beside the second.
        case needs(String, beside: String)
        /// The first key means something only beside one of the others.
        case needsOneOf(String, beside: [String])
    }

    /// The heading in the reference.
    let title: String
    /// Markdown before the reference's table.
    let about: String
    let keys: [KeyDefinition]
    var rules: [Rule] = []
    /// A key whose value may be of a later version: then the other keys are of that version too and are not looked at.
    var deciding: String?
    /// On record, a table with nothing but the one key that a text or list is short for is that text or list.
    var isShortForOneKey = false

    func key(_ name: String) -> KeyDefinition? {
        keys.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Whether a value that stands for a table with this one key may be given so: a text always, a list where the key takes one.
    func takesList(_ name: String, _ node: ConfigurationNode) -> Bool {
        guard case .list = node.content else { return true }
        if case .oneOrMany? = key(name)?.type { return true }
        return false
    }

    /// Whether the key that decides it has a value which this version only knows by name.
    func isOfLaterVersion(_ entries: [ConfigurationNode.Entry]) -> Bool {
        guard let deciding, let entry = entries.first(where: { $0.name == deciding }),
            case .choice(let choices)? = key(deciding)?.type, case .text(let text) = entry.value.content
        else { return false }
        return choices.contains { $0.name == text && $0.later != nil }
    }

    /// The keys that this version reads.
    var current: [KeyDefinition] {
        keys.filter { if case .later = $0.need { false } else { true } }
    }
}

/// Tables of which one holds, by the value of a key that all of them have.
struct KindTables: Sendable {
    /// That key.
    let deciding: String
    /// At least one table, each with the values that lead to it.
    let tables: [(kinds: [String], table: TableDefinition)]

    /// The table for a value; nil where none is its own.
    func table(for kind: String) -> TableDefinition? {
        tables.first { $0.kinds.contains { $0.utf8.elementsEqual(kind.utf8) } }?.table
    }

    /// The table that knows most of these keys: what was probably meant where the value says nothing.
    func nearest(to keys: [String]) -> TableDefinition {
        func known(_ table: TableDefinition) -> Int { keys.count { table.key($0) != nil } }
        // Of equals the first.
        return tables.reversed().max { known($0.table) < known($1.table) }?.table
            ?? TableDefinition(title: "", about: "", keys: [])
    }

    /// The kinds whose tables have this key.
    func kinds(with key: String) -> [String] {
        tables.filter { entry in entry.table.current.contains { $0.name.utf8.elementsEqual(key.utf8) } }.flatMap(
            \.kinds)
    }
}

/// What a key may hold.
indirect enum ValueType: Sendable {
    case scalar(Scalar)
    case choice([Choice])
    /// One of the words, or a pattern with `*` over them.
    case pattern([Choice])
    case list(ValueType)
    /// A list, or one value that stands for a list of itself.
    case oneOrMany(ValueType)
    /// Names of the user's own, each with a value.
    case named(NameRule, ValueType)
    case table(TableDefinition)
    /// A table, or a text that stands for a table with this one key.
    case shorthand(key: String, TableDefinition)
    /// A table whose keys depend on what one of them says.
    case kinds(KindTables)
    /// Not looked at; only for keys of later versions.
    case anything

    /// One of several words.
    struct Choice: Sendable {
        let name: String
        let about: String
        /// What it belongs to, where it is not in this version.
        var later: String?
    }

    enum NameRule: Sendable, Equatable {
        /// The name of a watch, channel or reactor: it becomes part of subjects and files.
        case identity(String)
        /// The name of an item's field.
        case field
        /// The name of an HTTP header.
        case header
        /// The name of an environment variable.
        case variable
        /// The name that stands in braces for a value.
        case placeholder
    }
}

/// A value that is one text in the file.
enum Scalar: Sendable, Hashable {
    case text
    case flag
    /// A key that only has to stand there: `true`, `{}` or nothing.
    case mark
    case count(ClosedRange<Int>)
    case duration
    case rate
    case size
    case share
    case bounds
    case cron
    case timezone
    case address
    case path
    /// An http or https URL; the names are the placeholders that may stand in it.
    case url(placeholders: [String])
    /// A URL that others must not know as a whole, so that references may stand in it.
    case secretURL
    /// The same with `{name}` for values of the channel's `with`, which may also be its beginning.
    case channelURL
    /// A header of a channel or a value of its `with`: references may stand in it; a secret if its name says so.
    case channelValue
    /// A mail server.
    case mailURL
    /// A secret, masked where it is written out.
    case secret(SecretUse)
    /// A header's value: a secret if the header's name says so.
    case headerValue
    /// A program, or an argument of one, which everybody on the machine can read.
    case argument
    /// An environment variable's value: a secret if it is a reference or its name says so.
    case variableValue
    case selector
    case expression
    case filter
    case template
    case timeFormat
    case point
    /// What becomes of a period's datapoints: `sum`, `p99.9`.
    case statistic
    /// `>= 1`.
    case threshold
    /// `3 of 5`.
    case evaluation
    /// `22:00-07:00`.
    case hours
    /// `3 in 1h`.
    case flapping

    enum SecretUse: Sendable, Hashable { case webhookKey, token, password }
}
