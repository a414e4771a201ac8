// What the dispatcher's loop is told while it waits: one queue, so that it does one thing at a time.

/// Something that happened.
enum Signal: Sendable {
    case finished(LaneID, Job, Result<NotificationTry.Result, ReactorError>)
    /// A time that the loop waited for may have come.
    case timer
    /// The log has grown.
    case news
    /// Begin nothing more.
    case stop
    /// What is under way has had its time.
    case graceOver
    case broken(ReactorError)
}

struct Mailbox: Sendable {
    let signals: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation

    init() { (signals, continuation) = AsyncStream.makeStream() }

    func post(_ signal: Signal) { continuation.yield(signal) }
}
