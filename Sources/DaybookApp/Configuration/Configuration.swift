// daybook.yaml as the rest of the program knows it: read once, checked whole, before anything starts.

import Foundation
import Ingestors
import Reactors

/// A checked configuration.
public struct Configuration: Sendable {
    /// The file, as it was named.
    public let file: String
    /// Where everything is remembered: an absolute path.
    public internal(set) var dataDirectory: String
    /// Where `daybook run` answers over HTTP; nowhere, where it is nil.
    public let listen: String?
    /// What those who ask there have to send.
    let token: Secret?
    /// How many watches are looked at at the same time; each is bound by its own host's rate besides.
    public let looksAtOnce: Int
    let evidence: EvidenceSettings
    /// In the file's order, as are channels and reactors.
    public let watches: [WatchDefinition]
    public let channels: [NamedChannel]
    public let reactors: [ReactorDefinition]
    /// Those of the file, then the one that each watch has without being asked.
    public let alarms: [AlarmDefinition]
    /// What a watch has beside its definition: its schedule, its former name.
    let watchSettings: [WatchSettings]
    /// The whole file in canonical YAML, for `config.applied`: equal for equal configurations, and without secrets.
    public let normalisedText: String
    /// What is accepted but deserves a word, in the order of lines.
    public let warnings: [ConfigurationProblem]

    /// The name that every command looks for, in the folder it is started in.
    public static let standardFile = "daybook.yaml"
    /// More than any daybook.yaml needs.
    static let bytesMax = 4 << 20

    /// `normalisedText` as it goes into a blob.
    public var normalised: [UInt8] { Array(normalisedText.utf8) }

    /// When a watch looks by itself; nothing for one that only `check` looks at.
    package func schedule(of watch: String) -> Schedule? { settings(of: watch)?.schedule }

    func settings(of watch: String) -> WatchSettings? {
        watchSettings.first { $0.name.utf8.elementsEqual(watch.utf8) }
    }
}

extension Configuration {
    /// Reads and checks a file.
    ///
    /// - Parameter secrets: where references lead; by default this process's environment, and files beside the file.
    public static func load(
        _ file: String = standardFile, secrets: SecretSource? = nil
    ) throws(ConfigurationError) -> Configuration {
        let folder = folder(of: file)
        return try parse(
            try text(of: file), file: file, folder: folder, secrets: secrets ?? .process(folder: folder))
    }

    /// Checks a text.
    ///
    /// - Parameters:
    ///   - file: what errors call it.
    ///   - folder: where relative paths begin.
    public static func parse(
        _ text: String, file: String, folder: String, secrets: SecretSource
    ) throws(ConfigurationError) -> Configuration {
        var checker = Checker(file: file, secrets: secrets, folder: folder)
        var presets = PresetMerge(folder: folder, secrets: secrets)
        let root = presets.merged(into: try node(text, file: file), file: file)
        checker.adopt(presets.problems)
        guard case .table(let table)? = checker.check(root, .table(.file), .root)?.value else {
            throw .wrong(checker.problems)
        }
        checker.checkTogether(table)
        let reader = SettingsReader(folder: folder, environment: secrets.environment)
        let parts = Parts(table, reader, &checker)
        guard checker.problems.isEmpty else { throw .wrong(inOrder(checker.problems)) }
        return Configuration(table, parts, file: file, folder: folder, warnings: inOrder(checker.warnings))
    }

    /// The data folder alone, which is all that a question to the log needs: what else is wrong with the file keeps nobody
    /// from asking.
    public static func dataDirectory(at file: String = standardFile) throws(ConfigurationError) -> String {
        let folder = folder(of: file)
        let root = try node(try text(of: file), file: file)
        var checker = Checker(file: file, secrets: SecretSource(environment: { _ in nil }, file: { _ in "" }))
        guard case .table(let table)? = checker.check(root, .table(.file), .root)?.value, let data = table.text("data")
        else { throw .wrong(checker.problems) }
        let wrong = checker.problems.filter { $0.path == "data" }
        guard wrong.isEmpty else { throw .wrong(wrong) }
        return SettingsReader(folder: folder).path(data)
    }

    /// Where the data of a file is that does not say it.
    static func standardDataDirectory(beside file: String) -> String {
        SettingsReader(folder: folder(of: file)).path(SettingTable.standard(.file).text("data") ?? "./data")
    }

    private static func folder(of file: String) -> String {
        URL(fileURLWithPath: file).deletingLastPathComponent().path
    }

    private static func node(_ text: String, file: String) throws(ConfigurationError) -> ConfigurationNode {
        do { return try ConfigurationNode.parse(text) } catch {
            throw .wrong([ConfigurationProblem(file: file, line: error.line, path: "", message: error.reason)])
        }
    }

    static func text(of file: String) throws(ConfigurationError) -> String {
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
            guard FileManager.default.fileExists(atPath: file) else { throw .missing(file: file) }
            throw .unreadable(file: file, reason: "it is a folder, or reading it is not permitted")
        }
        guard bytes.count <= bytesMax else {
            throw .unreadable(file: file, reason: "it is larger than \(bytesMax >> 20) MB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .unreadable(file: file, reason: "it is not UTF-8 text")
        }
        return text
    }

    private static func inOrder(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        problems.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    }
}

extension Configuration {
    /// What the tables of names become.
    private struct Parts {
        let evidence: EvidenceSettings
        var settings: [WatchSettings] = []
        var watches: [WatchDefinition] = []
        var channels: [NamedChannel] = []
        var reactors: [ReactorDefinition] = []
        var alarms: [AlarmDefinition] = []

        /// Notes what only shows when a watch's rules, each right by itself, are compiled together.
        init(_ table: SettingTable, _ reader: SettingsReader, _ checker: inout Checker) {
            evidence = reader.evidence(table.table("evidence"))
            for entry in table.named("watches") {
                guard let watch = reader.watch(entry, evidence: evidence.keep) else { continue }
                do {
                    watches.append(try watch.definition())
                    settings.append(watch)
                } catch {
                    checker.note(error, in: entry.setting)
                }
            }
            for entry in table.named("channels") {
                guard let channel = reader.channel(entry) else { continue }
                do { channels.append(try channel.definition()) } catch {
                    // Mostly it has been told by then, at the key that it is about.
                    guard !checker.hasProblem(at: entry.setting.path) else { continue }
                    checker.note(error.description, entry.setting.path, line: entry.setting.line)
                }
            }
            reactors = table.named("reactors").compactMap { reader.reactor($0)?.definition() }
            let names = watches.map(\.name)
            alarms = table.named("alarms").compactMap { reader.alarm($0)?.definition(watches: names) }
            alarms += reader.defaultAlarm(table.table("default-alarm")).definitions(watches, reactors)
        }
    }

    private init(
        _ table: SettingTable, _ parts: Parts, file: String, folder: String, warnings: [ConfigurationProblem]
    ) {
        self.file = file
        self.warnings = warnings
        dataDirectory = SettingsReader(folder: folder).path(table.text("data") ?? "./data")
        listen = table.text("listen")
        token = table.secret("token")
        looksAtOnce = table.count("looks-at-once") ?? 4
        evidence = parts.evidence
        watches = parts.watches
        watchSettings = parts.settings
        channels = parts.channels
        reactors = parts.reactors
        alarms = parts.alarms
        normalisedText = CanonicalYAML.text(table.normalised)
    }
}
