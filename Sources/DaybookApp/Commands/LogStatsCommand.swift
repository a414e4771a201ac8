// `daybook log stats`: how large the log is and what is in it.

import ArgumentParser
import CanonicalJSON
import EventLog

struct LogStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Say how large the log is and what is in it.",
        discussion: """
            Examples:
              daybook log stats
              daybook log stats --json | jq .types
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        var damage: [Damage] = []
        let stats = try log.stats {
            damage.append($0)
            console.error("daybook: \($0)")
        }
        show(stats, on: console)
        guard damage.isEmpty else { throw Failure(Failure.status(ofDamage: damage)) }
    }

    private func show(_ stats: LogStats, on console: Console) {
        if format.json { return console.line(stats.json.canonicalText) }
        let sealed = stats.sealed > 0 ? ", \(grouped(stats.sealed)) of them sealed" : ""
        console.line("\(counted(Int(stats.events), "event")) in \(counted(stats.segments, "segment"))\(sealed)")
        let share = stats.inflatedBytes > 0 ? Double(stats.bytes) / Double(stats.inflatedBytes) * 100 : 0
        console.line("\(size(stats.bytes)) on disk, \(size(stats.inflatedBytes)) inflated (\(Int(share.rounded())) %)")
        if let first = stats.first, let last = stats.last {
            console.line("from \(EventText.clock(first)) to \(EventText.clock(last)) UTC")
        }
        for (type, count) in stats.types.sorted(by: { $0.value > $1.value }) {
            console.line("\(padded(grouped(Int(count)), to: 11, right: true))  \(displayable(type))")
        }
    }
}

extension LogStats {
    /// The shape of `log stats --json`.
    var json: JSON {
        .object(
            JSONObject([
                ("events", JSON(events)), ("segments", JSON(segments)), ("sealed", JSON(sealed)),
                ("bytes", JSON(bytes)),
                ("inflatedBytes", JSON(inflatedBytes)), ("first", first.map { .string($0.description) } ?? .null),
                ("last", last.map { .string($0.description) } ?? .null),
                ("types", .object(JSONObject(types.map { ($0.key, JSON($0.value)) }))),
            ]))
    }
}

/// Bytes as people read them: `3.2 MB`, in powers of ten.
func size(_ bytes: some BinaryInteger) -> String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1_000 { return unit == "B" ? "\(Int(value)) B" : "\((value * 10).rounded() / 10) \(unit)" }
        value /= 1_000
    }
    return "\((value * 10).rounded() / 10) TB"
}
