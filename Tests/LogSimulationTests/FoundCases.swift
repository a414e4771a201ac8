// What the campaign found in the log, each as a short case of its own.

import CanonicalJSON
import EventLog
import Testing

@testable import LogSimulation

struct FoundCases {
    private let machine: SimulatedMachine
    private static let log = CrashPoint.data + "/log/"

    init() {
        var disk = SimulatedDisk()
        _ = disk.makeFolder("/srv")
        disk.syncFolder("/")
        machine = SimulatedMachine(disk)
    }

    private func open(_ machine: SimulatedMachine, _ process: SimulatedProcess? = nil) throws -> EventLog {
        try EventLog.open(
            CrashPoint.data, create: true, clock: { Workload.noon }, files: process ?? machine.start(),
            segmentEvents: Workload.segmentEvents, foldCount: 1 << 30)
    }

    /// Appends so many events as one commit.
    private func append(_ count: Int, _ log: EventLog, run: String = "run") throws -> Result<Appended, LogError> {
        let run = RunID.derived(from: Array(run.utf8), at: Workload.noon)
        let drafts = (1...count).map { number in
            EventDraft(
                type: "session.observed", source: "/w", subject: "w", id: EventID(run: run, number: number),
                time: Workload.noon, data: ["n": JSON(number)])
        }
        return try log.append(group: [(drafts, [], false)])[0]
    }

    /// The process is killed when it is about to make this call.
    private func kill(_ process: SimulatedProcess, before kind: SimulatedCall.Kind) {
        machine.beforeEachCall { [machine] call in
            if call.kind == kind, call.process == process.number { machine.kill(process.number) }
        }
    }

    /// How many events a machine finds that comes up with nothing that was not synced.
    private func endAfterPowerLoss() throws -> UInt64 { try open(SimulatedMachine(machine.disk.worstCase)).end() }

    @Test("folders that a process made and was killed before it synced them are synced by the next")
    func folders() throws {
        let first = machine.start()
        kill(first, before: .syncFolder)
        #expect(throws: LogError.self) { try open(machine, first) }
        let log = try open(machine)
        _ = try append(1, log).get()
        #expect(try endAfterPowerLoss() == 1)
    }

    @Test(
        "a commit whose sync failed, of a process killed before it took that back, is not believed for a sync that succeeds"
    )
    func forgottenPages() throws {
        let first = machine.start()
        let log = try open(machine, first)
        _ = try append(1, log).get()
        machine.fail(first.number, after: 1, count: 1, .inputOutput)
        kill(first, before: .truncate)
        _ = try append(2, log, run: "second")
        let told = try open(machine).end()
        #expect(try endAfterPowerLoss() == told)
    }

    @Test("where the end cannot be published, no older one is taken for it")
    func unpublished() throws {
        let process = machine.start()
        let log = try open(machine, process)
        _ = try append(1, log).get()
        machine.fail(process.number, after: 2, count: 1, .inputOutput)
        _ = try append(1, log, run: "second").get()
        #expect(machine.disk.bytes(Self.log + "end") == [])
        #expect(try open(machine).end() == 2)
    }

    @Test(
        "of a first commit over several segments a crash may leave a later one alone: it is torn, and nothing is missing"
    )
    func laterSegmentAlone() throws {
        _ = try append(20, try open(machine)).get()
        var disk = machine.disk
        for name in ["00000000000000000000.ndjson.gz", "00000000000000000008.ndjson.gz", "end"] {
            disk.remove(Self.log + name)
        }
        let after = SimulatedMachine(disk)
        #expect(try open(after).end() == 0)
        #expect(try append(1, try open(after)).get().first == 0)
    }

    @Test("who looks for the first time while another recovers waits, and is not told an end of before the crash")
    func firstLook() throws {
        let log = try open(machine)
        _ = try append(1, log).get()
        let old = try #require(machine.disk.bytes(Self.log + "end"))
        _ = try append(1, log, run: "second").get()
        var disk = machine.disk
        disk.put(old, Self.log + "end")
        let after = SimulatedMachine(disk)
        let recovering = try after.start().open(Self.log + "lock", .write)
        #expect(try recovering.lock(wait: false))
        // Here nobody can be waited for, so that who would wait fails.
        #expect(throws: LogError.self) { try open(after).end() }
        recovering.unlock()
        #expect(try open(after).end() == 2)
    }
}
