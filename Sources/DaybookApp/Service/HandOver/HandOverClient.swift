// The other processes' end of data/run.sock: `check`, which hands over, and `status`, which asks.

import CanonicalJSON
import EventLog
import NIOCore
import NIOPosix
import Synchronization

struct HandOverClient {
    let dataDirectory: String
    var patience = Patience()

    /// How long is waited for what a service that is well says soon.
    struct Patience {
        /// A service that has just begun, or one that is going, does not answer for a moment.
        var connectSeconds = 10.0
        /// Three times as long as it takes from one `waiting` to the next, and some more.
        var silenceSeconds = 10.0
        /// For the answer to a question that is asked on the way.
        var stateSeconds = 3.0
    }

    /// The lease that a running `run` holds.
    static let lease = "run"

    /// The process that runs on this data, if one does.
    var holder: Int? { Lease.holder(Self.lease, in: dataDirectory) }

    /// Hands a check over and passes on its answers as they come.
    ///
    /// - Returns: false where there was no service, or it went away before it had said everything: then nothing was refused,
    ///   and one may look by oneself.
    /// - Throws: `Failure` where a process holds the data and says nothing.
    func check(_ request: CheckRequest, answer: (CheckAnswer) -> Void) async throws -> Bool {
        guard let channel = try await connect(within: patience.connectSeconds) else { return false }
        let end = try await converse(channel, request.json, silenceSeconds: patience.silenceSeconds) { line in
            guard let said = CheckAnswer(line) else { return false }
            if case .waiting = said { return false }
            answer(said)
            return said.isLast
        }
        if end == .silent { throw stuck(holder) }
        return end == .whole
    }

    /// How the service says that it is; nil where it does not answer.
    func state() async throws -> ServiceAnswer? {
        var state: ServiceAnswer?
        do {
            guard let channel = try await connect(within: patience.stateSeconds) else { return nil }
            _ = try await converse(channel, ServiceAnswer.request, silenceSeconds: patience.stateSeconds) { line in
                state = ServiceAnswer(line)
                return true
            }
        } catch is Failure {
            return nil
        }
        return state
    }

    private enum End { case whole, broken, silent }

    /// - Parameter hear: answers whether that was the last line.
    private func converse(
        _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ request: JSON, silenceSeconds: Double,
        _ hear: (JSON) -> Bool
    ) async throws -> End {
        let silence = Silence(limit: .seconds(silenceSeconds)) { channel.channel.close(promise: nil) }
        defer { silence.end() }
        do {
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: request.canonicalBytes + [0x0A]))
                var splitter = LineSplitter()
                for try await piece in inbound {
                    silence.isBroken()
                    for line in splitter.take(piece.readableBytesView) ?? [] {
                        guard let said = try? JSON.parse(line) else { continue }
                        if hear(said) { return .whole }
                    }
                }
                return silence.isOver ? .silent : .broken
            }
        } catch {
            // However a connection breaks, it means that the service was killed or stopped in the middle.
            try Task.checkCancellation()
            return silence.isOver ? .silent : .broken
        }
    }

    private func connect(within seconds: Double) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer>? {
        let socket = try HandOverSocket(dataDirectory)
        let deadline = ContinuousClock.now + .seconds(seconds)
        while holder != nil {
            do {
                return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(unixDomainSocketPath: socket.path) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                        }
                    }
            } catch {
                guard ContinuousClock.now < deadline else { break }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        guard let holder else { return nil }
        throw stuck(holder)
    }

    private func stuck(_ holder: Int?) -> Failure {
        let process = holder.map { "process \($0)" } ?? "another process"
        return Failure(
            .world, "\(process) runs on \(dataDirectory) and does not answer; wait a moment, or stop it and try again")
    }
}

/// Notices when nothing has been heard for too long.
private final class Silence: Sendable {
    private let last = Mutex(ContinuousClock.now)
    private let over = Atomic(false)
    private let watching = Mutex<Task<Void, Never>?>(nil)

    init(limit: Duration, then end: @escaping @Sendable () -> Void) {
        watching.withLock { [self] watching in
            watching = Task {
                while !Task.isCancelled {
                    let due = last.withLock { $0 } + limit
                    if due <= .now {
                        over.store(true, ordering: .relaxed)
                        return end()
                    }
                    try? await Task.sleep(until: due)
                }
            }
        }
    }

    var isOver: Bool { over.load(ordering: .relaxed) }
    func isBroken() { last.withLock { $0 = .now } }
    func end() { watching.withLock { $0 }?.cancel() }
}
