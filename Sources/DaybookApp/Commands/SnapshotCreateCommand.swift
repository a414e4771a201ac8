// `daybook snapshot create`: the daybook as it is now, into one file.

import ArgumentParser
import CanonicalJSON
import EventLog
import Glibc
import Snapshots

struct SnapshotCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Write a snapshot while everything else goes on.",
        discussion: """
            Nobody waits for it: what is appended meanwhile is left out. The file (mode 0600) appears when it is whole and on \
            disk. It holds what daybook.yaml holds, secrets written out there included, so keep it as you keep that. Exit code 4 \
            when kept pages or messages were missing or damaged already; the snapshot is written without them.

            Examples:
              daybook snapshot create backup.tar
              daybook snapshot create - | zstd > backup.tar.zst
            """)

    @Argument(help: "The file, or - for standard output.")
    var file: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        defer { log.close() }
        guard file != "-" || isatty(STDOUT_FILENO) == 0 else {
            throw Failure(.usage, "a terminal is no place for a tar archive; name a file, or pipe it to a program")
        }
        let manifest = try await SnapshotWork(on: console).run { [file, force, place] progress in
            let writer = SnapshotWriter(
                log, configuration: place.config, version: DaybookCommand.version, progress: progress)
            return file == "-"
                ? try writer.write(to: STDOUT_FILENO, path: "standard output")
                : try writer.write(to: file, force: force)
        }
        tell(manifest, on: console)
        guard manifest.absent.isEmpty else {
            throw Failure(
                .damaged,
                "\(counted(manifest.absent.count, "blob")) that events name are missing or damaged, the first of them "
                    + "\(manifest.absent[0].hex); the snapshot holds everything else")
        }
    }

    private func tell(_ manifest: SnapshotManifest, on console: Console) {
        let text = """
            Wrote \(counted(Int(manifest.events), "event")) and \(counted(manifest.blobs.count, "blob")) to \(file == "-" ? "standard output" : file) \
            (\(size(manifest.bytes))).
            root \(manifest.root.hex)
            """
        // Standard output is the archive's own where it goes there.
        let say = file == "-" ? console.error : console.line
        say(format.json ? manifest.row.canonicalText : text)
    }
}

extension SnapshotManifest {
    /// The shape of `snapshot create --json`, and part of that of `verify` and `restore`.
    var row: JSON {
        .object(
            JSONObject([
                ("events", JSON(events)), ("root", .string(root.hex)), ("time", .string(time.description)),
                ("daybook", .string(version)), ("files", JSON(files.count)), ("blobs", JSON(blobs.count)),
                ("bytes", JSON(bytes)), ("absent", .array(absent.map { .string($0.reference) })),
            ]))
    }
}
