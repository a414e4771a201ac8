// The keys of a preset: those of a watch or a channel, none of them required.

extension TableDefinition {
    /// A preset's file. What is a watch's own (its name before, its preset) is not for a preset to say.
    static let preset: TableDefinition = {
        let own: Set = ["preset", "was", "rekey"]
        let about = KeyDefinition(
            name: "about", type: .scalar(.text), about: "What the preset reads, for `daybook presets list`.")
        let keys = watch.keys.filter { !own.contains($0.name) }.map(\.withNothingRequired)
        return TableDefinition(title: "A preset", about: "", keys: [about] + keys, deciding: watch.deciding)
    }()

    /// A preset's file for a channel. References are the channel's own: what a preset needs it asks for by `with`.
    static let channelPreset: TableDefinition = {
        let about = KeyDefinition(
            name: "about", type: .scalar(.text), about: "Whom the preset tells, for `daybook presets list`.")
        let keys = channel.keys.filter { $0.name != "preset" }.map(\.withNothingRequired)
        return TableDefinition(title: "A preset for a channel", about: "", keys: [about] + keys)
    }()

    /// The same keys, of which each may be left out. Keys that need one another may stand in the watch.
    fileprivate var withNothingRequired: TableDefinition {
        TableDefinition(
            title: title, about: about, keys: keys.map(\.withNothingRequired), rules: [], deciding: deciding)
    }
}

extension KeyDefinition {
    fileprivate var withNothingRequired: KeyDefinition {
        KeyDefinition(
            name: name, type: type.withNothingRequired, need: need == .required ? .optional : need, standard: standard,
            about: about, example: example)
    }
}

extension ValueType {
    fileprivate var withNothingRequired: ValueType {
        switch self {
        case .table(let table): .table(table.withNothingRequired)
        default: self
        }
    }
}
