// `daybook log checkpoint`: the log's size and root, signed.

import ArgumentParser
import CanonicalJSON
import EventLog

struct LogCheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign how many events the log has and the Merkle root over them.",
        discussion: """
            Prints a C2SP tlog-checkpoint: a signed note of the log's name, its size and its root, and keeps it as \
            `checkpoint` in the data folder. key.pub there has the key that checks the signature. Give the note to someone \
            else: from then on the log cannot be changed without them being able to tell. `log verify` holds the log against \
            the note that was printed last, and a log that does not continue it is not signed.

            Examples:
              daybook log checkpoint > friday.txt
              daybook log checkpoint --json | jq .size
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        let note = try log.signCheckpoint()
        guard format.json, let checkpoint = try log.newestCheckpoint() else {
            return Console.current.bytes(Array(note.utf8))
        }
        Console.current.line(checkpoint.json(note: note).canonicalText)
    }
}

extension Checkpoint {
    /// The shape of `log checkpoint --json`.
    func json(note: String) -> JSON {
        .object(
            JSONObject([
                ("origin", .string(origin)), ("size", JSON(size)), ("root", .string(root.hex)), ("note", .string(note)),
            ]))
    }
}
