// The file system as one process of a simulated machine sees it: what goes beneath a log.

import EventLog
import Synchronization

package struct SimulatedProcess: FileSystem {
    package let machine: SimulatedMachine
    package let number: Int

    private func call(_ kind: SimulatedCall.Kind, _ path: String) -> SimulatedCall {
        SimulatedCall(kind: kind, path: path, process: number)
    }

    /// A change: counted, and failing where that was asked for.
    private func change(
        _ kind: SimulatedCall.Kind, _ path: String, _ body: (inout SimulatedDisk) -> Void
    ) throws(LogError) {
        if let fault = try machine.begin(call(kind, path)) { throw fault.error(kind, path) }
        machine.state.withLock { body(&$0.disk) }
    }

    package func open(_ path: String, _ mode: OpenMode) throws(LogError) -> any LogFile {
        let found = machine.state.withLock { $0.disk.entry(path) }
        switch (found, mode) {
        case (.file(let file)?, .read), (.file(let file)?, .write):
            _ = try machine.begin(call(.open, path))
            return handle(file, path)
        case (.folder?, _), (.file?, .create):
            throw .io(operation: "open", path: path, reason: "File exists")
        case (nil, .read):
            throw .io(operation: "open", path: path, reason: "No such file or directory")
        case (nil, _):
            return try create(path)
        }
    }

    private func create(_ path: String) throws(LogError) -> any LogFile {
        var file: Int?
        try change(.create, path) { disk in
            // Another may have made it while this process waited for its turn.
            if case .file(let found)? = disk.entry(path) { file = found } else { file = disk.makeFile(path) }
        }
        guard let file else { throw .io(operation: "open", path: path, reason: "No such file or directory") }
        return handle(file, path)
    }

    private func handle(_ file: Int, _ path: String) -> SimulatedHandle {
        let handle = machine.state.withLock { state in
            state.handles += 1
            return state.handles
        }
        return SimulatedHandle(process: self, path: path, file: file, handle: handle)
    }

    package func exists(_ path: String) -> Bool {
        _ = try? machine.begin(call(.exists, path))
        return machine.state.withLock { $0.disk.entry(path) } != nil
    }

    package func isDirectory(_ path: String) -> Bool {
        machine.state.withLock { state in
            if case .folder? = state.disk.entry(path) { true } else { false }
        }
    }

    package func list(_ path: String) throws(LogError) -> [String]? {
        _ = try machine.begin(call(.list, path))
        return machine.state.withLock { $0.disk.names(in: path) }
    }

    package func makeDirectory(_ path: String) throws(LogError) {
        guard !isDirectory(path) else { return }
        try change(.makeFolder, path) { disk in if disk.entry(path) == nil { _ = disk.makeFolder(path) } }
    }

    package func rename(_ from: String, to: String) throws(LogError) {
        var isDone = false
        try change(.rename, from) { isDone = $0.rename(from, to: to) }
        guard isDone else { throw .io(operation: "rename", path: from, reason: "No such file or directory") }
    }

    package func remove(_ path: String) throws(LogError) {
        guard machine.state.withLock({ $0.disk.entry(path) }) != nil else { return }
        try change(.remove, path) { $0.remove(path) }
    }

    package func syncDirectory(_ path: String) throws(LogError) {
        let isForgotten = machine.mistake == .folderIsNotSynced
        try change(.syncFolder, path) { disk in if !isForgotten { disk.syncFolder(path) } }
    }

    package func syncAll(_ path: String) throws(LogError) { try change(.syncAll, path) { $0.syncAll() } }
}

extension SimulatedFault {
    func error(_ kind: SimulatedCall.Kind, _ path: String) -> LogError {
        self == .inputOutput
            ? .io(operation: kind.rawValue, path: path, reason: "Input/output error") : .diskFull(path)
    }
}

