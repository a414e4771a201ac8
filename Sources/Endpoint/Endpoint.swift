// A small HTTP server with a fixed set of pages: how a running daybook lets itself be watched.

import Glibc
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Serves pages on one address until its task is cancelled.
public struct Endpoint: Sendable {
    /// Where to listen.
    public let address: ListenAddress
    private let responder: PageResponder
    private let logger: Logger
    private let connectionTime: TimeAmount

    /// - Parameters:
    ///   - token: what closed pages want as `Authorization: Bearer TOKEN`; where there is none, they are refused to everybody.
    ///   - pages: one for each path.
    public init(address: ListenAddress, token: String?, pages: [EndpointPage], logger: Logger) {
        self.init(address: address, token: token, pages: pages, logger: logger, connectionTime: Self.connectionTimeMax)
    }

    init(
        address: ListenAddress, token: String?, pages: [EndpointPage], logger: Logger, connectionTime: TimeAmount
    ) {
        self.address = address
        self.connectionTime = connectionTime
        self.logger = logger
        responder = PageResponder(pages: pages, guardian: BearerGuard(token: token))
    }

    /// Listens and answers until the task is cancelled.
    ///
    /// - Parameter onListening: hears the port as soon as requests are taken.
    /// - Throws: `EndpointError.notListening` where the address cannot be had.
    public func run(onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws(EndpointError) {
        // What goes wrong with one request is told to whoever sent it; the service's log is for what concerns the service.
        var quiet = logger
        quiet.logLevel = .critical
        let isListening = Atomic(false)
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionLimit(connectionTime)],
                    idleTimeout: .seconds(Self.idleSecondsMax))),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "daybook",
                availableConnectionsDelegate: .maximum(Self.connectionsMax, logger: quiet)),
            onServerRunning: { channel in
                isListening.store(true, ordering: .relaxed)
                onListening(channel.localAddress?.port ?? address.port)
            },
            logger: quiet)
        do { try await application.run() } catch {
            guard !Task.isCancelled else { return }
            throw isListening.load(ordering: .relaxed)
                ? .ended(address, reason: "\(error)") : .notListening(address, reason: Self.reason(error))
        }
    }

    /// A connection on which nothing comes for so long is closed.
    static let idleSecondsMax: Int64 = 60
    /// So long a connection stays open at most, though something comes now and again.
    static let connectionTimeMax = TimeAmount.minutes(5)
    /// So many are served at a time; further ones wait.
    static let connectionsMax = 64

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }
}

/// Why an endpoint does not serve.
public enum EndpointError: Error, Sendable, CustomStringConvertible {
    case notListening(ListenAddress, reason: String)
    case ended(ListenAddress, reason: String)

    public var description: String {
        switch self {
        case .notListening(let address, let reason):
            "cannot listen on \(address): \(reason); change `listen:` in daybook.yaml, or stop what uses that address"
        case .ended(let address, let reason): "no longer listens on \(address): \(reason)"
        }
    }
}
