// Ctrl-C and SIGTERM as cancellation, for commands that go on until told to stop.

import UnixSignals

/// Runs `body` until it ends or SIGINT or SIGTERM comes, which cancels it; what it throws then is the cancellation's
/// doing and is dropped.
///
/// - Returns: whether a signal ended it.
@discardableResult
func untilStopped(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            for await _ in signals { return true }
            return false
        }
        group.addTask {
            do { try await body() } catch  where Task.isCancelled {}
            return false
        }
        let wasStopped = try await group.next() ?? false
        group.cancelAll()
        try await group.waitForAll()
        return wasStopped
    }
}
