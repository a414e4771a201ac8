// Presets: named defaults for the keys of a watch or a channel, as files that one can print, copy and change.

import Foundation

/// A preset's text and what errors call it.
struct Preset: Sendable {
    let name: String
    let text: String

    /// What a preset is for.
    enum Use: String, Sendable, CaseIterable {
        case watch, channel

        /// Those that come with the program, by name.
        var builtIn: [Preset] { self == .watch ? Preset.builtIn : Preset.channels }
        /// The keys of its file.
        var table: TableDefinition { self == .watch ? .preset : .channelPreset }
        /// Whose rules say which keys stand for one another.
        var user: TableDefinition { self == .watch ? .watch : .channel }
    }

    /// Those for channels that come with the program, by name.
    static let channels = [
        Preset(name: "discord", bytes: PackageResources.discord_yaml),
        Preset(name: "matrix", bytes: PackageResources.matrix_yaml),
        Preset(name: "ntfy", bytes: PackageResources.ntfy_yaml),
        Preset(name: "slack", bytes: PackageResources.slack_yaml),
        Preset(name: "telegram", bytes: PackageResources.telegram_yaml),
    ]

    /// Those for watches that come with the program, by name.
    static let builtIn = [
        Preset(name: "apple-refurb", bytes: PackageResources.apple_refurb_yaml),
        Preset(name: "bestbuy", bytes: PackageResources.bestbuy_yaml),
        Preset(name: "frab-xml", bytes: PackageResources.frab_xml_yaml),
        Preset(name: "newegg", bytes: PackageResources.newegg_yaml),
        Preset(name: "schema.org", bytes: PackageResources.schema_org_yaml),
        Preset(name: "shopify", bytes: PackageResources.shopify_yaml),
        Preset(name: "walmart", bytes: PackageResources.walmart_yaml),
    ]

    /// More than any preset needs.
    private static let bytesMax = 1 << 20

    private init(name: String, bytes: [UInt8]) { self.init(name: name, text: String(decoding: bytes, as: UTF8.self)) }

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// What is wrong with the name of a preset, as a sentence about it.
    struct Unknown: Error, Equatable {
        let reason: String
    }

    /// - Parameter use: what it is wanted for; for anything where it is nil.
    static func named(_ name: String, for use: Use? = nil) throws(Unknown) -> Preset {
        for other in Use.allCases {
            guard let preset = other.builtIn.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { continue }
            guard let use, use != other else { return preset }
            throw Unknown(reason: "the preset \"\(name)\" is for a \(other.rawValue), not for a \(use.rawValue)")
        }
        let names = (use.map { [$0] } ?? Use.allCases).flatMap(\.builtIn).map(\.name)
        let hint =
            NearestName.of(name, in: names).map { "did you mean \"\($0)\"?" }
            ?? "there is \(Wording.list(names, "and")), and a file of your own is named by its path, such as ./mine.yaml"
        throw Unknown(reason: "there is no preset \"\(name)\"; \(hint)")
    }

    /// As `preset:` names it: what has a slash in it or ends as YAML does is the path of a file.
    ///
    /// - Parameter folder: where relative paths begin.
    static func find(_ text: String, for use: Use, folder: String) throws(Unknown) -> Preset {
        let isPath = text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml")
        return isPath ? try file(text, folder: folder) : try named(text, for: use)
    }

    private static func file(_ name: String, folder: String) throws(Unknown) -> Preset {
        let path = SettingsReader(folder: folder).path(name)
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: bytesMax + 1)
        else {
            throw Unknown(reason: "the file \(name) cannot be read (relative paths begin where daybook.yaml is)")
        }
        guard data.count <= bytesMax else {
            throw Unknown(reason: "the file \(name) is larger than \(bytesMax >> 20) MB")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Unknown(reason: "the file \(name) is not UTF-8 text")
        }
        return Preset(name: name, text: text)
    }
}

extension Preset {
    /// The preset's keys, checked by themselves; or all that is wrong with it, by its own name and lines.
    func entries(for use: Use, _ secrets: SecretSource) -> Result<[ConfigurationNode.Entry], ConfigurationError> {
        let root: ConfigurationNode
        do throws(UnreadableYAML) { root = try ConfigurationNode.parse(text) } catch {
            return .failure(
                .wrong([ConfigurationProblem(file: name, line: error.line, path: "", message: error.reason)]))
        }
        var checker = Checker(file: name, secrets: secrets)
        _ = checker.check(root, .table(use.table), .root)
        guard checker.problems.isEmpty, case .table(let entries) = root.content else {
            return .failure(.wrong(checker.problems))
        }
        return .success(entries)
    }

    /// What it says of itself.
    var about: String? { text("about") }

    var kind: String? { text("kind") }

    private func text(_ key: String) -> String? {
        guard case .table(let entries)? = try? ConfigurationNode.parse(text).content,
            case .text(let text)? = entries.first(where: { $0.name == key })?.value.content
        else { return nil }
        return text
    }
}
