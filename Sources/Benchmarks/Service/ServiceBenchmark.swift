// `daybook run` for a simulated year in some minutes: the real service, over HTTP, with a clock that is handed in.

import CanonicalJSON
import DaybookApp
import EventLog
import Foundation
import Logging

/// Arguments: the site's address, an empty folder, the real minutes that a year is to take at least, and the looks after which
/// to stop (0: after the year). Prints a row for each twentieth of the time, and leaves `measured.json` and the daybook's `data`
/// in the folder.
struct ServiceBenchmark {
    private let folder: String
    private let days: Double
    private let minutes: Double
    private let start: Timestamp
    private let configuration: Configuration

    struct Usage: Error, CustomStringConvertible {
        let description = "service wants ADDRESS FOLDER MINUTES LOOKS"
    }

    init(_ arguments: [String]) throws {
        guard arguments.count == 4, let minutes = Double(arguments[2]), let looks = Int(arguments[3]), minutes > 0,
            let newYear = Timestamp("2027-01-01T00:00:00Z"), let inMarch = Timestamp("2027-03-11T00:00:00Z")
        else { throw Usage() }
        folder = arguments[1]
        // A short run goes over a suspend and a change of clocks all the same.
        start = looks == 0 ? newYear : inMarch
        days = looks == 0 ? 365 : max(5, Double(looks) / ServiceWorkload.looksPerDay)
        self.minutes = minutes * days / 365
        let file = folder + "/daybook.yaml"
        try ServiceWorkload.configuration(site: arguments[0]).write(
            toFile: file, atomically: false, encoding: .utf8)
        configuration = try Configuration.load(file)
    }

    func run() async throws {
        let clock = SimulatedClock(at: start)
        let book = LookBook(configuration, clock: clock)
        let place = try Place.open(configuration.dataDirectory, create: true) { clock.now.wall }
        let service = Service(
            configuration: configuration, tell: Telling(isColoured: false) { _ in },
            logger: Logger(label: "daybook") { _ in LookBookLog(book: book) }, clock: clock.serviceClock
        ) { [configuration] in configuration }
        let year = SimulatedYear(clock, book, days: days, minutes: minutes)
        let (rows, happened) = try await withThrowingTaskGroup(of: ([Measurement], [Incident])?.self) { group in
            group.addTask {
                try await service.run(place)
                return nil
            }
            group.addTask { try await pass(year, place, book) }
            var result: ([Measurement], [Incident])?
            while let one = try await group.next() { result = one ?? result }
            return result ?? ([], [])
        }
        try write(rows, happened, book)
    }

    /// Ends the service as systemd does.
    private func pass(
        _ year: SimulatedYear, _ place: Place, _ book: LookBook
    ) async throws -> ([Measurement], [Incident]) {
        var year = year
        let clock = year.clock
        var rows: [Measurement] = []
        var table = MeasurementTable()
        let began = ContinuousClock.now
        table.printHeadings()
        try await year.pass(parts: 20) { fraction in
            let row = try Measurement(
                place, at: clock.now.wall, fraction: fraction, seconds: (ContinuousClock.now - began) / .seconds(1),
                looks: book.looks, item: ServiceWorkload.item)
            table.print(row)
            rows.append(row)
        }
        kill(getpid(), SIGTERM)
        return (rows, year.happened)
    }

    private func write(_ rows: [Measurement], _ happened: [Incident], _ book: LookBook) throws {
        let complaints = book.complaints.sorted { $0.key < $1.key }.map { JSON.string("\($0.value) times: \($0.key)") }
        let result: JSON = [
            "rows": .array(rows.map(\.json)), "incidents": .array(happened.map(\.json)),
            "complaints": .array(complaints), "watches": ServiceWorkload.json,
        ]
        try result.canonicalText.write(toFile: folder + "/measured.json", atomically: false, encoding: .utf8)
    }
}

/// The fifty watches.
enum ServiceWorkload {
    /// So many watches look at an interval that is no part of a day.
    private static let everyCount = 45
    private static let everySeconds = 3 * 3600 + 57 * 60
    /// A time of day each that is left out, or comes twice, when clocks change there.
    private static let daily: [(zone: String, cron: String)] = [
        ("America/New_York", "30 2 * * *"), ("Europe/Berlin", "30 2 * * *"), ("Australia/Lord_Howe", "45 1 * * *"),
        ("Africa/Cairo", "30 0 * * *"), ("America/Havana", "30 0 * * *"),
    ]

    static let looksPerDay = Double(everyCount) * 86_400 / Double(everySeconds) + Double(daily.count)
    static let item = "shelf-07/7-3"

    static func configuration(site: String) -> String {
        var text = "data: ./data\nwatches:\n"
        for number in 0..<everyCount { text += watch(number, site, "    every: \(everySeconds)s\n") }
        for (number, one) in daily.enumerated() {
            text += watch(
                everyCount + number, site, "    cron: \"\(one.cron)\"\n    timezone: \(one.zone)\n")
        }
        return text + """
            channels:
              told: { file: told.ndjson, format: json }
            reactors:
              tell: { on: ["item.*", "run.*"], to: told }

            """
    }

    private static func name(_ number: Int) -> String { number < 10 ? "shelf-0\(number)" : "shelf-\(number)" }

    private static func watch(_ number: Int, _ site: String, _ schedule: String) -> String {
        """
          \(name(number)):
            kind: items
        \(schedule)    fetch: { url: "\(site)/\(number)" }
            items: ".item"
            key: "@id"
            fields: { title: ".title", price: { select: ".price", as: money }, stock: ".stock" }

        """
    }

    /// For whoever judges the log: what each watch should have done.
    static var json: JSON {
        var watches: [JSON] = (0..<everyCount).map { ["name": .string(name($0)), "every": JSON(everySeconds)] }
        for (number, one) in daily.enumerated() {
            watches.append(
                ["name": .string(name(everyCount + number)), "zone": .string(one.zone), "cron": .string(one.cron)])
        }
        return .array(watches)
    }
}
