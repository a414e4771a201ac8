// The life of one program, as its thread sees it: started at the first event, given one at a time, stopped when it has been
// idle or has broken its word.

import Foundation
import Logging

/// Owned and used by one thread. It waits in `poll` and nowhere else.
final class ProgramWorker {
    /// What the thread is told from outside while it waits.
    struct Orders {
        /// Readable when there is something new.
        let wake: Int32
        /// The event that is under way is no longer wanted.
        let isCancelled: () -> Bool
        /// The program is to be stopped soon.
        let isHurried: () -> Bool

        func clear() {
            var count: UInt64 = 0
            _ = read(wake, &count, 8)
        }
    }

    /// What came of an exchange.
    enum Reply: Sendable, Equatable {
        case answered(ProgramAnswer)
        case failed(reason: String)
        case interrupted
    }

    private let definition: ProgramDefinition
    private let environment: [String]
    private let patience: ProgramPatience
    private let orders: Orders
    private let logger: Logger?
    private let mask: SecretMask
    private var process: ProgramProcess?
    private var lines = AnswerLines()
    private var errors: StandardError
    /// Events that this process has answered.
    private var answered = 0
    /// The id of the event that is under way.
    private var current: String?

    init(
        _ definition: ProgramDefinition, environment: [String], patience: ProgramPatience, orders: Orders,
        logger: Logger?
    ) {
        self.definition = definition
        self.environment = environment
        self.patience = patience
        self.orders = orders
        self.logger = logger
        mask = SecretMask(definition.environment)
        errors = StandardError(mask: mask)
    }

    var isRunning: Bool { process != nil }

    // MARK: An event

    /// Gives the program an event, starting it where it does not run, and waits for the answer.
    func exchange(_ line: [UInt8], id: String) -> Reply {
        let deadline = SuspendingClock.now.advanced(by: definition.limits.timeout)
        lookAfterIdleness()
        current = id
        defer { current = nil }
        while true {
            let process: ProgramProcess
            do throws(StartFault) { process = try running() } catch { return .failed(reason: error.reason) }
            let answeredBefore = answered
            lines.reset()
            errors.reset()
            let end = talk(process, line + [UInt8(ascii: "\n")], id, deadline)
            if errors.dropped > 0 { log("(and \(errors.dropped) lines more)") }
            guard let end else {
                finish(process)
                return .interrupted
            }
            if case .answered(let answer) = end {
                answered += 1
                if !lines.isBlank { stopUnasked() }
                return .answered(answer)
            }
            if self.process != nil { finish(process) }
            if end.isEndBetweenEvents(answeredBefore: answeredBefore) { continue }
            let reason = end.fault(of: definition.name, timeout: definition.limits.timeout, lastError: errors.last)
            return .failed(reason: reason ?? "")
        }
    }

    private func running() throws(StartFault) -> ProgramProcess {
        if let process { return process }
        let started = try ProgramProcess(definition, environment: environment)
        process = started
        answered = 0
        errors = StandardError(mask: mask)
        logger?.debug("program started", metadata: metadata)
        return started
    }

    /// Nil when it was cancelled.
    private func talk(
        _ process: ProgramProcess, _ line: [UInt8], _ id: String, _ deadline: SuspendingClock.Instant
    ) -> ExchangeEnd? {
        var unwritten = line[...]
        var deadline = deadline
        var isOutputClosed = false
        while true {
            let interests: ProgramProcess.Readiness =
                unwritten.isEmpty ? [.output, .errors, .end] : [.input, .output, .errors, .end]
            let ready = process.wait(for: interests, wake: orders.wake, until: deadline)
            if ready.contains(.wake) {
                orders.clear()
                if orders.isCancelled() { return nil }
            }
            // A program that does not want to read on may still answer.
            if ready.contains(.input) { unwritten = process.write(unwritten).map(unwritten.dropFirst) ?? [] }
            if ready.contains(.errors) { readErrors(process) }
            if ready.contains(.output) {
                switch takeOutput(process, id) {
                case .decided(let end): return end
                case .closed:
                    isOutputClosed = true
                    deadline = min(deadline, .now.advanced(by: patience.afterOutput))
                case .undecided: break
                }
            }
            if ready.contains(.end) { return takeEnd(process, id) }
            // Also where there was something to read: what is written without end must not hold the time back.
            if deadline <= .now { return isOutputClosed ? .closedOutput : .silent }
        }
    }

    private enum Output {
        case undecided
        case closed
        case decided(ExchangeEnd)
    }

    private func takeOutput(_ process: ProgramProcess, _ id: String) -> Output {
        guard let bytes = process.readOutput() else { return .closed }
        do { try lines.take(bytes) } catch { return .decided(.flood(beginning: mask.excerpt(of: lines.rest))) }
        return lines.next().map { .decided(meaning(of: $0, id)) } ?? .undecided
    }

    private func meaning(of line: [UInt8], _ id: String) -> ExchangeEnd {
        do throws(ProgramAnswer.Garbage) {
            return .answered(try ProgramAnswer.parse(line, to: id, mask: mask))
        } catch {
            return .garbage(reason: error.reason)
        }
    }

