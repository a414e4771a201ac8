// The service's end of data/run.sock. The data folder is its owner's alone (mode 0700), and so is what is asked for here.

import CanonicalJSON
import Logging
import NIOCore
import NIOPosix

struct HandOverServer: Sendable {
    let dataDirectory: String
    let logger: Logger
    let mailbox: ServiceMailbox

    /// From one sign of life to the next. It comes from the loop, so a loop that is stuck gives none.
    private static let beatSeconds = 3.0

    /// Serves until cancelled.
    func run() async throws {
        let socket = try HandOverSocket(dataDirectory)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(
            unixDomainSocketPath: socket.path, cleanupExistingSocketFile: true
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        try await server.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { group in
                for try await client in clients { group.addTask { await serve(client) } }
            }
        }
        withExtendedLifetime(socket) {}
    }

    /// One request, its answers, and the end. Who went away is not told.
    private func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await client.executeThenClose { inbound, outbound in
                var splitter = LineSplitter()
                for try await piece in inbound {
                    guard let lines = splitter.take(piece.readableBytesView) else { return }
                    guard let line = lines.first else { continue }
                    let request = try? JSON.parse(line)
                    if request.map(ServiceAnswer.isRequest) == true {
                        guard let state = await mailbox.state(within: .seconds(5)) else { return }
                        return try await outbound.write(
                            ByteBuffer(bytes: ServiceAnswer(state).json.canonicalBytes + [0x0A]))
                    }
                    for await answer in answers(to: request.flatMap { CheckRequest($0) }) {
                        try await outbound.write(ByteBuffer(bytes: answer.json.canonicalBytes + [0x0A]))
                    }
                    return
                }
            }
        } catch {
            logger.debug("a process that had handed over its check went away: \(error)")
        }
    }

    private func answers(to request: CheckRequest?) -> AsyncStream<CheckAnswer> {
        AsyncStream { continuation in
            guard let request else {
                let failure = Failure(.usage, "the running daybook does not understand this one; restart it")
                continuation.yield(.refused(failure))
                return continuation.finish()
            }
            let beating = Task { [mailbox] in
                while !Task.isCancelled {
                    mailbox.post(.beat { continuation.yield(.waiting) })
                    try? await Task.sleep(for: .seconds(Self.beatSeconds))
                }
            }
            continuation.onTermination = { _ in beating.cancel() }
            let answer: @Sendable (CheckAnswer) -> Void = { answer in
                continuation.yield(answer)
                if answer.isLast { continuation.finish() }
            }
            mailbox.post(.ask(request, answer: answer))
        }
    }
}
