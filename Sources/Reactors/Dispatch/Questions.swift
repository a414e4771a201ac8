// Questions to a loop that is being driven, each answered exactly once: by the loop, or because there is none.

import Synchronization

final class Questions: Sendable {
    private struct State {
        var mailbox: Mailbox?
        var next = 0
        var open: [Int: CheckedContinuation<DispatchReport?, Never>] = [:]
    }

    private let state = Mutex(State())

    func begin(_ mailbox: Mailbox) { state.withLock { $0.mailbox = mailbox } }

    /// The loop has ended and answers nothing any more.
    func end() {
        let left = state.withLock { state in
            state.mailbox = nil
            defer { state.open = [:] }
            return state.open.values
        }
        for continuation in left { continuation.resume(returning: nil) }
    }

    func ask(
        _ continuation: CheckedContinuation<DispatchReport?, Never>,
        _ request: (_ reply: @escaping @Sendable (DispatchReport) -> Void) -> SettlingRequest
    ) {
        let (number, mailbox) = state.withLock { state in
            guard state.mailbox != nil else { return (0, Mailbox?.none) }
            state.next += 1
            state.open[state.next] = continuation
            return (state.next, state.mailbox)
        }
        guard let mailbox else { return continuation.resume(returning: nil) }
        mailbox.post(.ask(request { [self] report in answer(number, report) }))
    }

    private func answer(_ number: Int, _ report: DispatchReport) {
        state.withLock { $0.open.removeValue(forKey: number) }?.resume(returning: report)
    }
}
