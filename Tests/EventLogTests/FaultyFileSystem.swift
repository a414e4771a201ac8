// File systems for tests: one that counts syncs, one that fails when told to.

import Synchronization

@testable import EventLog

/// What to do instead of the real thing, asked before each call.
final class FaultPlan: Sendable {
    enum Call: Sendable, Hashable { case write, sync, truncate, syncAll, syncDirectory, rename }

    private let state = Mutex<[Call: Int]>([:])
    private let counts = Mutex<[Call: Int]>([:])

    /// The next `count` calls of this kind fail.
    func fail(_ call: Call, _ count: Int = 1) { state.withLock { $0[call] = count } }

    func count(_ call: Call) -> Int { counts.withLock { $0[call] ?? 0 } }

    func check(_ call: Call, _ path: String) throws(LogError) {
        counts.withLock { $0[call, default: 0] += 1 }
        let isFailing = state.withLock { state in
            guard let left = state[call], left > 0 else { return false }
            state[call] = left - 1
            return true
        }
        if isFailing {
            throw call == .write ? .diskFull(path) : .io(operation: "sync", path: path, reason: "Input/output error")
        }
    }
}

struct FaultyFileSystem: FileSystem {
    let plan = FaultPlan()
    private let real = SystemFileSystem()

    func open(_ path: String, _ mode: OpenMode) throws(LogError) -> any LogFile {
        let file = try real.open(path, mode)
        return path.hasSuffix(Segment.suffix) || path.hasSuffix(".tmp") ? FaultyFile(file: file, plan: plan) : file
    }
    func exists(_ path: String) -> Bool { real.exists(path) }
    func isDirectory(_ path: String) -> Bool { real.isDirectory(path) }
    func list(_ path: String) throws(LogError) -> [String]? { try real.list(path) }
    func makeDirectory(_ path: String) throws(LogError) { try real.makeDirectory(path) }
    func rename(_ from: String, to: String) throws(LogError) {
        try plan.check(.rename, from)
        try real.rename(from, to: to)
    }
    func remove(_ path: String) throws(LogError) { try real.remove(path) }
    func syncDirectory(_ path: String) throws(LogError) {
        try plan.check(.syncDirectory, path)
        try real.syncDirectory(path)
    }
    func syncAll(_ path: String) throws(LogError) {
        try plan.check(.syncAll, path)
        try real.syncAll(path)
    }
}

final class FaultyFile: LogFile {
    private let file: any LogFile
    private let plan: FaultPlan
    var path: String { file.path }

    init(file: any LogFile, plan: FaultPlan) {
        self.file = file
        self.plan = plan
    }

    func size() throws(LogError) -> Int { try file.size() }
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int {
        try file.read(at: offset, into: buffer)
    }
    /// A failing write leaves its first half, as a full disk does.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LogError) {
        do throws(LogError) { try plan.check(.write, path) } catch {
            try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: offset)
            throw error
        }
        try file.write(bytes, at: offset)
    }
    func truncate(to size: Int) throws(LogError) {
        try plan.check(.truncate, path)
        try file.truncate(to: size)
    }
    func sync() throws(LogError) {
        try plan.check(.sync, path)
        try file.sync()
    }
    func lock(wait: Bool) throws(LogError) -> Bool { try file.lock(wait: wait) }
    func unlock() { file.unlock() }
}
