// Projections that break the rule of being pure, each in another way: what the tests of "exactly once" must notice.

import CanonicalJSON
import EventLog
import Synchronization
import Testing

@testable import Projections

struct Careless: Projection, CustomTestStringConvertible {
    enum Fault: String, CaseIterable {
        case countsInMemory = "counts events in memory"
        case endsTheTransaction = "adds a row for each time that an event comes, in a transaction of its own"
        case asksTheConnection = "writes down how much its connection has done"
        case asksChance = "writes down a random number"
        case tellsWhatIsNow = "describes a change by what the tables hold now"
    }

    let fault: Fault
    private let seen = Counter()

    init(_ fault: Fault) { self.fault = fault }

    var testDescription: String { fault.rawValue }
    var name: String { "careless" }
    var version: Int { 1 }
    var families: Set<String> { ["session", "item"] }

    func createTables(_ database: Connection) throws {
        try database.execute(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, number INTEGER NOT NULL)")
    }

    func fold(_ event: EventView, into context: inout FoldContext) throws {
        let database = context.database
        let number: Int
        switch fault {
        case .countsInMemory: number = seen.next()
        case .asksTheConnection: number = try database.first("SELECT total_changes()") { $0.int(0) } ?? 0
        case .asksChance: number = try database.first("SELECT random()") { $0.int(0) } ?? 0
        case .endsTheTransaction, .tellsWhatIsNow: number = 0
        }
        try database.run("INSERT INTO notes (event, number) VALUES (?, ?)", event.sequence, number)
        if fault == .endsTheTransaction { try database.execute("COMMIT; BEGIN IMMEDIATE") }
        try context.emit("careless.noted", subject: event.subject.raw, origin: .live)
    }

    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        guard fault == .tellsWhatIsNow else { return [] }
        return [("notes", JSON(try database.first("SELECT count(*) FROM notes") { $0.int(0) } ?? 0))]
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
