// A machine: a disk, the processes that use it, their locks; and what goes wrong with it.

import EventLog
import Glibc
import Synchronization

/// A call that a process makes.
package struct SimulatedCall: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        // These change the disk, and are what is counted.
        case create, write, truncate, sync, makeFolder, rename, remove, syncFolder, syncAll
        // These only look, and are where other processes may get their turn.
        case open, list, exists, lock
    }

    package var kind: Kind
    package var path: String
    package var process: Int

    package var isChange: Bool {
        switch kind {
        case .open, .list, .exists, .lock: false
        default: true
        }
    }
}

/// What makes a call fail.
package enum SimulatedFault: Sendable, Hashable, CaseIterable {
    case inputOutput
    case noSpace
    /// A write stops half-way, then fails.
    case shortWrite
}

/// A mistake that a log must not make, made for it beneath: what the campaign has to be able to find.
package enum SimulatedMistake: String, Sendable, Hashable, CaseIterable {
    case fileIsNotSynced, folderIsNotSynced, endIsPublishedBeforeTheSync, nothingIsCutBack, failedSyncIsTriedAgain
    case lockIsNotTaken
}

package final class SimulatedMachine: Sendable {
    struct State: Sendable {
        var disk: SimulatedDisk
        var alive: Set<Int> = []
        var processes = 0
        var handles = 0
        /// By the file's number; who has the lock: the process and its handle.
        var locks: [Int: (process: Int, handle: Int)] = [:]
        /// By process: fail so many changes after so many more.
        var faults: [Int: (after: Int, count: Int, fault: SimulatedFault)] = [:]
        /// A file and a sector of it that cannot be read.
        var unreadable: (path: String, sector: Int)?
        /// By process: how many changes failed as they were asked to.
        var failed: [Int: Int] = [:]
        /// Files whose sync has been put off, by mistake.
        var late: [Int] = []
    }

    let state: Mutex<State>
    let mistake: SimulatedMistake?
    /// Asked before each call on `thread`.
    private let hook = Mutex<(@Sendable (SimulatedCall) -> Void)?>(nil)
    private let thread = pthread_self()

    package init(_ disk: SimulatedDisk = SimulatedDisk(), mistake: SimulatedMistake? = nil) {
        state = Mutex(State(disk: disk))
        self.mistake = mistake
    }

    /// A new process, to open a log through.
    package func start() -> SimulatedProcess {
        let number = state.withLock { state in
            state.processes += 1
            state.alive.insert(state.processes)
            return state.processes
        }
        return SimulatedProcess(machine: self, number: number)
    }

    package func isAlive(_ process: Int) -> Bool { state.withLock { $0.alive.contains(process) } }

    /// The process makes no more calls, and its locks are free; what it wrote is still there.
    package func kill(_ process: Int) {
        state.withLock { state in
            state.alive.remove(process)
            state.locks = state.locks.filter { $0.value.process != process }
        }
    }

    /// The power goes. Use `disk` for what is left.
    package func stop() {
        state.withLock { state in
            state.alive = []
            state.locks = [:]
        }
    }

    /// The disk as it is now.
    package var disk: SimulatedDisk {
        get { state.withLock { $0.disk } }
    }

    package func change(_ body: (inout SimulatedDisk) -> Void) { state.withLock { body(&$0.disk) } }

    /// Called before each call of a process, on the thread that made the machine; `kill` and `stop` there keep the call from happening.
    package func beforeEachCall(_ body: (@Sendable (SimulatedCall) -> Void)?) { hook.withLock { $0 = body } }

    /// `count` changes by this process fail, after `after` more that do not.
    package func fail(_ process: Int, after: Int, count: Int, _ fault: SimulatedFault?) {
        state.withLock { state in state.faults[process] = fault.map { (after, count, $0) } }
    }

    /// How many changes by this process have failed as they were asked to.
    package func failures(of process: Int) -> Int { state.withLock { $0.failed[process] ?? 0 } }

    /// Reading these bytes fails from now on.
    package func makeUnreadable(_ place: (path: String, sector: Int)?) { state.withLock { $0.unreadable = place } }

    // MARK: Calls

    /// Lets the campaign have its say; then whether the process still lives, and what is to go wrong.
    func begin(_ call: SimulatedCall) throws(LogError) -> SimulatedFault? {
        if pthread_equal(thread, pthread_self()) != 0 { hook.withLock { $0 }?(call) }
        return try fault(call)
    }

    private func fault(_ call: SimulatedCall) throws(LogError) -> SimulatedFault? {
        let (isAlive, fault) = state.withLock { state -> (Bool, SimulatedFault?) in
            guard state.alive.contains(call.process) else { return (false, nil) }
            guard call.isChange, let plan = state.faults[call.process] else { return (true, nil) }
            guard plan.after == 0 else {
                state.faults[call.process]?.after -= 1
                return (true, nil)
            }
            state.faults[call.process]?.count -= 1
            state.failed[call.process, default: 0] += 1
            if plan.count <= 1 { state.faults[call.process] = nil }
            return (true, plan.fault)
        }
        guard isAlive else {
            throw .io(operation: call.kind.rawValue, path: call.path, reason: "the process was killed")
        }
        return fault
    }
}
