// The one timer of a loop.

import EventLog

/// A timer that can be set anew, which forgets what it was set to before: a loop that is woken for another reason, or has to
/// wake earlier, never gathers timers that each set the next.
package struct WakeUp: Sendable {
    private var task: Task<Void, Never>?
    /// What it is set to; nil once it was heard.
    package private(set) var time: Timestamp?

    package init() {}

    /// - Parameters:
    ///   - wait: returns at that time, or earlier; throws when its task is cancelled.
    ///   - ring: called unless it is set anew, or cancelled, before.
    package mutating func set(
        to time: Timestamp, wait: @escaping @Sendable (Timestamp) async throws -> Void,
        ring: @escaping @Sendable () -> Void
    ) {
        task?.cancel()
        self.time = time
        task = Task {
            guard (try? await wait(time)) != nil, !Task.isCancelled else { return }
            ring()
        }
    }

    /// It rang.
    package mutating func heard() { time = nil }

    package mutating func cancel() {
        task?.cancel()
        time = nil
    }
}
