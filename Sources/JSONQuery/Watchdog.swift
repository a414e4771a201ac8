// Stops jq programs that run too long: libjq looks at its halt flag before each instruction, so another thread may set it.

import CJQ
import Foundation

/// One thread that halts what is overdue.
///
/// `@unchecked Sendable`: all its state is read and written with `condition` locked.
final class Watchdog: @unchecked Sendable {
    static let shared = Watchdog()

    private struct Watched {
        let state: OpaquePointer
        let deadline: Date
        var isHalted = false
    }

    private let condition = NSCondition()
    private var watched: [UInt64: Watched] = [:]
    private var lastTicket: UInt64 = 0
    /// When the thread looks next; nil while it waits to be woken.
    private var wakesAt: Date?
    private var hasThread = false

    /// From now until `unwatch`, `state` is halted once `seconds` are over.
    func watch(_ state: OpaquePointer, for seconds: Double) -> UInt64 {
        condition.withLock {
            lastTicket += 1
            let deadline = Date(timeIntervalSinceNow: seconds)
            watched[lastTicket] = Watched(state: state, deadline: deadline)
            if !hasThread {
                hasThread = true
                Thread.detachNewThread { Watchdog.shared.guardForever() }
            }
            if wakesAt.map({ deadline < $0 }) ?? true { condition.signal() }
            return lastTicket
        }
    }

    /// Ends the watch and says whether the program was halted.
    func unwatch(_ ticket: UInt64) -> Bool {
        condition.withLock { watched.removeValue(forKey: ticket)?.isHalted ?? false }
    }

    private func guardForever() {
        condition.withLock {
            while true {
                haltOverdue(Date())
                wakesAt = watched.values.lazy.filter { !$0.isHalted }.map(\.deadline).min()
                if let wakesAt { _ = condition.wait(until: wakesAt) } else { condition.wait() }
            }
        }
    }

    /// libjq asserts that nothing is halted twice; programs cannot halt themselves (see `Prelude`).
    private func haltOverdue(_ now: Date) {
        for (ticket, one) in watched where !one.isHalted && one.deadline <= now {
            jq_halt(one.state, jv_invalid(), jv_invalid())
            watched[ticket]?.isHalted = true
        }
    }
}
