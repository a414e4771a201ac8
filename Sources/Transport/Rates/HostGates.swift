// Turns at a host: so many connections at once, and the agreed time between requests, for all watches together.

import Synchronization

/// Where every request waits for its turn, first come, first served. Shared by all who use one client.
final class HostGates: Sendable {
    private let connectionsPerHost: Int
    private let timing: Timing
    private let state = Mutex(State())

    private struct State {
        var queues: [String: TurnQueue] = [:]
        var paces: [String: Pace] = [:]
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var nextID: UInt64 = 0
    }

    init(connectionsPerHost: Int, timing: Timing) {
        self.connectionsPerHost = max(1, connectionsPerHost)
        self.timing = timing
    }

    /// Runs `body` when it is this request's turn.
    func withTurn<T: Sendable>(
        at address: WebAddress, rate: Rate?, _ body: () async throws(Fault) -> T
    ) async throws(Fault) -> T {
        try await enter(address.endpoint)
        defer { leave(address.endpoint) }
        try await waitForPace(host: address.host, spacing: rate?.spacing ?? .zero)
        return try await body()
    }

    /// How many hosts are remembered; for tests.
    var hostCount: Int { state.withLock { max($0.queues.count, $0.paces.count) } }

    private func enter(_ endpoint: String) async throws(Fault) {
        let id = state.withLock {
            $0.nextID += 1
            return $0.nextID
        }
        let isAdmitted = await withTaskCancellationHandler {
            await withCheckedContinuation { queue(id, $0, at: endpoint) }
        } onCancel: {
            giveUp(id, at: endpoint)
        }
        guard isAdmitted else { throw .cancelled }
    }

    private func queue(_ id: UInt64, _ continuation: CheckedContinuation<Bool, Never>, at endpoint: String) {
        let answer: Bool? = state.withLock {
            if Task.isCancelled { return false }
            if $0.queues[endpoint, default: TurnQueue(placesMax: connectionsPerHost)].enter(id) { return true }
            $0.waiting[id] = continuation
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func giveUp(_ id: UInt64, at endpoint: String) {
        let continuation = state.withLock {
            $0.queues[endpoint]?.remove(id)
            return $0.waiting.removeValue(forKey: id)
        }
        continuation?.resume(returning: false)
    }

    private func leave(_ endpoint: String) {
        let next: CheckedContinuation<Bool, Never>? = state.withLock {
            let next = $0.queues[endpoint]?.leave()
            if $0.queues[endpoint]?.isIdle == true { $0.queues[endpoint] = nil }
            guard let next else { return nil }
            return $0.waiting.removeValue(forKey: next)
        }
        next?.resume(returning: true)
    }

    private func waitForPace(host: String, spacing: Duration) async throws(Fault) {
        let now = timing.now()
        let start: ContinuousClock.Instant? = state.withLock {
            $0.paces = $0.paces.filter { !$0.value.isOver(at: now) }
            if $0.paces[host] == nil, spacing == .zero { return nil }
            return $0.paces[host, default: Pace()].reserve(spacing: spacing, now: now)
        }
        guard let start, start > now else { return }
        do {
            try await timing.sleep(now.duration(to: start))
        } catch {
            state.withLock { $0.paces[host]?.giveBack(start) }
            throw .cancelled
        }
    }
}
