import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import DaybookApp

@Suite("daybook deliveries retry", .timeLimit(.minutes(5)))
struct DeliveriesCommandTests {
    /// A look that fails, of which the only channel cannot tell.
    private static let configuration = """
        watches:
          w: { kind: page, fetch: { url: "http://127.0.0.1:1/", retries: 0 } }
        channels: { notes: { file: ./nowhere/told.txt } }
        reactors: { tell: { on: run.failed, to: notes, attempts: 1 } }
        default-alarm: false

        """

    @Test(
        "says who sends again what was given up: the daybook that runs, else the next check", arguments: [false, true])
    func sender(isRunning: Bool) async throws {
        let scratch = try Scratch(Self.configuration)
        #expect(await scratch.daybook("check").status == .world)
        let row = try #require(try await scratch.daybook("deliveries", "list", "--json").rows().first)
        try #require(row["state"] == "parked")
        // As a process would that runs.
        let lease = isRunning ? try Lease.take(HandOverClient.lease, in: scratch.path("data")) : nil
        let said = await scratch.daybook("deliveries", "retry", "--all")
        let sender = isRunning ? "the running daybook (process \(getpid()))" : "the next check"
        #expect(said.output == "\(row["id"]?.stringValue ?? "") will be sent by \(sender).\n")
        _ = consume lease
    }
}