/// An open file. A name that is given to another file, or taken away, changes nothing for it.
final class SimulatedHandle: LogFile {
    let path: String
    private let process: SimulatedProcess
    private let file: Int
    private let handle: Int

    private var machine: SimulatedMachine { process.machine }

    init(process: SimulatedProcess, path: String, file: Int, handle: Int) {
        self.process = process
        self.path = path
        self.file = file
        self.handle = handle
    }

    deinit { unlock() }

    func size() throws(LogError) -> Int {
        let (isAlive, size) = machine.state.withLock { state in
            (state.alive.contains(process.number), state.disk.files[file]?.cached.count ?? 0)
        }
        guard isAlive else { throw .io(operation: "examine", path: path, reason: "the process was killed") }
        return size
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int {
        let count: Int? = machine.state.withLock { state in
            guard state.alive.contains(process.number), let bytes = state.disk.files[file]?.cached else { return nil }
            let end = min(bytes.count, offset + buffer.count)
            guard offset < end else { return 0 }
            if let (path, sector) = state.unreadable, path == self.path,
                sector >= offset / SimulatedFile.sectorSize, sector <= (end - 1) / SimulatedFile.sectorSize
            {
                return nil
            }
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<end])) }
            return end - offset
        }
        guard let count else { throw .io(operation: "read", path: path, reason: "Input/output error") }
        return count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogError) {
        let fault = try machine.begin(call(.write))
        let written = fault == nil ? bytes.count : fault == .shortWrite ? bytes.count / 2 : 0
        machine.state.withLock { state in
            state.disk.files[file]?.write(UnsafeRawBufferPointer(rebasing: bytes[..<written]), at: offset)
        }
        if let fault { throw fault.error(.write, path) }
        if path.hasSuffix("/end") { try syncLate() }
    }

    func truncate(to size: Int) throws(LogError) {
        if let fault = try machine.begin(call(.truncate)) { throw fault.error(.truncate, path) }
        guard machine.mistake != .nothingIsCutBack else { return }
        machine.state.withLock { $0.disk.files[file]?.truncate(to: size) }
    }

    func sync() throws(LogError) {
        if let fault = try machine.begin(call(.sync)) {
            machine.state.withLock { state in
                // Whether the pages are read from the disk again is up to the file system; here every other file does.
                state.disk.files[file]?.failSync(dropping: file % 2 == 0)
            }
            guard machine.mistake == .failedSyncIsTriedAgain else { throw fault.error(.sync, path) }
        }
        switch machine.mistake {
        case .fileIsNotSynced: return
        case .endIsPublishedBeforeTheSync where path.hasSuffix(".ndjson.gz"):
            machine.state.withLock { $0.late.append(file) }
        default: machine.state.withLock { $0.disk.files[file]?.sync() }
        }
    }

    /// The mistake of publishing first, and syncing then.
    private func syncLate() throws(LogError) {
        let late = machine.state.withLock { $0.late }
        guard !late.isEmpty else { return }
        _ = try machine.begin(call(.sync))
        machine.state.withLock { state in
            for file in late { state.disk.files[file]?.sync() }
            state.late = []
        }
    }

    private func call(_ kind: SimulatedCall.Kind) -> SimulatedCall {
        SimulatedCall(kind: kind, path: path, process: process.number)
    }

    /// Nobody can be waited for where all take turns on one thread: who would have to wait fails instead.
    func lock(wait: Bool) throws(LogError) -> Bool {
        _ = try machine.begin(call(.lock))
        guard machine.mistake != .lockIsNotTaken else { return true }
        let isTaken = machine.state.withLock { state in
            if let holder = state.locks[file] { return holder.handle == handle }
            state.locks[file] = (process.number, handle)
            return true
        }
        if !isTaken, wait { throw .io(operation: "lock", path: path, reason: "another process has it") }
        return isTaken
    }

    func unlock() {
        machine.state.withLock { state in
            if state.locks[file]?.handle == handle { state.locks[file] = nil }
        }
    }
}
