// `daybook snapshot verify`: is a snapshot whole, and every byte of it as it was written?

import ArgumentParser
import CanonicalJSON
import EventLog
import Snapshots

struct SnapshotVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a snapshot: every digest, every event, the root, and that no blob is missing.",
        discussion: """
            Reads the file alone. Exit code 0 when all is well, 1 when something is not; what is wrong is named.

            Examples:
              daybook snapshot verify backup.tar
              zstd -dc backup.tar.zst | daybook snapshot verify - --json | jq .root
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let console = Console.current
        let report = try await SnapshotWork(on: console).run { [file] progress in
            try SnapshotReader(file, progress: progress).verify()
        }
        if format.json {
            console.line(report.row.canonicalText)
        } else {
            explain(report, on: console)
        }
        if !report.isSound { throw Failure(.no) }
    }

    private func explain(_ report: SnapshotReport, on console: Console) {
        for problem in report.problems {
            console.line("\(Tint.bad.applied(to: "wrong", on: console)): \(displayable("\(problem)"))")
        }
        let manifest = report.manifest
        for digest in manifest.absent {
            console.line("note: the blob \(digest.hex) was missing or damaged already when the snapshot was made")
        }
        let verdict =
            report.isSound
            ? Tint.good.applied(to: "all is well", on: console) : counted(report.problems.count, "problem")
        console.line(
            "\(counted(Int(manifest.events), "event")), \(counted(manifest.blobs.count, "blob")), of "
                + "\(EventText.clock(manifest.time)): \(verdict)")
        console.line("root \(manifest.root.hex)")
    }
}

extension SnapshotReport {
    /// The shape of `snapshot verify --json`: what the manifest says, and what is wrong.
    fileprivate var row: JSON {
        var row = manifest.row.objectValue ?? JSONObject()
        row["ok"] = .bool(isSound)
        row["problems"] = .array(
            problems.map { .object(JSONObject([("member", .string($0.member)), ("what", .string($0.what))])) })
        return .object(row)
    }
}
