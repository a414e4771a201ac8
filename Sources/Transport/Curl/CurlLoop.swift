// The one thread that owns libcurl's multi handle: requests come in through an inbox, answers go out through continuations.

import CCurl
import Foundation
import Synchronization

/// Runs exchanges side by side. Every libcurl handle lives on its thread; the rest of the program only leaves orders.
final class CurlLoop: Sendable {
    typealias Outcome = Result<Answer, Fault>

    private struct Order {
        let id: UInt64
        /// Called on the loop's thread.
        let transfer: @Sendable () throws(Fault) -> any WireTransfer
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct Inbox {
        var orders: [Order] = []
        var cancelled: [UInt64] = []
        var nextID: UInt64 = 0
        /// The multi handle while it may be woken; gone as soon as the thread is about to free it.
        var multi: MultiHandle?
        var isOpen = true
    }

    /// `@unchecked Sendable`: outside its thread, the only call made with it is `curl_multi_wakeup`, which libcurl
    /// documents as safe from any thread, and only under the inbox's lock while the handle is there.
    private struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private let inbox = Mutex(Inbox())

    /// At most so many connections to one host and port are kept, used or idle.
    init(connectionsPerHost: Int) {
        guard Curl.start(), let multi = curl_multi_init() else {
            inbox.withLock { $0.isOpen = false }
            return
        }
        daybook_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        daybook_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 64)
        let handle = MultiHandle(pointer: multi)
        inbox.withLock { $0.multi = handle }
        let thread = Thread { [self] in run(handle) }
        thread.name = "daybook-transport"
        thread.start()
    }

    /// Ends the thread; what is under way or comes later is cancelled.
    func shutdown() {
        inbox.withLock {
            $0.isOpen = false
            wake($0)
        }
    }

    /// Makes one exchange. Cancelling the task takes it off the wire.
    func perform(_ exchange: Exchange) async throws(Fault) -> Answer {
        try await perform { () throws(Fault) in try Transfer(exchange) }
    }

    /// Hands in one mail. Cancelling the task takes it off the wire.
    func perform(_ mail: MailExchange) async throws(Fault) -> Answer {
        try await perform { () throws(Fault) in try MailTransfer(mail) }
    }

    private func perform(_ transfer: @escaping @Sendable () throws(Fault) -> any WireTransfer) async throws(Fault)
        -> Answer
    {
        let id = inbox.withLock {
            $0.nextID += 1
            return $0.nextID
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { submit(Order(id: id, transfer: transfer, continuation: $0)) }
        } onCancel: {
            cancel(id)
        }
        return try outcome.get()
    }

    /// A task that was cancelled before is seen here; one that is cancelled after finds its order in the inbox.
    private func submit(_ order: Order) {
        let isTaken = inbox.withLock {
            guard $0.isOpen, !Task.isCancelled else { return false }
            $0.orders.append(order)
            wake($0)
            return true
        }
        if !isTaken { order.continuation.resume(returning: .failure(.cancelled)) }
    }

    private func cancel(_ id: UInt64) {
        inbox.withLock {
            $0.cancelled.append(id)
            wake($0)
        }
    }

    private func wake(_ inbox: borrowing Inbox) {
        if let multi = inbox.multi { curl_multi_wakeup(multi.pointer) }
    }
}

extension CurlLoop {
    /// What the thread alone knows.
    private struct Running {
        var transfers: [UnsafeMutableRawPointer: (transfer: any WireTransfer, order: Order)] = [:]
        var handles: [UInt64: UnsafeMutableRawPointer] = [:]
    }

    /// How long the thread sleeps when nothing is under way; whatever comes wakes it.
    private static let idleMilliseconds: Int32 = 60_000

    private func run(_ multi: MultiHandle) {
        Self.blockBrokenPipeSignal()
        var running = Running()
        while takeOrders(multi.pointer, &running) {
            var active: Int32 = 0
            let code = curl_multi_perform(multi.pointer, &active)
            guard code == CURLM_OK else {
                finishAll(multi.pointer, &running, .failed(String(cString: curl_multi_strerror(code))))
                continue
            }
            finishDone(multi.pointer, &running)
            curl_multi_poll(multi.pointer, nil, 0, Self.idleMilliseconds, nil)
        }
        finishAll(multi.pointer, &running, .cancelled)
        curl_multi_cleanup(multi.pointer)
    }

    /// With `CURLOPT_NOSIGNAL`, a peer that hangs up may raise SIGPIPE in this thread, which would end the process.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Starts and cancels what was asked for. Says whether to go on.
    private func takeOrders(_ multi: UnsafeMutableRawPointer, _ running: inout Running) -> Bool {
        let (orders, cancelled, isOpen) = inbox.withLock { inbox in
            defer {
                inbox.orders = []
                inbox.cancelled = []
                if !inbox.isOpen { inbox.multi = nil }
            }
            return (inbox.orders, inbox.cancelled, inbox.isOpen)
        }
        for order in orders { start(order, multi, &running) }
        for id in cancelled {
            if let handle = running.handles[id] { finish(handle, multi, &running) { _ in .failure(.cancelled) } }
        }
        return isOpen
    }

    private func start(_ order: Order, _ multi: UnsafeMutableRawPointer, _ running: inout Running) {
        do throws(Fault) {
            let transfer = try order.transfer()
            let code = curl_multi_add_handle(multi, transfer.handle)
            guard code == CURLM_OK else { throw .failed(String(cString: curl_multi_strerror(code))) }
            running.transfers[transfer.handle] = (transfer, order)
            running.handles[order.id] = transfer.handle
        } catch {
            order.continuation.resume(returning: .failure(error))
        }
    }

    private func finishDone(_ multi: UnsafeMutableRawPointer, _ running: inout Running) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            finish(handle, multi, &running) { $0.finish(code) }
        }
    }

    private func finishAll(_ multi: UnsafeMutableRawPointer, _ running: inout Running, _ fault: Fault) {
        for handle in Array(running.transfers.keys) { finish(handle, multi, &running) { _ in .failure(fault) } }
    }

    private func finish(
        _ handle: UnsafeMutableRawPointer, _ multi: UnsafeMutableRawPointer, _ running: inout Running,
        _ outcome: (any WireTransfer) -> Outcome
    ) {
        guard let (transfer, order) = running.transfers.removeValue(forKey: handle) else { return }
        running.handles[order.id] = nil
        let result = outcome(transfer)
        // The transfer's end frees the handle: it must outlive its removal.
        withExtendedLifetime(transfer) { _ = curl_multi_remove_handle(multi, handle) }
        order.continuation.resume(returning: result)
    }
}