    /// The process has ended. What it still said counts, also a last line without its end where it ended well.
    private func takeEnd(_ process: ProgramProcess, _ id: String) -> ExchangeEnd {
        while let bytes = process.readOutput(), !bytes.isEmpty {
            do { try lines.take(bytes) } catch { return .flood(beginning: mask.excerpt(of: lines.rest)) }
        }
        let end = reap(process)
        if let line = lines.next() { return meaning(of: line, id) }
        if end.isSuccess, !lines.isBlank {
            defer { lines.reset() }
            return meaning(of: lines.rest, id)
        }
        return .ended(end)
    }

    // MARK: Between events

    enum Idleness { case news, over, gone }

    /// Waits until there are orders, the idle time is over, or the program is gone.
    func idle(until deadline: SuspendingClock.Instant) -> Idleness {
        while let process {
            let ready = process.wait(for: [.output, .errors, .end], wake: orders.wake, until: deadline)
            look(at: process, ready)
            if ready.contains(.wake) {
                orders.clear()
                return .news
            }
            if self.process != nil, deadline <= .now { return .over }
        }
        return .gone
    }

    /// Takes in what has happened since the last event, so that none of it passes for an answer to the next. Ends: unasked output
    /// is bounded, and standard error, which is not, answers nothing and can wait.
    private func lookAfterIdleness() {
        while let process {
            // Orders are left for the exchange that follows.
            let ready = process.wait(for: [.output, .errors, .end], wake: -1, until: .now)
            look(at: process, ready)
            if ready.isDisjoint(with: [.output, .end]) { return }
        }
    }

    private func look(at process: ProgramProcess, _ ready: ProgramProcess.Readiness) {
        if ready.contains(.errors) { readErrors(process) }
        if ready.contains(.end) { return noteEnd(process) }
        guard ready.contains(.output) else { return }
        if let bytes = process.readOutput() {
            if (try? lines.take(bytes)) == nil || !lines.isBlank { stopUnasked() }
        } else if process.waitForEnd(patience.afterOutput) {
            // The pipe closes a moment before the process is known to have ended.
            noteEnd(process)
        } else {
            stopUnasked()
        }
    }

    private func noteEnd(_ process: ProgramProcess) {
        let end = reap(process)
        guard !end.isSuccess else { return }
        logger?.warning("program \(end.description) between two events", metadata: metadata)
    }

    private func stopUnasked() {
        guard let process else { return }
        let said = lines.isBlank ? "its output is closed" : Excerpt.of(mask.excerpt(of: lines.rest))
        logger?.warning(
            "program was ended: it wrote without being asked, or cannot write any more: \(said)", metadata: metadata)
        finish(process)
    }

    // MARK: Ending

    /// Closes the program's input and waits; then SIGTERM, and SIGKILL to the whole group.
    func stop(_ patience: ProgramPatience.Stop) {
        guard let process else { return }
        process.closeInput()
        if leave(process, patience.closed) { return }
        process.signal(SIGTERM)
        if leave(process, patience.terminated) { return }
        finish(process)
    }

    /// Whether the process has ended by itself within that time, or less where there is need to hurry.
    private func leave(_ process: ProgramProcess, _ time: Duration) -> Bool {
        let begin = SuspendingClock.now
        var deadline = begin.advanced(by: time)
        while true {
            if orders.isHurried() {
                deadline = min(deadline, begin.advanced(by: min(time, patience.hurried.closed)))
            }
            let ready = process.wait(for: [.output, .errors, .end], wake: orders.wake, until: deadline)
            if ready.contains(.wake) { orders.clear() }
            if ready.contains(.errors) { readErrors(process) }
            if ready.contains(.output) { _ = process.readOutput() }
            if ready.contains(.end) {
                _ = reap(process)
                return true
            }
            if deadline <= .now { return false }
        }
    }

    /// Kills the whole group at once.
    private func finish(_ process: ProgramProcess) {
        process.signal(SIGKILL)
        readErrors(process)
        if process.waitForEnd(.seconds(5)) {
            _ = reap(process)
        } else {
            logger?.error("program does not end though it was killed; it is left alone", metadata: metadata)
            process.abandon()
            self.process = nil
        }
    }

    private func reap(_ process: ProgramProcess) -> ProgramEnd {
        readErrors(process)
        if let line = errors.end() { log(line) }
        let end = process.reap()
        self.process = nil
        logger?.debug("program \(end.description)", metadata: metadata)
        return end
    }

    // MARK: Standard error

    /// What there is now, but not without end where it comes faster than it can be read.
    private func readErrors(_ process: ProgramProcess) {
        for _ in 0..<16 {
            guard let bytes = process.readErrors(), !bytes.isEmpty else { return }
            errors.take(bytes).forEach(log)
        }
    }

    private func log(_ line: String) { logger?.info("program said: \(line)", metadata: metadata) }

    private var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["program": .string(SafeText.visible(definition.name))]
        metadata["key"] = current.map { .string($0) }
        return metadata
    }
}
