// A moment between two calls, and what a machine that comes up again after it must make of the log.

import CanonicalJSON
import EventLog

/// Everything as it is when a call is about to be made.
package struct CrashPoint: Sendable {
    package var seed: UInt64
    /// The workload's calls are counted from 1.
    package var call: Int
    package var what: String
    var disk: SimulatedDisk
    var oracle: Oracle

    static let data = "/srv/data"
    static let poison = data + "/log/poisoned"

    /// What a machine finds that comes up after this moment. Empty where all is as it must be.
    package func problems(mistake: SimulatedMistake? = nil) -> [String] {
        var random = SeededRandom(seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(call))
        let afterPowerLoss = disk.afterPowerLoss(&random)
        var problems = Recovered(oracle, afterPowerLoss, mistake, &random).problems.map { "after a power loss: " + $0 }
        if random.isOne(in: 4) {
            // As a process that was killed leaves it, for others on the same machine.
            problems += Recovered(oracle, disk, mistake, &random).problems.map { "after a kill: " + $0 }
        }
        return problems
    }

    /// Tells this crash point from others: the state of the disk and of what callers know, and the call.
    var fingerprint: Int {
        var hasher = Hasher()
        disk.hash(into: &hasher)
        oracle.hash(into: &hasher)
        hasher.combine(what)
        return hasher.finalize()
    }
}

/// A machine that comes up with what a crash has left.
private struct Recovered {
    private(set) var problems: [String] = []
    private var oracle: Oracle
    private let machine: SimulatedMachine
    private var number = 0

    init(_ oracle: Oracle, _ disk: SimulatedDisk, _ mistake: SimulatedMistake?, _ random: inout SeededRandom) {
        self.oracle = oracle
        machine = SimulatedMachine(disk, mistake: mistake)
        do {
            if machine.disk.entry(CrashPoint.poison) != nil {
                try goOn()
                // A person has looked.
                machine.change { $0.remove(CrashPoint.poison) }
            }
            try look()
            try goOn()
            if random.isOne(in: 16) { try verify() }
            if random.isOne(in: 4) {
                // What recovery found good must hold when the power goes again at once.
                let again = Recovered(self.oracle, machine.disk.worstCase)
                problems += again.problems.map { "and after a second power loss: " + $0 }
            }
        } catch {
            problems.append("\(error)")
        }
    }

    private init(_ oracle: Oracle, _ disk: SimulatedDisk) {
        self.oracle = oracle
        machine = SimulatedMachine(disk)
        do { try look() } catch { problems.append("\(error)") }
    }

    private func open() throws -> EventLog {
        try EventLog.open(
            CrashPoint.data, create: true, clock: { Workload.noon }, files: machine.start(),
            segmentEvents: Workload.segmentEvents, foldCount: 1 << 30, sealsByItself: false, makesKeys: false)
    }

    private mutating func look() throws {
        let log = try open()
        let end = try log.end()
        let lines = try log.seenLines(from: 0, to: end)
        problems += oracle.contradictions(in: lines)
        problems += oracle.told(end: end, since: oracle.end)
        problems += oracle.saw(lines, from: 0)
        log.close()
    }

    /// One event more: appended behind all others, or refused because a person must look first.
    private mutating func goOn() throws {
        let isPoisoned = machine.disk.entry(CrashPoint.poison) != nil
        let end = oracle.end
        let log = try open()
        let run = RunID.derived(from: Array("recovered".utf8), at: Workload.noon)
        number += 1
        let draft = EventDraft(
            type: "session.observed", source: "/recovered", subject: "w/after", id: EventID(run: run, number: number),
            time: Workload.noon, data: ["after": true])
        let attempt = oracle.begin(["\(draft.id)"], isDivisible: false)
        switch try log.append(group: [([draft], [], false)])[0] {
        case .success(let appended):
            oracle.settle(attempt, .acknowledged(appended.first))
            if isPoisoned { problems.append("a poisoned log was appended to") }
            if appended.first != end { problems.append("after \(end) events an append begins at \(appended.first)") }
            let lines = try log.seenLines(from: appended.first, to: try log.end())
            if lines.map(\.id) != ["\(draft.id)"] { problems.append("what was appended is read as \(lines.map(\.id))") }
            problems += oracle.saw(lines, from: appended.first)
        case .failure(.poisoned) where isPoisoned: oracle.settle(attempt, .refused)
        case .failure(let error): problems.append("appending does not go on: \(error)")
        }
        log.close()
    }

    private mutating func verify() throws {
        let log = try open()
        problems += oracle.verified(try log.verify())
        log.close()
    }
}
