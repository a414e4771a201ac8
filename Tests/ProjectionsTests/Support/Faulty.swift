// A projection that goes wrong at one event, after the tables have been touched, so that undoing it matters.

import EventLog
import Foundation

@testable import Projections

struct Faulty: Projection {
    enum Fault {
        /// The disk fails.
        case disk
        /// The event cannot be taken in.
        case event
        /// The process is killed.
        case kill
    }

    let base: any Projection
    let place: UInt64
    let fault: Fault

    init(_ base: any Projection, at place: UInt64, _ fault: Fault = .event) {
        self.base = base
        self.place = place
        self.fault = fault
    }

    var name: String { base.name }
    var version: Int { base.version }
    /// Every family that the tests have, so that any event can be the one.
    var families: Set<String> {
        base.families.union(["config", "item", "page", "run", "session", "stock", "watch"])
    }

    func createTables(_ database: Connection) throws { try base.createTables(database) }
    func createIndexes(_ database: Connection) throws { try base.createIndexes(database) }

    func fold(_ event: EventView, into context: inout FoldContext) throws {
        if base.families.contains(event.family.string) { try base.fold(event, into: &context) }
        guard event.sequence == place else { return }
        switch fault {
        case .disk: throw SQLiteError(code: 10, message: "disk I/O error", sql: nil)
        case .event: throw FoldError("it is odd")
        case .kill: kill(getpid(), SIGKILL)
        }
    }

    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        try base.describe(change, detail: detail, in: database)
    }
}
