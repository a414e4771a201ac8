// How the service is, as its loop says it.

import EventLog

struct ServiceState: Sendable {
    var configuration: Configuration
    var place: Place
    /// Whether a dispatcher is at work; another process may be at it instead.
    var isTelling: Bool
    /// The watches that are being looked at.
    var looksUnderWay: [String]
    var isStopping: Bool
    /// By the service's clock.
    var now: Timestamp
}

extension ServiceMailbox {
    /// Asks the loop how it is; nil where it does not answer within `limit`.
    func state(within limit: Duration) async -> ServiceState? {
        let (answers, answer) = AsyncStream.makeStream(of: ServiceState.self)
        let alarm = Task {
            try? await Task.sleep(for: limit)
            answer.finish()
        }
        defer { alarm.cancel() }
        post(
            .describe {
                answer.yield($0)
                answer.finish()
            })
        for await state in answers { return state }
        return nil
    }
}
