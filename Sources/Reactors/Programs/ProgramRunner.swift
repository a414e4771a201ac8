// Hands events to a program from anywhere, one at a time, and looks after the thread that the program lives on.

import CProgram
import Foundation
import Logging
import Synchronization

/// A program that runs when there are events for it. There is a thread while the program runs and none otherwise.
///
/// A thread, because the kernel can be told to end a child with the thread that started it, and because waiting for four
/// descriptors and a deadline at once is what `poll` does.
final class ProgramRunner: Sendable {
    typealias Reply = ProgramWorker.Reply

    private struct Request: Sendable {
        let number: Int
        let line: [UInt8]
        let id: String
        let continuation: CheckedContinuation<Reply, Never>
    }

    private struct State {
        var waiting: [Request] = []
        var lastNumber = 0
        /// The event that is under way.
        var current: Int?
        var isCurrentCancelled = false
        var hasThread = false
        /// An eventfd, for as long as there is a thread.
        var wake: Int32 = -1
        var releases: [CheckedContinuation<Void, Never>] = []

        func wakeThread() {
            var one: UInt64 = 1
            if hasThread { _ = write(wake, &one, 8) }
        }
    }

    private enum Step {
        case exchange(Request)
        case release
        case idle
    }

    /// As `top -H` and the like show it: at most 15 characters.
    static let threadName = "daybook-program"

    private let definition: ProgramDefinition
    private let environment: [String]
    private let patience: ProgramPatience
    private let logger: Logger?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - environment: `NAME=VALUE`; all that the program gets.
    init(_ definition: ProgramDefinition, environment: [String], patience: ProgramPatience, logger: Logger?) {
        self.definition = definition
        self.environment = environment
        self.patience = patience
        self.logger = logger
    }

    // MARK: From outside

    /// Gives the program a line and waits for its answer. Cancelling ends the program where it is at this very event.
    func ask(_ line: [UInt8], id: String) async -> Reply {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(Request(number: number, line: line, id: id, continuation: continuation))
            }
        } onCancel: {
            cancel(number)
        }
    }

    /// Stops the program where it runs, and returns when it is gone. It starts again with the next event.
    func release() async {
        await withCheckedContinuation { continuation in
            let isGone = state.withLock { state in
                guard state.hasThread else { return true }
                state.releases.append(continuation)
                state.wakeThread()
                return false
            }
            if isGone { continuation.resume() }
        }
    }

    private func submit(_ request: Request) {
        let refusal: Reply? = state.withLock { state in
            // The handler above has run by now, or waits for the lock and finds the request.
            guard !Task.isCancelled else { return .interrupted }
            guard state.hasThread || startThread(&state) else {
                let system = String(cString: strerror(errno))
                return .failed(reason: "\(definition.name) cannot be started: \(system)")
            }
            state.waiting.append(request)
            state.wakeThread()
            return nil
        }
        if let refusal { request.continuation.resume(returning: refusal) }
    }

    private func cancel(_ number: Int) {
        let dropped = state.withLock { state -> Request? in
            if state.current == number {
                state.isCurrentCancelled = true
                state.wakeThread()
            }
            return state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        dropped?.continuation.resume(returning: .interrupted)
    }

    private func startThread(_ state: inout State) -> Bool {
        state.wake = daybook_eventfd()
        guard state.wake >= 0 else { return false }
        state.hasThread = true
        let wake = state.wake
        Thread.detachNewThread { [self] in run(wake: wake) }
        return true
    }

    // MARK: On the thread

    private func run(wake: Int32) {
        // The kernel learns the name only from the thread itself.
        Thread.current.name = Self.threadName
        // A program that no longer reads must be an error to see, not our end.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let orders = ProgramWorker.Orders(
            wake: wake, isCancelled: { self.state.withLock(\.isCurrentCancelled) },
            isHurried: { self.state.withLock { !$0.releases.isEmpty } })
        let worker = ProgramWorker(
            definition, environment: environment, patience: patience, orders: orders, logger: logger)
        repeat {
            switch nextStep() {
            case .exchange(let request):
                let reply = worker.exchange(request.line, id: request.id)
                state.withLock { $0.current = nil }
                request.continuation.resume(returning: reply)
            case .release: worker.stop(patience.hurried)
            case .idle:
                if worker.idle(until: .now.advanced(by: definition.limits.idle)) == .over { worker.stop(patience.idle) }
            }
        } while worker.isRunning || !endThread()
    }

    private func nextStep() -> Step {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return state.releases.isEmpty ? .idle : .release }
            let request = state.waiting.removeFirst()
            state.current = request.number
            state.isCurrentCancelled = false
            return .exchange(request)
        }
    }

    /// False where there is something to do again.
    private func endThread() -> Bool {
        let released = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
            guard state.waiting.isEmpty else { return nil }
            state.hasThread = false
            close(state.wake)
            state.wake = -1
            defer { state.releases = [] }
            return state.releases
        }
        released?.forEach { $0.resume() }
        return released != nil
    }
}
