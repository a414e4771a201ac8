// What the service's one loop is told: one queue, so that it does one thing at a time.

import Ingestors
import Reactors
import Synchronization

enum ServiceSignal: Sendable {
    /// A time that the loop waited for may have come.
    case timer
    case lookEnded(watch: String, Result<RunReport, IngestError>)
    /// The dispatcher has ended; there is no other before that.
    case dispatchEnded(Result<DispatchReport, ReactorError>)
    /// `check` hands over to us.
    case ask(CheckRequest, answer: @Sendable (CheckAnswer) -> Void)
    /// All that the `check` of this number asked for has been told, or its time is over; nil where nobody was there to tell it.
    case settled(Int, until: Double, DispatchReport?)
    /// The watchdog wants to know whether the loop still turns.
    case beat(@Sendable () -> Void)
    /// Somebody asks how the service is.
    case describe(@Sendable (ServiceState) -> Void)
    case reload
    case stop
    /// What was under way when told to stop has had its time.
    case graceOver
}

struct ServiceMailbox: Sendable {
    let signals: AsyncStream<ServiceSignal>
    private let continuation: AsyncStream<ServiceSignal>.Continuation

    private let stop = StopRequest()

    init() { (signals, continuation) = AsyncStream.makeStream() }

    func post(_ signal: ServiceSignal) {
        if case .stop = signal { stop.isMade.store(true, ordering: .relaxed) }
        continuation.yield(signal)
    }

    /// Whether `stop` has been posted, though other signals may stand before it: what takes long asks this first.
    var isStopAsked: Bool { stop.isMade.load(ordering: .relaxed) }

    private final class StopRequest: Sendable {
        let isMade = Atomic(false)
    }
}
