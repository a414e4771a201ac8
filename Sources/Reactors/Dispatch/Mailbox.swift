// What the dispatcher's loop is told while it waits: one queue, so that it does one thing at a time.

import EventLog
import Synchronization

/// Something that happened.
enum Signal: Sendable {
    case finished(LaneID, Job, Result<NotificationTry.Result, ReactorError>)
    /// A time that the loop waited for may have come.
    case timer
    /// The log has grown.
    case news
    /// Somebody wants to know when all has been told.
    case ask(SettlingRequest)
    /// Begin nothing more.
    case stop
    /// What is under way has had its time.
    case graceOver
    case broken(ReactorError)
}

/// A question to a running loop: tell me when everything due that came of the log up to here has been told.
struct SettlingRequest: Sendable {
    /// The end of the log up to which it counts.
    let end: UInt64
    /// What is not due before that is not waited for.
    let deadline: Timestamp
    let reply: @Sendable (DispatchReport) -> Void
}

/// Signals in the order in which they came. News that nobody has heard of yet is not repeated: a log that grows faster than the loop
/// turns would fill the queue, and what has finished would wait behind all of it.
final class Mailbox: Sendable {
    let signals: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation
    private let hasNews = Mutex(false)

    init() { (signals, continuation) = AsyncStream.makeStream() }

    func post(_ signal: Signal) {
        if case .news = signal {
            let isKnown = hasNews.withLock { hasNews in
                defer { hasNews = true }
                return hasNews
            }
            if isKnown { return }
        }
        continuation.yield(signal)
    }

    /// The loop looks at the log after this, so what grows from now on is news again.
    func heardNews() { hasNews.withLock { $0 = false } }
}
