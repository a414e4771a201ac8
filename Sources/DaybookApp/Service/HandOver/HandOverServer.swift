// The service's end of data/run.sock. The data folder is its owner's alone (mode 0700), and so is what is asked for here.

import CanonicalJSON
import Logging
import NIOCore
import NIOPosix

struct HandOverServer: Sendable {
    let dataDirectory: String
    let logger: Logger
    /// Called for each request; the answers end with one that is the last.
    let ask: @Sendable (CheckRequest, _ answer: @escaping @Sendable (CheckAnswer) -> Void) -> Void

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
                    for await answer in answers(to: line) {
                        try await outbound.write(ByteBuffer(bytes: answer.json.canonicalBytes + [0x0A]))
                    }
                    return
                }
            }
        } catch {
            logger.debug("a process that had handed over its check went away: \(error)")
        }
    }

    private func answers(to line: [UInt8]) -> AsyncStream<CheckAnswer> {
        AsyncStream { continuation in
            guard let request = (try? JSON.parse(line)).flatMap({ CheckRequest($0) }) else {
                let failure = Failure(.usage, "the running daybook does not understand this one; restart it")
                continuation.yield(.refused(failure))
                return continuation.finish()
            }
            ask(request) { answer in
                continuation.yield(answer)
                if answer.isLast { continuation.finish() }
            }
        }
    }
}
