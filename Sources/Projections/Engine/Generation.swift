// One generation's database, for as long as somebody in this process uses it.

import Foundation
import Synchronization

/// Holds a shared lock that keeps the files from being removed; whoever lets go last of a generation that the pointer has
/// left removes it.
final class Generation: Sendable {
    /// A connection that is in nobody's hands.
    private struct Idle: @unchecked Sendable {
        // Sent from thread to thread only through the pool's mutex, by one owner at a time.
        let connection: Connection
    }

    let shelf: Shelf
    let number: Int
    private let lock: FileLock
    private let idle = Mutex<[Idle]>([])

    init(_ shelf: Shelf, _ number: Int, _ lock: FileLock) {
        self.shelf = shelf
        self.number = number
        self.lock = lock
    }

    deinit {
        idle.withLock { $0.removeAll() }
        if shelf.currentNumber() != number, lock.becomeExclusive() { shelf.remove(number, holding: lock) }
    }

    var path: String { shelf.databasePath(number) }

    /// Removes the database of a generation that nobody but its maker knows.
    func removeDatabase() { shelf.removeDatabase(number) }

    /// Runs `body` over one unmoving state of the tables.
    func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        let connection = try idle.withLock { $0.popLast() }?.connection ?? Connection(path, .query)
        try connection.execute("BEGIN")
        let result = Swift.Result { try body(connection) }
        try connection.execute("ROLLBACK")
        giveBack(Idle(connection: connection))
        return try result.get()
    }

    private func giveBack(_ connection: Idle) {
        idle.withLock { if $0.count < 8 { $0.append(connection) } }
    }
}
