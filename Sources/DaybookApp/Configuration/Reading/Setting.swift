// daybook.yaml after its check: every value in its type, every default in its place.

/// A value of the file, and where it stands.
struct Setting: Sendable {
    let line: Int
    let path: String
    let value: SettingValue
}

indirect enum SettingValue: Sendable {
    case text(String)
    case flag(Bool)
    case count(Int)
    case duration(Duration)
    case rate(RateText)
    case size(Int)
    case share(Double)
    case bounds(BoundsText)
    case cron(Cron)
    case reference(ReferenceText, Secret, isMasked: Bool)
    case list([Setting])
    case table(SettingTable)
    case named([NamedSetting])
}

/// An entry under a name of the user's own.
struct NamedSetting: Sendable {
    let name: String
    let setting: Setting
}

/// A table's settings by key. What the file leaves out, or has wrong, is the definition's default.
struct SettingTable: Sendable {
    let definition: TableDefinition
    let line: Int
    let path: String
    let given: [String: Setting]

    subscript(key: String) -> SettingValue? {
        if let setting = given[key] { return setting.value }
        guard let definition = definition.key(key), let text = definition.standard else { return nil }
        return StandardValue.of(text, definition.type)
    }

    /// Where a key stands, or the table where it does not.
    func line(of key: String) -> Int { given[key]?.line ?? line }
}

extension SettingTable {
    func text(_ key: String) -> String? {
        if case .text(let text) = self[key] { text } else { nil }
    }

    func flag(_ key: String) -> Bool {
        if case .flag(let flag) = self[key] { flag } else { false }
    }

    func count(_ key: String) -> Int? {
        if case .count(let count) = self[key] { count } else { nil }
    }

    func duration(_ key: String) -> Duration? {
        if case .duration(let duration) = self[key] { duration } else { nil }
    }

    func size(_ key: String) -> Int? {
        if case .size(let size) = self[key] { size } else { nil }
    }

    func secret(_ key: String) -> Secret? {
        if case .reference(_, let secret, _) = self[key] { secret } else { nil }
    }

    func table(_ key: String) -> SettingTable? {
        if case .table(let table) = self[key] { table } else { nil }
    }

    func named(_ key: String) -> [NamedSetting] {
        if case .named(let entries) = self[key] { entries } else { [] }
    }

    /// The texts of a list, each with its place.
    func texts(_ key: String) -> [(text: String, setting: Setting)] {
        guard case .list(let settings) = self[key] else { return [] }
        return settings.compactMap { setting in
            if case .text(let text) = setting.value { (text, setting) } else { nil }
        }
    }
}

/// A default's text, read as the file would be.
enum StandardValue {
    static func of(_ text: String, _ type: ValueType) -> SettingValue? {
        guard let node = try? ConfigurationNode.parse(text) else { return nil }
        var checker = Checker(file: "", secrets: SecretSource(environment: { _ in nil }, file: { _ in "" }))
        return checker.check(node, type, .root)?.value
    }
}
