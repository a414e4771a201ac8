// `daybook run` put together: one process on this data, its loop, its socket, its signals and its watchdog.

import Endpoint
import EventLog
import Foundation
import Logging
import UnixSignals

package struct Service: Sendable {
    let configuration: Configuration
    let tell: Telling
    let logger: Logger
    let clock: ServiceClock
    let reread: @Sendable () throws -> Configuration
    private let notifier = SystemNotifier { name in ProcessInfo.processInfo.environment[name] }

    /// - Parameters:
    ///   - tell: where the channel `terminal` writes.
    ///   - reread: reads the configuration again, on SIGHUP.
    package init(
        configuration: Configuration, tell: Telling, logger: Logger, clock: ServiceClock = .system,
        reread: @escaping @Sendable () throws -> Configuration
    ) {
        self.configuration = configuration
        self.tell = tell
        self.logger = logger
        self.clock = clock
        self.reread = reread
    }

    /// Looks, tells and answers until SIGTERM or SIGINT, or until `stop` returns; SIGHUP has it reread its configuration.
    ///
    /// - Parameter place: the daybook; closed at the end.
    package func run(_ place: Place) async throws {
        let directory = configuration.dataDirectory
        guard let lease = try Lease.take(HandOverClient.lease, in: directory) else {
            let holder = Lease.holder(HandOverClient.lease, in: directory)
            throw Failure(
                .usage,
                "daybook runs on \(directory) already\(holder.map { ", as process \($0)" } ?? ""); stop that one first")
        }
        // Before anything else, since it would end the process. The others may, until there is something to stop in order: what
        // is begun here can be killed at any time, and may take long where projections have to be built.
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let lookout = try await Lookout(configuration, place: place, tell: tell, clock: clock, logger: logger)
        defer { lookout.close() }
        // What commands that ended soon have filled and not sealed.
        place.log.sealInBackground()
        var loop = try ServiceLoop(
            lookout, tell: tell, clock: clock, logger: logger, notifier: notifier, reread: reread)
        let mailbox = loop.mailbox
        let pages = try await openPages(mailbox)
        let stops = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let beside = Task { await accompany(mailbox, reloads, stops) }
        logger.notice(
            "running", metadata: ["data": "\(directory)", "watches": .stringConvertible(configuration.watches.count)])
        notifier.ready(ServiceText.status(configuration))
        let result: Result<Void, any Error>
        do { result = .success(try await loop.run()) } catch { result = .failure(error) }
        beside.cancel()
        await beside.value
        pages?.cancel()
        await pages?.value
        logger.notice("stopped")
        _ = consume lease
        try result.get()
    }

    /// What goes on beside the loop and talks to it through its mailbox.
    private func accompany(
        _ mailbox: ServiceMailbox, _ reloads: UnixSignalsSequence, _ stops: UnixSignalsSequence
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in reloads { mailbox.post(.reload) } }
            group.addTask { for await _ in stops { mailbox.post(.stop) } }
            group.addTask { await answerChecks(mailbox) }
            group.addTask { await beat(mailbox) }
        }
    }

    /// The pages of a daybook that is to listen, which it does when this returns: an address that cannot be had ends the start.
    private func openPages(_ mailbox: ServiceMailbox) async throws -> Task<Void, Never>? {
        guard let address = configuration.listen.flatMap({ ListenAddress($0) }) else { return nil }
        let endpoint = Endpoint(
            address: address, token: configuration.token?.reveal(),
            pages: ServicePages(mailbox: mailbox, startTime: clock.now().wall).all, logger: logger)
        let (begun, beginning) = AsyncStream.makeStream(of: Result<Int, EndpointError>.self)
        let serving = Task { [logger] in
            do throws(EndpointError) {
                try await endpoint.run { beginning.yield(.success($0)) }
            } catch {
                if case .ended = error { logger.error("\(error)") }
                beginning.yield(.failure(error))
            }
            beginning.finish()
        }
        for await result in begun {
            let port = try result.get()
            logger.notice("listening", metadata: ["address": "\(ListenAddress(host: address.host, port: port))"])
            break
        }
        return serving
    }

    private func answerChecks(_ mailbox: ServiceMailbox) async {
        let server = HandOverServer(dataDirectory: configuration.dataDirectory, logger: logger, mailbox: mailbox)
        while !Task.isCancelled {
            do { try await server.run() } catch {
                guard !Task.isCancelled else { return }
                logger.error("checks of other processes cannot be taken over for now: \(error)")
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    /// Says that the service is alive for as long as its loop turns.
    private func beat(_ mailbox: ServiceMailbox) async {
        guard let seconds = notifier.watchdogSeconds else { return }
        while !Task.isCancelled {
            mailbox.post(.beat { notifier.alive() })
            guard (try? await Task.sleep(for: .seconds(seconds / 3))) != nil else { return }
        }
    }
}
