// A watch or channel and its preset taken together, before anything is checked: what is missing, wrong or too much is then told of the whole.

/// Puts into each watch and channel that has a `preset` what the preset says and it does not.
struct PresetMerge {
    let folder: String
    let secrets: SecretSource
    private(set) var problems: [ConfigurationProblem] = []

    init(folder: String, secrets: SecretSource) {
        self.folder = folder
        self.secrets = secrets
    }

    /// The file's root with whole watches and channels in it. One whose preset is no good is left out: what else would be missing there
    /// is the preset's fault.
    mutating func merged(into root: ConfigurationNode, file: String) -> ConfigurationNode {
        root.mapping { entry in
            let uses: [String: Preset.Use] = ["watches": .watch, "channels": .channel]
            guard let use = uses[entry.name] else { return entry }
            return entry.with(entry.value.mapping { merged($0, in: entry.name, for: use, file: file) })
        }
    }

    private mutating func merged(
        _ watch: ConfigurationNode.Entry, in table: String, for use: Preset.Use, file: String
    ) -> ConfigurationNode.Entry? {
        guard case .table(let own) = watch.value.content, let key = own.first(where: { $0.name == "preset" }),
            case .text(let name) = key.value.content, !use.user.isOfLaterVersion(own)
        else { return watch }
        let preset: Preset
        do throws(Preset.Unknown) { preset = try Preset.find(name, for: use, folder: folder) } catch {
            problems.append(
                ConfigurationProblem(
                    file: file, line: key.line, path: "\(table).\(watch.name).preset", message: error.reason))
            return nil
        }
        switch preset.entries(for: use, secrets) {
        case .failure(.wrong(let found)):
            problems += found
            return nil
        case .failure: return nil
        case .success(let given):
            let defaults = given.filter { $0.name != "about" }.map { $0.moved(to: key.line) }
            let entries = Self.merged(own, defaults: defaults, definition: use.user)
            return watch.with(ConfigurationNode(line: watch.value.line, content: .table(entries)))
        }
    }

    /// - Parameter definition: whose rules say which keys stand for one another: with a `cron` of one's own, a preset's `every` goes.
    static func merged(
        _ own: [ConfigurationNode.Entry], defaults: [ConfigurationNode.Entry], definition: TableDefinition?
    ) -> [ConfigurationNode.Entry] {
        var rivals: Set<String> = []
        for case .atMostOne(let keys) in definition?.rules ?? [] where own.contains(where: { keys.contains($0.name) }) {
            rivals.formUnion(keys)
        }
        let names = Set(defaults.map(\.name))
        let kept = own.compactMap { entry -> ConfigurationNode.Entry? in
            guard let standard = defaults.first(where: { $0.name == entry.name }) else { return entry }
            return merged(entry, standard: standard)
        }
        let ownNames = Set(own.map(\.name))
        return kept
            + defaults.filter { names.contains($0.name) && !ownNames.contains($0.name) && !rivals.contains($0.name) }
    }

    /// Nothing where the watch drops what the preset has.
    private static func merged(
        _ own: ConfigurationNode.Entry, standard: ConfigurationNode.Entry
    ) -> ConfigurationNode.Entry? {
        switch (own.value.content, standard.value.content) {
        case (.nothing, _): return nil
        case (.table(let entries), .table(let defaults)):
            // Options belong to their selector, so that a field, a key or a rule is the watch's or the preset's as a whole.
            if own.name == "key" { return own }
            let inside =
                ["fields", "availability"].contains(own.name)
                ? fields(entries, defaults) : merged(entries, defaults: defaults, definition: nil)
            return own.with(ConfigurationNode(line: own.value.line, content: .table(inside)))
        default: return own
        }
    }

    private static func fields(
        _ own: [ConfigurationNode.Entry], _ defaults: [ConfigurationNode.Entry]
    ) -> [ConfigurationNode.Entry] {
        let known = Set(defaults.map(\.name))
        let kept = own.filter { entry in
            if case .nothing = entry.value.content { return !known.contains(entry.name) }
            return true
        }
        let names = Set(own.map(\.name))
        return kept + defaults.filter { !names.contains($0.name) }
    }
}

extension ConfigurationNode {
    /// A table with its entries changed; anything else as it is.
    fileprivate func mapping(_ change: (Entry) -> Entry?) -> ConfigurationNode {
        guard case .table(let entries) = content else { return self }
        return ConfigurationNode(line: line, content: .table(entries.compactMap(change)))
    }

    /// As if all of it stood on one line: that of the `preset` it came by, which is where the file can be changed.
    fileprivate func moved(to line: Int) -> ConfigurationNode {
        switch content {
        case .nothing, .text: ConfigurationNode(line: line, content: content)
        case .list(let nodes): ConfigurationNode(line: line, content: .list(nodes.map { $0.moved(to: line) }))
        case .table(let entries): ConfigurationNode(line: line, content: .table(entries.map { $0.moved(to: line) }))
        }
    }
}

extension ConfigurationNode.Entry {
    fileprivate func with(_ value: ConfigurationNode) -> ConfigurationNode.Entry {
        ConfigurationNode.Entry(name: name, line: line, value: value)
    }

    fileprivate func moved(to line: Int) -> ConfigurationNode.Entry {
        ConfigurationNode.Entry(name: name, line: line, value: value.moved(to: line))
    }
}
