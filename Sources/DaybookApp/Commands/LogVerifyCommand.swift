// `daybook log verify`: is every byte of the log as it was written?

import ArgumentParser
import CanonicalJSON
import EventLog
import Observations

struct LogVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of the log, the newest checkpoint and the kept evidence.",
        discussion: """
            Reads every block and checks both its checksums and every byte of its header; every event's sequence, revision, time,             id and form; every sealed segment's own summary; that the log continues what `log checkpoint` signed last; and that             the blobs that events name (pages, mail, pictures, messages) are there and are what their names say. Exit code 0             when all is well, 4 when something is damaged; what is wrong is named by file and bytes.

            Examples:
              daybook log verify
              daybook log verify --json | jq .root
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        let events = Progress("Verifying", unit: "events")
        var evidence: Progress?
        let report = try log.verify(
            named: NamedBlobs.of,
            progress: { phase, done, all in
                if phase == .evidence, evidence == nil { evidence = Progress("Verifying evidence", unit: "blobs") }
                (evidence ?? events).update(Int(done), of: Int(all))
            })
        (evidence ?? events).finish()
        if format.json {
            console.line(report.json.canonicalText)
        } else {
            explain(report, on: console)
        }
        if !report.isOK { throw Failure(Failure.status(ofDamage: report.problems)) }
    }

    private func explain(_ report: LogVerification, on console: Console) {
        for problem in report.problems {
            let verdict = problem.isOfNewerVersion ? "of a newer version of daybook" : "damaged"
            console.line("\(Tint.bad.applied(to: verdict, on: console)): \(problem)")
        }
        for tail in report.tornTail {
            console.line(
                "note: \(tail.file) ends in \(tail.to - tail.from) bytes that were never acknowledged; the next append sets them aside"
            )
        }
        let verdict =
            report.isOK ? Tint.good.applied(to: "all is well", on: console) : counted(report.problems.count, "problem")
        console.line("\(counted(Int(report.events), "event")): \(verdict)")
        if report.blobs > 0 { console.line("\(counted(report.blobs, "blob")) named by events") }
        if let size = report.checkpoint { console.line("checkpoint of \(counted(Int(size), "event"))") }
        if let root = report.root { console.line("root \(root.hex)") }
    }
}

extension LogVerification {
    /// The shape of `log verify --json`. `sequences` is the first and the last that are lost, or empty.
    var json: JSON {
        .object(
            JSONObject([
                ("ok", .bool(isOK)), ("events", JSON(events)), ("root", root.map { .string($0.hex) } ?? .null),
                ("problems", .array(problems.map(\.json))), ("tornTail", .array(tornTail.map(\.json))),
                ("blobs", JSON(blobs)), ("checkpoint", checkpoint.map { JSON($0) } ?? .null),
            ]))
    }
}

extension Damage {
    fileprivate var json: JSON {
        .object(
            JSONObject([
                ("file", .string(file)), ("from", JSON(from)), ("to", JSON(to)),
                (
                    "sequences",
                    JSON.array(
                        sequences.isEmpty ? [] : [JSON(sequences.lowerBound), JSON(sequences.upperBound - 1)])
                ), ("what", .string(what)),
            ]))
    }
}
