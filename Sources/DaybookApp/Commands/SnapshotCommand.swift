// `daybook snapshot …`: a whole daybook at one point, in one file.

import ArgumentParser
import Snapshots
import Synchronization

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Keep a whole daybook at one point in a file, check it, restore it elsewhere.",
        discussion: """
            A snapshot is a tar archive: the log up to one end, the kept pages and messages that it names, and daybook.yaml. \
            What is derived is left out and comes back by itself. docs/operations.md says more.

            Examples:
              daybook snapshot create backup.tar
              daybook snapshot verify backup.tar
              daybook snapshot restore backup.tar --data ./data
            """,
        subcommands: [SnapshotCreateCommand.self, SnapshotVerifyCommand.self, SnapshotRestoreCommand.self])
}

/// What the three have in common: a bar for each step, and an end when they are told to stop.
struct SnapshotWork: Sendable {
    private let bars: [SnapshotStep: Progress]

    init(on console: Console) {
        bars = [
            .reading: Progress("Reading", unit: "events", on: console),
            .checking: Progress("Checking", unit: "blobs", on: console),
            .writing: Progress("Writing", unit: "bytes", on: console),
            .verifying: Progress("Verifying", unit: "bytes", on: console),
        ]
    }

    /// What `body` came to, with its progress shown; a signal ends it in order.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (@escaping SnapshotProgress) throws -> Result
    ) async throws -> Result {
        let outcome = Mutex<Result?>(nil)
        defer { bars.values.forEach { $0.finish() } }
        try await untilStopped {
            let result = try body { step, done, total in
                try Task.checkCancellation()
                bars[step]?.update(done, of: total)
            }
            outcome.withLock { $0 = result }
        }
        guard let result = outcome.withLock({ $0 }) else { throw CancellationError() }
        return result
    }
}
