// daybook's half of `tools/bench log`: makes the log that is measured, and does the things that are timed. Each prints one line
// of JSON; tools/benchmarks/log_table.py runs them beside their peers and judges.

import CanonicalJSON
import EventLog
import Foundation

struct LogBenchmark {
    private let arguments: [String]

    struct Usage: Error, CustomStringConvertible {
        let description = """
            log wants one of
              make DATA EVENTS               a log of so many made-up events
              race FOLDER ROUNDS COMMITS     durable appends: one writer, a write loop, 64 writers, SQLite
              bulk FOLDER COMMITS            commits of 1,000 events
              scan DATA                      every event's envelope
              fold DATA [FILE]               newest title, room and abstract of each stream
              stream DATA NUMBER             open, and read the events of one stream
            """
    }

    init(_ arguments: [String]) { self.arguments = arguments }

    func run() async throws {
        let result: JSON
        switch (arguments.first, arguments.count) {
        case ("make", 3): result = try await LogMaker(data: arguments[1], events: number(2)).run()
        case ("race", 4): result = try await AppendRace(arguments[1], rounds: number(2), commits: number(3)).run()
        case ("bulk", 3): result = try await BulkAppend(arguments[1], commits: number(2)).run()
        case ("scan", 2): result = try EnvelopeScan(data: arguments[1]).run()
        case ("fold", 2...3): result = try StreamFold(data: arguments[1]).run(writing: arguments.dropFirst(2).first)
        case ("stream", 3): result = try StreamReading(data: arguments[1], session: number(2)).run()
        default: throw Usage()
        }
        print(result.canonicalText)
    }

    private func number(_ index: Int) throws -> Int {
        guard let number = Int(arguments[index]), number >= 0 else { throw Usage() }
        return number
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}

extension JSON {
    init(_ values: [Double]) { self = .array(values.map { .number($0) }) }
}
