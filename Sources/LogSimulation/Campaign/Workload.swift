// A history of a log, made up from a seed: several processes that append, read and are killed, on a machine that fails and loses its
// power. Before each call that changes the disk a crash point is kept.

import CanonicalJSON
import EventLog

/// Sendable although it changes: a machine asks its hook only on the thread that it was made on, and that is the one which runs the
/// workload.
package final class Workload: @unchecked Sendable {
    package static let segmentEvents: UInt64 = 8
    static let noon = Timestamp(millisecondsSinceEpoch: 1_795_262_400_000)
    package static let membersMax = 3

    /// A process with the log open.
    final class Member {
        let process: SimulatedProcess
        let log: EventLog
        let run: RunID
        var number = 0

        init(_ process: SimulatedProcess, _ log: EventLog, _ run: RunID) {
            self.process = process
            self.log = log
            self.run = run
        }
    }

    private let seed: UInt64
    private let mistake: SimulatedMistake?
    private let take: (CrashPoint) -> Void
    /// Hears of every call.
    private let trace: ((String) -> Void)?

    var random: SeededRandom
    private(set) var machine: SimulatedMachine
    private(set) var oracle = Oracle(segmentEvents: segmentEvents)
    /// What readers and callers of the workload itself were told that must not be.
    private(set) var problems: [String] = []
    private var members: [Member?] = Array(repeating: nil, count: membersMax)
    /// Runs so far, so that each has an id of its own.
    private var runs = 0

    /// Calls that changed the disk, or were about to.
    private(set) var calls = 0
    private var operation = ""
    /// Operations within operations: another process' turn between two calls.
    private(set) var depth = 0
    private var disaster: (kind: Disaster, after: Int)?
    private var survivor: SimulatedDisk?

    enum Disaster: Sendable, Hashable { case kill, powerLoss }

    /// `take` is handed every crash point.
    init(
        seed: UInt64, mistake: SimulatedMistake?, trace: ((String) -> Void)? = nil, take: @escaping (CrashPoint) -> Void
    ) {
        self.trace = trace
        self.seed = seed
        self.mistake = mistake
        self.take = take
        random = SeededRandom(seed)
        machine = SimulatedMachine(Self.emptyDisk, mistake: mistake)
    }

    private static var emptyDisk: SimulatedDisk {
        var disk = SimulatedDisk()
        _ = disk.makeFolder("/srv")
        disk.syncFolder("/")
        return disk
    }

    /// Goes through so many operations, or until something is not as it must be.
    func run(operations: Int) {
        for _ in 0..<operations where problems.isEmpty {
            let chosen = Operation.choose(&random)
            operation = chosen.name
            machine.beforeEachCall { [unowned self] in turn($0) }
            plan()
            perform(chosen)
            disaster = nil
            clearUp()
        }
        machine.beforeEachCall(nil)
    }

    /// What is to go wrong in the next operation, if anything.
    private func plan() {
        switch random.below(12) {
        case 0: disaster = (.kill, random.below(7))
        case 1, 2: disaster = (.powerLoss, random.below(9))
        default: break
        }
    }

    func perform(_ operation: Operation) {
        do { try operation.run(self) } catch let error as Found {
            problems += error.problems
        } catch {
            // What failed because something was made to fail; what must not fail is said by the operations.
        }
    }

    /// Something that must not be.
    struct Found: Error { var problems: [String] }

    func expect(_ problems: [String]) throws {
        if !problems.isEmpty { throw Found(problems: problems) }
    }

    // MARK: Between two calls

    /// Before each call of any process.
    private func turn(_ call: SimulatedCall) {
        trace?(
            "\(calls + 1)  \(operation): process \(call.process), \(call.kind) \(call.path), \(oracle.end) events known"
        )
        if call.isChange {
            calls += 1
            let name = call.path.split(separator: "/").last.map(String.init) ?? ""
            take(
                CrashPoint(
                    seed: seed, call: calls, what: "\(operation): \(call.kind) \(name)", disk: machine.disk,
                    oracle: oracle))
            strike(call)
        }
        guard depth == 0, survivor == nil, random.isOne(in: call.isChange ? 8 : 20) else { return }
        depth += 1
        let (interrupted, disaster) = (operation, disaster)
        self.disaster = nil
        let inner = Operation.choose(&random)
        operation = "\(inner.name) within \(interrupted)"
        let mine = members.firstIndex { $0?.process.number == call.process }
        let held = mine.flatMap { members[$0] }
        // The interrupted process is in the middle of something; the others get their turn.
        if let mine { members[mine] = nil }
        busy = mine
        perform(inner)
        busy = nil
        if let mine { members[mine] = held }
        (operation, self.disaster) = (interrupted, disaster)
        depth -= 1
    }

    /// Which member is in the middle of a call.
    private var busy: Int?

    private func strike(_ call: SimulatedCall) {
        guard let (kind, after) = disaster else { return }
        guard after == 0 else {
            disaster = (kind, after - 1)
            return
        }
        disaster = nil
        switch kind {
        case .kill: machine.kill(call.process)
        case .powerLoss:
            survivor = machine.disk.afterPowerLoss(&random)
            machine.stop()
        }
    }

    /// After an operation: the machine comes up again where its power went, and a person looks after a poisoned log.
    private func clearUp() {
        for index in members.indices where members[index].map({ !machine.isAlive($0.process.number) }) ?? false {
            members[index] = nil
        }
        if machine.disk.entry(CrashPoint.poison) != nil || isBroken {
            if problems.isEmpty { do { try checkPoison() } catch { problems += (error as? Found)?.problems ?? [] } }
            survivor = survivor ?? machine.disk.afterPowerLoss(&random)
        }
        guard var disk = survivor else { return }
        survivor = nil
        isBroken = false
        members = Array(repeating: nil, count: Self.membersMax)
        machine.beforeEachCall(nil)
        machine.stop()
        disk.remove(CrashPoint.poison)
        disk.syncFolder(CrashPoint.data + "/log")
        machine = SimulatedMachine(disk, mistake: mistake)
    }

    /// A poisoned log refuses everybody.
    private func checkPoison() throws {
        guard survivor == nil, machine.disk.entry(CrashPoint.poison) != nil else { return }
        machine.beforeEachCall(nil)
        for index in members.indices {
            let member = try member(index)
            let outcome = try member.log.append(group: [([draft(member, size: 0)], [], false)])[0]
            guard case .failure(.poisoned) = outcome else {
                throw Found(problems: ["a poisoned log answers an append with \(outcome)"])
            }
        }
    }

    /// The poison could not be left either.
    var isBroken = false

    // MARK: Members

    /// Some process with the log open, now if it was not.
    func someMember() throws -> Member {
        var index = random.below(Self.membersMax)
        if index == busy { index = (index + 1) % Self.membersMax }
        return try member(index)
    }

    private func member(_ index: Int) throws -> Member {
        if let member = members[index], machine.isAlive(member.process.number) { return member }
        let process = machine.start()
        let log = try EventLog.open(
            CrashPoint.data, create: true, clock: { Self.noon }, files: process, segmentEvents: Self.segmentEvents,
            foldCount: 1 << 30, sealsByItself: false, makesKeys: false)
        runs += 1
        let member = Member(process, log, .derived(from: Array("\(seed) \(runs)".utf8), at: Self.noon))
        members[index] = member
        return member
    }

    func close(_ member: Member) {
        member.log.close()
        for index in members.indices where members[index] === member { members[index] = nil }
    }

    func closeAll() {
        for member in members { member?.log.close() }
        members = Array(repeating: nil, count: Self.membersMax)
    }

    func draft(_ member: Member, size: Int) -> EventDraft {
        member.number += 1
        let text = Self.text(size, &random)
        return EventDraft(
            type: "session.observed", source: "/w", subject: "w/\(random.below(4))",
            id: EventID(run: member.run, number: member.number), time: Self.noon,
            data: ["n": .string("\(random.next())"), "text": .string(text)])
    }

    static func text(_ size: Int, _ random: inout SeededRandom) -> String {
        let start = random.below(noise.count - size)
        return String(decoding: noise[start..<start + size], as: UTF8.self)
    }

    /// Text that hardly gets smaller, so that commits reach over several sectors.
    private static let noise: [UInt8] = {
        var random = SeededRandom(0)
        return (0..<200_000).map { _ in UInt8(ascii: "0") + UInt8(random.below(64)) }.map { $0 == 0x5C ? 0x7A : $0 }
    }()

    // MARK: What the operations tell the oracle

    func tellOracle<Result>(_ body: (inout Oracle) -> Result) -> Result { body(&oracle) }
}
