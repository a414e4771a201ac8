// Options that many commands share.

import ArgumentParser
import EventLog
import Projections

/// Which daybook: its configuration and its data folder.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "daybook.yaml"

    @Option(help: ArgumentHelp("The data folder, instead of the configuration's `data:`.", valueName: "dir"))
    var data: String?
}

struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON Lines (docs/commands.md describes the shapes).")
    var json = false
}

struct AsOfOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "As it was then: a sequence, an RFC 3339 time, `2h ago`, or `recorded:TIME`.", valueName: "point"))
    var asOf: String?

    /// The point, where one was given.
    func point() throws -> Point? {
        try asOf.map { try Point($0, for: "--as-of") }
    }

    /// What the projections are asked for.
    func resolved(in log: EventLog) throws -> AsOf {
        try point()?.resolved(in: log) ?? .now
    }

    /// ` as of 2h ago`, for sentences; empty for now.
    var suffix: String { asOf.map { " as of \($0)" } ?? "" }
}
