// `daybook log prove`: what shows that an event is in the log, or that the log continues an earlier one.

import ArgumentParser
import CanonicalJSON
import EventLog

struct LogProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that an event is in the log, or that the log continues an earlier one.",
        discussion: """
            Prints the hashes with which anyone who has a checkpoint can tell, without trusting this machine: for an event, that \
            it is one of those that the checkpoint stands for; with --from, that the log of that many events is the \
            beginning of this one. The hashes are those of RFC 9162, sections 2.1.3 and 2.1.4 (Merkle trees of SHA-256).

            Examples:
              daybook log prove 1234
              daybook log prove 1234 --size 5000 --json
              daybook log prove --from 5000
            """)

    @Argument(help: "The event's sequence.")
    var sequence: UInt64?

    @Option(help: ArgumentHelp("Prove that the log continues that of so many events.", valueName: "size"))
    var from: UInt64?

    @Option(help: ArgumentHelp("In the log of so many events; all of them, when left out.", valueName: "size"))
    var size: UInt64?

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard (sequence == nil) != (from == nil) else {
            throw ValidationError("Name an event's sequence or, with --from, an earlier size: one of the two.")
        }
    }

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        if let sequence {
            let proof = try log.inclusionProof(of: sequence, size: size)
            if format.json { return console.line(proof.json.canonicalText) }
            proof.explanation.forEach(console.line)
        } else if let from {
            let proof = try log.consistencyProof(from: from, size: size)
            if format.json { return console.line(proof.json.canonicalText) }
            proof.explanation.forEach(console.line)
        }
    }
}

extension InclusionProof {
    /// The shape of `log prove SEQUENCE --json`.
    var json: JSON {
        .object(
            JSONObject([
                ("sequence", JSON(sequence)), ("size", JSON(size)), ("leaf", .string(leaf.hex)),
                ("root", .string(root.hex)), ("path", .array(path.map { .string($0.hex) })),
            ]))
    }

    fileprivate var explanation: [String] {
        [
            "Event \(sequence) is one of the \(counted(Int(size), "event")) that this root stands for.", "",
            "root  \(root.hex)",
            "leaf  \(leaf.hex)   SHA-256 of a zero byte and the event's line", "",
        ] + Self.steps(path)
            + [
                "From the leaf up, the hash so far and the path's are joined: SHA-256 of a one byte, the left hash and the right",
                "one. RFC 9162, section 2.1.3.2, says which stands where; what comes out is the root. Compare that with a",
                "checkpoint of \(counted(Int(size), "event")) that someone else has kept.",
            ]
    }

    fileprivate static func steps(_ path: [Digest]) -> [String] {
        if path.isEmpty { return ["The path is empty: nothing stands beside it.", ""] }
        return path.enumerated().map { index, hash in
            (index == 0 ? "path  " : "      ") + hash.hex
        } + [""]
    }
}

extension ConsistencyProof {
    /// The shape of `log prove --from SIZE --json`.
    var json: JSON {
        .object(
            JSONObject([
                ("from", JSON(from)), ("size", JSON(size)), ("fromRoot", .string(fromRoot.hex)),
                ("root", .string(root.hex)), ("path", .array(path.map { .string($0.hex) })),
            ]))
    }

    fileprivate var explanation: [String] {
        [
            "The log of \(counted(Int(from), "event")) is the beginning of the one of \(grouped(Int(size))): nothing in it was changed or removed.",
            "", "root of \(from)  \(fromRoot.hex)", "root of \(size)  \(root.hex)", "",
        ] + InclusionProof.steps(path)
            + [
                "Both roots can be worked out of the path, as RFC 9162, section 2.1.4.2, says. Compare the first with a",
                "checkpoint of \(counted(Int(from), "event")) that someone else has kept.",
            ]
    }
}
