// `daybook import`: a recorded history into a watch.

import ArgumentParser
import CanonicalJSON
import EventLog
import Ingestors
import Observations
import Synchronization

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a recorded history: each saved version becomes a run, at the time it was saved.",
        discussion: """
            Reads a file's versions from a git repository or a bundle, along first parents, with the watch's own rules; \
            nothing is fetched. Changes have the origin `import`, of which reactors are told only where they ask for it. An \
            import that was interrupted goes on where it was, and one of a history that has grown takes up what is new. \
            Into a watch that has newer events an import is refused.

            Examples:
              daybook import congress --git ~/scraped --path schedule.xml
              daybook import congress --git history.bundle --json
            """)

    @Argument(help: "The watch.")
    var watch: String

    @Option(help: ArgumentHelp("The repository (bare or not) or the bundle.", valueName: "repo"))
    var git: String

    @Option(
        help: ArgumentHelp(
            "The file, from the repository's root; may be left out where the history has only one.", valueName: "path"))
    var path: String?

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard let path else { return }
        guard !path.isEmpty, path.utf8.count <= 4096, !path.contains(where: \.isNewline) else {
            throw ValidationError("--path takes the path of a file in the repository.")
        }
    }

    func run() async throws {
        let configuration = try Place.configuration(place)
        guard let definition = try configuration.chosen([watch]).first else { return }
        let report = Mutex<ImportReport?>(nil)
        try await untilStopped {
            let done = try await GitRepository.open(git) { repository in
                try await importHistory(definition, configuration, from: repository)
            }
            report.withLock { $0 = done }
        }
        guard let report = report.withLock({ $0 }) else {
            throw Failure(.world, "stopped before anything was imported; run the same command again")
        }
        tell(report)
        if report.left > 0 { throw Failure(.world, interrupted(report)) }
    }

    /// Nothing is written before the history has been found.
    private func importHistory(
        _ definition: WatchDefinition, _ configuration: Configuration, from repository: GitRepository
    ) async throws -> ImportReport {
        let path = try await chosenPath(in: repository)
        let versions = try await repository.versions(of: path)
        guard !versions.isEmpty else { throw Failure(.usage, try await noVersions(of: path, in: repository)) }
        let log = try Place.openLog(configuration.dataDirectory, create: true)
        defer { log.close() }
        let event = try await ConfigurationRecord.apply(configuration, in: log, at: .now())
        let history = HistoryImport(
            definition, versions, of: path, in: repository, log: log, user: accountName(), configuration: event)
        let progress = Progress("Importing", unit: "versions")
        defer { progress.finish() }
        return try await history.run { progress.update($0.done, of: $0.total, at: $0.time) }
    }
}

extension ImportCommand {
    private func chosenPath(in repository: GitRepository) async throws -> String {
        if let path { return try repository.path(of: path) }
        let files = try await repository.files()
        if let only = HistoryFiles.only(files.map(\.path)) { return only }
        guard !files.isEmpty else { throw Failure(.usage, "\(git) holds no file; is it the right repository?") }
        throw Failure(.usage, "\(git) holds the history of several files; name one with --path: \(listed(files))")
    }

    private func noVersions(of path: String, in repository: GitRepository) async throws -> String {
        let files = try await repository.files()
        let nearest = NearestName.of(path, in: files.map(\.path)).map { "did you mean \($0)?" }
        return "\(git) holds no version of \(path); \(nearest ?? "it holds \(listed(files))")"
    }

    private func listed(_ files: [(path: String, versions: Int)]) -> String {
        let shown = files.prefix(10).map { "\($0.path) (\(counted($0.versions, "version")))" }
        let further = files.count - shown.count
        return shown.isEmpty
            ? "no file at all" : shown.joined(separator: ", ") + (further > 0 ? " and \(grouped(further)) more" : "")
    }

    private func tell(_ report: ImportReport) {
        let console = Console.current
        console.line(format.json ? JSON.object(report.json).canonicalText : ImportText.line(report, console))
        if !format.json, let failure = ImportText.failure(report) { console.line(failure) }
        console.flush()
    }

    private func interrupted(_ report: ImportReport) -> String {
        "stopped with \(counted(report.left, "version")) left; run the same command again to go on"
    }
}

/// Which file of a history is meant where none is named.
enum HistoryFiles {
    /// The one file that is neither hidden nor about the repository itself.
    static func only(_ paths: [String]) -> String? {
        let candidates = paths.filter { path in
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
            return !isHidden && !["README", "LICENSE", "COPYING"].contains { name.uppercased().hasPrefix($0) }
        }
        return candidates.count == 1 ? candidates.first : nil
    }
}

/// What an import came to, as people read it.
enum ImportText {
    /// Which version failed first, and where to find the others.
    static func failure(_ report: ImportReport) -> String? {
        guard let failure = report.firstFailure else { return nil }
        let others =
            (report.runs[.failed] ?? 0) > 1 ? " (all of them: daybook audit \(report.watch) | grep run.failed)" : ""
        return "failed first: \(EventText.clock(failure.time)), \(displayable(failure.error))\(others)"
    }

    /// `congress: 2,843 versions imported, 2,830 completed, 13 suspect (36,214 events, 2017-12-21 … 2018-01-16)`
    static func line(_ report: ImportReport, _ console: Console) -> String {
        let name = Tint.strong.applied(to: report.watch, on: console)
        guard report.runCount > 0 else {
            let earlier = report.earlier > 0 ? "; \(counted(report.earlier, "version")) had been imported before" : ""
            return "\(name): nothing new in the history of \(displayable(report.path))\(earlier)"
        }
        var parts = ["\(counted(report.runCount, "version")) imported"]
        for (outcome, tint) in [(RunOutcome.suspect, Tint.warning), (.failed, .bad)] {
            guard let count = report.runs[outcome] else { continue }
            parts.append(tint.applied(to: "\(grouped(count)) \(outcome.rawValue)", on: console))
        }
        if report.missing > 0 { parts.append("\(grouped(report.missing)) without the file") }
        if report.earlier > 0 { parts.append("\(grouped(report.earlier)) imported before") }
        let span = [report.first, report.last].compactMap { $0?.description.prefix(10) }.joined(separator: " to ")
        return "\(name): \(parts.joined(separator: ", ")) (\(counted(report.events, "event")), \(span))"
    }
}
