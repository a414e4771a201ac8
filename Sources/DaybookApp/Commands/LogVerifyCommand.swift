// `daybook log verify`: is every byte of the log as it was written?

import ArgumentParser
import CanonicalJSON
import EventLog

struct LogVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every block, checksum, sequence, revision and time of the log.",
        discussion: """
            Exit code 0 when all is well, 4 when something is damaged; what is wrong is named by file and bytes.

            Examples:
              daybook log verify
              daybook log verify --json | jq .root
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        let progress = Progress("Verifying", unit: "events")
        let report = try log.verify { progress.update(Int($0), of: Int($1)) }
        progress.finish()
        if format.json {
            console.line(report.json.canonicalText)
        } else {
            explain(report, on: console)
        }
        if !report.isOK { throw Failure(.damaged) }
    }

    private func explain(_ report: LogVerification, on console: Console) {
        for problem in report.problems {
            console.line("\(Tint.bad.applied(to: "damaged", on: console)): \(problem)")
        }
        for tail in report.tornTail {
            console.line(
                "note: \(tail.file) ends in \(tail.to - tail.from) bytes that were never acknowledged; the next append sets them aside"
            )
        }
        let verdict =
            report.isOK ? Tint.good.applied(to: "all is well", on: console) : counted(report.problems.count, "problem")
        console.line("\(counted(Int(report.events), "event")): \(verdict)")
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
