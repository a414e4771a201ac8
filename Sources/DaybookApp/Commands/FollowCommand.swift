// `daybook follow`: changes or events as they come.

import ArgumentParser
import CanonicalJSON
import EventLog
import JSONQuery
import Observations
import Projections
import Reactors

struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Show changes as they come, or events; from any point of the past on, too.",
        discussion: """
            Changes are those that reactors are told of, and of every origin: also what a first look found, or an import. \
            Whoever appends, they appear here. Each line has a sequence; --after SEQUENCE goes on behind it, so that nothing is \
            missed or told twice. Ctrl-C, SIGTERM, or a reader that goes away end it with exit code 0.

            Examples:
              daybook follow
              daybook follow --from "1d ago" --on 'session.*' --watch reinvent
              daybook follow --after 4711 --until-now --json > changes.ndjson
              daybook follow --events --on run.failed --json
            """)

    @Flag(help: "Events, the log's own lines, instead of changes.")
    var events = false

    @Option(
        help: ArgumentHelp(
            "Begin with this event, or with what was recorded after this time. Without, with what comes from now on (with --until-now: with all there is).",
            valueName: "point"))
    var from: String?

    @Option(help: ArgumentHelp("Begin behind this event: the last one that one has.", valueName: "sequence"))
    var after: UInt64?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only these kinds of changes, or types of events; * stands for any text.", valueName: "kind"))
    var on: [String] = []

    @Option(help: ArgumentHelp("Only those of this watch.", valueName: "name"))
    var watch: String?

    @Option(
        parsing: .upToNextOption,
        help: "Only changes of these origins. Reactors are told of live ones, unless they ask for more.")
    var origin: [Origin] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only those for which this jq expression over the line holds.", valueName: "jq"))
    var condition: String?

    @Flag(
        name: [.customLong("until-now"), .customLong("no-wait")], help: "Stop at the present end instead of waiting.")
    var untilNow = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if from != nil, after != nil { throw ValidationError("Give --from or --after.") }
        if events, !origin.isEmpty { throw ValidationError("--origin is about changes, not --events.") }
    }

    func run() async throws {
        let console = Console.current
        let filter = try filter()
        let opened = try await Place.forAsking(place)
        try opened.refuseUnknown(watch, place)
        let first = try first(in: opened.log)
        try await untilStopped {
            try await untilNobodyReads(console) {
                if events {
                    try await followEvents(from: first, filter, opened, console)
                } else {
                    try await followChanges(from: first, filter, opened, console)
                }
            }
        }
    }

    private func filter() throws -> FollowFilter {
        do {
            return FollowFilter(
                kinds: on, origins: Set(origin.map(\.rawValue)), program: try condition.map { try JSONFilter($0) })
        } catch { throw Failure(.usage, "--where: \(error)") }
    }

    /// The first sequence to be told of.
    private func first(in log: EventLog) throws -> UInt64 {
        let end = try log.end()
        if let after { return try known(after == .max ? after : after + 1, end, "--after") }
        guard let from else { return untilNow ? 0 : end }
        switch try Point(from, for: "--from") {
        case .sequence(let sequence): return try known(sequence, end, "--from")
        case .observed(let time), .recorded(let time): return try log.end(recordedBy: time)
        }
    }

    private func known(_ sequence: UInt64, _ end: UInt64, _ option: String) throws -> UInt64 {
        guard sequence > end else { return sequence }
        throw Failure(
            .usage,
            "\(option): the log \(end == 0 ? "is empty" : "ends with event \(end - 1)"), so that nothing has been told up to there; is it the right daybook?"
        )
    }

    private func followChanges(
        from first: UInt64, _ filter: FollowFilter, _ opened: Place, _ console: Console
    ) async throws {
        var follower = ChangeFollower(
            opened.engine, projections: Place.allProjections.map(\.name), from: first)
        var isHeld = false
        while true {
            let end = try opened.log.end()
            let filter = try withNames(filter, opened.log)
            try await follower.advance { changes in
                for change in changes where try lets(change, filter) {
                    FollowText.show(change, isJSON: format.json, on: console)
                }
            }
            console.flush()
            if let status = follower.held, let failure = status.failure {
                let sentence = "projection \(status.name) \(failure); changes from there on are held back"
                guard !untilNow else { throw Failure(.damaged, sentence) }
                if !isHeld { console.error("daybook: " + sentence) }
            }
            isHeld = follower.held != nil
            if untilNow { return }
            _ = try await opened.log.waitForEnd(beyond: end)
        }
    }

    private func followEvents(
        from first: UInt64, _ filter: FollowFilter, _ opened: Place, _ console: Console
    ) async throws {
        var next = first
        while true {
            let end = try opened.log.end()
            let filter = try withNames(filter, opened.log)
            if next < end {
                try opened.log.forEachBatch(from: next, to: end) { batch in
                    try batch.forEach { event in
                        guard event.sequence >= next, event.sequence < end, try lets(event, filter) else { return }
                        if format.json {
                            console.bytes(Array(event.line.raw) + [0x0A])
                        } else {
                            console.line(EventText.line(event.owned(), console))
                        }
                    }
                    return !Task.isCancelled
                }
            }
            try Task.checkCancellation()
            next = max(next, end)
            console.flush()
            if untilNow { return }
            _ = try await opened.log.waitForEnd(beyond: end)
        }
    }

    private func lets(_ change: Change, _ filter: FollowFilter) throws -> Bool {
        try filter.lets(kind: change.kind, subject: change.subject, origin: change.origin.rawValue) { change.data }
    }

    private func lets(_ event: EventView, _ filter: FollowFilter) throws -> Bool {
        try filter.lets(kind: event.type.string, subject: event.subject.string, origin: nil) {
            try JSON.parse(event.line.raw)
        }
    }

    /// A watch may be renamed while it is followed.
    private func withNames(_ filter: FollowFilter, _ log: EventLog) throws -> FollowFilter {
        guard let watch else { return filter }
        var filter = filter
        filter.watchNames = try WatchNames(of: watch, in: log).all
        return filter
    }
}

extension Origin: ExpressibleByArgument {}

/// Runs `body` until it ends, or until nobody reads standard output any more, which is no error.
private func untilNobodyReads(_ console: Console, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(operation: body)
        group.addTask {
            while !console.isReaderGone { try await Task.sleep(for: .milliseconds(500)) }
        }
        try await group.next()
        group.cancelAll()
        // What the other one still says is the cancellation's doing.
        while await group.nextResult() != nil {}
    }
}
