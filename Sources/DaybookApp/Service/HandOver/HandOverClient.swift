// `check`'s end of data/run.sock.

import CanonicalJSON
import EventLog
import NIOCore
import NIOPosix

struct HandOverClient {
    let dataDirectory: String

    /// The lease that a running `run` holds.
    static let lease = "run"
    /// A service that has just begun, or one that is going, does not answer for a moment.
    private static let connectSecondsMax = 10.0

    /// The process that runs on this data, if one does.
    var holder: Int? { Lease.holder(Self.lease, in: dataDirectory) }

    /// Hands a check over and passes on its answers as they come.
    ///
    /// - Returns: false where there was no service, or it went away before it had said everything: then nothing was refused,
    ///   and one may look by oneself.
    func check(_ request: CheckRequest, answer: (CheckAnswer) -> Void) async throws -> Bool {
        guard let channel = try await connect() else { return false }
        do {
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: request.json.canonicalBytes + [0x0A]))
                var splitter = LineSplitter()
                for try await piece in inbound {
                    for line in splitter.take(piece.readableBytesView) ?? [] {
                        guard let said = (try? JSON.parse(line)).flatMap({ CheckAnswer($0) }) else { continue }
                        answer(said)
                        if said.isLast { return true }
                    }
                }
                return false
            }
        } catch {
            // However a connection breaks, it means that the service was killed or stopped in the middle.
            try Task.checkCancellation()
            return false
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer>? {
        let socket = try HandOverSocket(dataDirectory)
        let deadline = ContinuousClock.now + .seconds(Self.connectSecondsMax)
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
        throw Failure(
            .world,
            "process \(holder) runs on \(dataDirectory) and does not answer; wait a moment, or stop it and try again")
    }
}
