// Who waits to have something appended, and who of them does it for all: one leads, everyone who waits by then shares its sync.

import Dispatch
import Synchronization

/// Someone who waits for a commit: a task that is suspended, or a thread that is blocked.
struct WaitingCommit: Sendable {
    enum Answer: Sendable {
        case task(CheckedContinuation<Result<Appended, LogError>, Never>)
        case thread(ThreadAnswer)
    }

    let request: CommitRequest
    let answer: Answer

    func resume(_ result: Result<Appended, LogError>) {
        switch answer {
        case .task(let continuation): continuation.resume(returning: result)
        case .thread(let thread): thread.give(result)
        }
    }
}

/// What a blocked thread waits for.
final class ThreadAnswer: Sendable {
    private let result = Mutex<Result<Appended, LogError>?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ answer: Result<Appended, LogError>) {
        result.withLock { $0 = answer }
        given.signal()
    }

    var isGiven: Bool { result.withLock { $0 != nil } }

    /// To be asked for once, by a thread that does not lead.
    func wait() { given.wait() }

    func get() throws(LogError) -> Appended {
        guard let result = result.withLock({ $0 }) else { throw .closed }
        return try result.get()
    }
}

/// The queue before the one who writes. Knows no files: which thread leads, and when, is all that is decided here.
final class CommitQueue: Sendable {
    private struct State {
        var waiting: [WaitingCommit] = []
        var isClosed = false
        /// Somebody takes what waits, now and until nothing does.
        var isLed = false
        /// The leader waits until so many do.
        var wanted: Int?
        /// Those who wait for the lead to end.
        var closing: [DispatchSemaphore] = []
    }

    private let state = Mutex(State())
    private let gathered = DispatchSemaphore(value: 0)

    enum Entry {
        /// Somebody else leads.
        case follows
        /// Whoever called must see to it that `take` is called until it answers nil.
        case leads
        case isClosed
    }

    func enter(_ commit: WaitingCommit) -> Entry {
        state.withLock { state in
            guard !state.isClosed else { return .isClosed }
            state.waiting.append(commit)
            if let wanted = state.wanted, state.waiting.count >= wanted { stopGathering(&state) }
            defer { state.isLed = true }
            return state.isLed ? .follows : .leads
        }
    }

    /// Nobody enters any more. Waits until whoever leads is done; true where nobody does and the caller has to lead once more.
    func close() -> Bool {
        let idle = DispatchSemaphore(value: 0)
        let isLed = state.withLock { state in
            state.isClosed = true
            stopGathering(&state)
            if state.isLed { state.closing.append(idle) } else { state.isLed = true }
            return !state.closing.isEmpty
        }
        if isLed { idle.wait() }
        return !isLed
    }

    /// For the leader: everyone who waits, or nil where nobody does, which ends its lead.
    func take() -> [WaitingCommit]? {
        state.withLock { state in
            if endLead(&state) { return nil }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// For a leader that would rather not go on: false where somebody waits, for whom another has to lead now.
    func endLead() -> Bool { state.withLock { endLead(&$0) } }

    private func endLead(_ state: inout State) -> Bool {
        guard state.waiting.isEmpty else { return false }
        state.isLed = false
        for idle in state.closing { idle.signal() }
        state.closing = []
        return true
    }

    private func stopGathering(_ state: inout State) {
        guard state.wanted != nil else { return }
        state.wanted = nil
        gathered.signal()
    }

    var count: Int { state.withLock { $0.waiting.count } }

    /// Waits until `count` are there, but not for long: those who were just answered mostly come again at once, and a sync for
    /// few of them would make all others wait for the next.
    func gather(_ count: Int, atMost patience: DispatchTimeInterval) {
        let isShort = state.withLock { state in
            guard state.waiting.count < count, !state.isClosed else { return false }
            state.wanted = count
            return true
        }
        guard isShort, gathered.wait(timeout: .now() + patience) == .timedOut else { return }
        let isLate = state.withLock { state in
            defer { state.wanted = nil }
            return state.wanted == nil
        }
        // It was signalled just when patience ended.
        if isLate { gathered.wait() }
    }
}
