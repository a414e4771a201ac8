// `daybook log import`: CloudEvents in, as JSON Lines.

import ArgumentParser
import CanonicalJSON
import EventLog
import Importing

struct LogImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Append events given as JSON Lines.",
        discussion: """
            Each line is a CloudEvent; `type`, `subject` and `data` are needed. `sequence`, `revision` and `recordedtime` \
            are given anew, `source` becomes /import/USER. Decisions and effects (what was assigned, delivered, raised) \
            are refused without --trusted. A line that is wrong ends the import; the batches before it stay.

            At the end full segments of the log are sealed (packed anew, smaller), for half a minute at most; what is left then,             `daybook run` and later appends seal in the background.

            Examples:
              daybook log import events.ndjson
              zcat other/log/*.gz | daybook log import - --trusted
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("Events a commit.", valueName: "count"))
    var batch = 1_000

    @Flag(help: "Take decisions and effects too: the lines come from a daybook that one trusts as one's own.")
    var trusted = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard (1...100_000).contains(batch) else { throw ValidationError("--batch takes a number from 1 to 100000.") }
    }

    func run() async throws {
        let console = Console.current
        let lines = try LineReader(path: file)
        let log = try Place.openLog(try Place.dataDirectory(place), create: true)
        defer { log.close() }
        var importer = EventImporter(user: accountName(), isTrusted: trusted)
        var commits = ImportCommits(log: log, file: file, batch: batch, isJSON: format.json)
        do {
            while let line = try lines.next() {
                guard let draft = try importer.draft(from: line) else { continue }
                try await commits.add(draft, line: importer.lineNumber, bytes: line.count)
            }
        } catch let error as ImportError {
            guard case .refused(let line, let reason) = error else { throw error }
            try await commits.finish()
            throw Failure(.usage, "\(file), line \(line): \(reason); \(counted(commits.total, "event")) before it stay")
        }
        try await commits.finish()
        _ = await log.seal(within: .seconds(30))
        if !format.json { console.line("\(counted(commits.total, "event")) appended.") }
    }
}

/// Gathers drafts and appends them, so many a commit, and fewer where they are large.
private struct ImportCommits {
    let log: EventLog
    let file: String
    let batch: Int
    let isJSON: Bool
    private(set) var total = 0
    private var drafts: [EventDraft] = []
    /// Of the drafts gathered; they are all of one kind.
    private var haveOwnTimes = false
    private var line = 0
    /// Of the lines of the drafts gathered.
    private var bytes = 0
    /// Written in canonical form, a line may grow (1e20 has 21 digits), and a commit holds 64 MiB.
    private static let bytesMax = 8 << 20
    private let progress = Progress("Importing", unit: "events")

    init(log: EventLog, file: String, batch: Int, isJSON: Bool) {
        self.log = log
        self.file = file
        self.batch = batch
        self.isJSON = isJSON
    }

    mutating func add(_ draft: EventImporter.Draft, line: Int, bytes: Int) async throws {
        if draft.hasOwnTime != haveOwnTimes, !drafts.isEmpty { try await commit() }
        haveOwnTimes = draft.hasOwnTime
        drafts.append(draft.event)
        self.line = line
        self.bytes += bytes
        if drafts.count == batch || self.bytes > Self.bytesMax { try await commit() }
    }

    /// Appends what is left.
    mutating func finish() async throws {
        if !drafts.isEmpty { try await commit() }
        progress.finish()
    }

    private mutating func commit() async throws {
        let appended = try await append()
        total += drafts.count
        drafts.removeAll(keepingCapacity: true)
        bytes = 0
        progress.update(total, of: 0)
        guard isJSON else { return }
        Console.current.line(#"{"acknowledged":\#(appended.end - 1)}"#)
        Console.current.flush()
    }

    private func append() async throws -> Appended {
        do {
            return try await log.append(drafts, times: haveOwnTimes ? .refuse : .clamp, isDivisible: true)
        } catch {
            guard Failure.status(of: error) == .usage else { throw error }
            throw Failure(.usage, "\(file), lines up to \(line): \(error)")
        }
    }
}
