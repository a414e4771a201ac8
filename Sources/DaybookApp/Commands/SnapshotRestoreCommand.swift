// `daybook snapshot restore`: a daybook from a snapshot, in a folder of its own.

import ArgumentParser
import CanonicalJSON
import EventLog
import Snapshots

struct SnapshotRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data folder from a snapshot.",
        discussion: """
            The folder must be empty or missing; it appears whole and checked, or not at all. The configuration of then comes \
            to lie in it as daybook.yaml. Nothing that had been announced is announced again.

            Examples:
              daybook snapshot restore backup.tar --data ./data
              zstd -dc backup.tar.zst | daybook snapshot restore - --data /var/lib/daybook
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let folder = try Place.dataDirectory(place)
        DataOwner.act(for: folder)
        let manifest = try await SnapshotWork(on: console).run { [file] progress in
            try SnapshotReader(file, progress: progress).restore(into: folder)
        }
        guard !format.json else { return console.line(manifest.row.canonicalText) }
        console.line(
            "Restored \(counted(Int(manifest.events), "event")) and \(counted(manifest.blobs.count, "blob")) to \(folder), "
                + "as of \(EventText.clock(manifest.time)).")
        console.line("root \(manifest.root.hex)")
        console.line("")
        let hasOwn = manifest.files.contains { $0.path == "daybook.yaml" }
        if hasOwn {
            console.line(
                "The configuration of then is \(folder)/daybook.yaml; compare it with yours, or move it there.")
        }
        console.line("Next: daybook status --data \(folder)")
        console.line(
            "Before it looks again, see to it that the daybook it was taken from does not: they would tell twice.")
    }
}
