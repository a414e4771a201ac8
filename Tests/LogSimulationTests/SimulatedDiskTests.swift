// What the simulated machine does to files, in a few words each: the campaign is worth as much as this.

import Testing

@testable import EventLog
@testable import LogSimulation

struct SimulatedDiskTests {
    let machine: SimulatedMachine
    let process: SimulatedProcess

    init() throws {
        machine = SimulatedMachine()
        process = machine.start()
        try process.makeDirectory("/d")
        try process.syncDirectory("/")
    }

    /// What the file may hold after a power loss, over many draws; nil where it is gone.
    private func outcomes(_ path: String, draws: UInt64 = 400) -> Set<[UInt8]?> {
        Set(
            (0..<draws).map { seed in
                var random = SeededRandom(seed)
                return machine.disk.afterPowerLoss(&random).bytes(path)
            })
    }

    private func file(_ path: String = "/d/f", _ bytes: [UInt8] = []) throws -> any LogFile {
        let file = try process.open(path, .write)
        try file.write(bytes, at: 0)
        return file
    }

    private func durable(_ bytes: [UInt8] = []) throws -> any LogFile {
        let file = try file("/d/f", bytes)
        try file.sync()
        try process.syncDirectory("/d")
        return file
    }

    @Test("what was synced, name and bytes, is there after a power loss")
    func synced() throws {
        _ = try durable([1, 2, 3])
        #expect(outcomes("/d/f") == [[1, 2, 3]])
    }

    @Test("bytes that were not synced are there or not")
    func unsynced() throws {
        let file = try durable([1, 2, 3])
        try file.write([4, 5], at: 3)
        #expect(outcomes("/d/f").isSuperset(of: [[1, 2, 3], [1, 2, 3, 4, 5]]))
        #expect(outcomes("/d/f").allSatisfy { $0?.starts(with: [1, 2, 3]) == true })
    }

    @Test("they are torn at sectors, in any order, and never within one")
    func torn() throws {
        let file = try durable()
        try file.write([UInt8](repeating: 7, count: 2_048), at: 0)
        let found = outcomes("/d/f")
        #expect(found.contains([UInt8](repeating: 7, count: 512)))
        #expect(found.contains([UInt8](repeating: 0, count: 512) + [UInt8](repeating: 7, count: 1_536)))
        for case let bytes? in found {
            for start in stride(from: 0, to: bytes.count, by: 512) {
                let sector = bytes[start..<min(start + 512, bytes.count)]
                #expect(
                    sector.allSatisfy { $0 == 7 } || !sector.contains(7) || Set(sector).count > 2, "in part at \(start)"
                )
            }
        }
    }

    @Test("a sector that was written twice may hold either")
    func versions() throws {
        let file = try durable([1])
        try file.write([2], at: 0)
        try file.write([3], at: 0)
        #expect(outcomes("/d/f") == [[1], [2], [3]])
    }

    @Test("a file that was cut may be as long as before")
    func truncated() throws {
        let file = try durable([1, 2, 3])
        try file.truncate(to: 1)
        #expect(outcomes("/d/f").isSuperset(of: [[1], [1, 2, 3]]))
    }

    @Test("a name is on disk when its folder was synced, however well the file was")
    func names() throws {
        try file("/d/f", [1]).sync()
        #expect(outcomes("/d/f") == [nil, [1]])
        try process.syncDirectory("/d")
        #expect(outcomes("/d/f") == [[1]])
        try process.remove("/d/f")
        #expect(outcomes("/d/f") == [nil, [1]])
    }

    @Test("a renamed file is there under one of its names, and takes another's place whole")
    func renamed() throws {
        _ = try durable([1])
        try file("/d/g", [2]).sync()
        try process.syncDirectory("/d")
        try process.rename("/d/g", to: "/d/f")
        #expect(outcomes("/d/f") == [[1], [2]])
        #expect(outcomes("/d/g") == [nil, [2]])
    }

    @Test("a sync that failed is not made good by the next")
    func failedSync() throws {
        let file = try durable([1])
        try file.write([2], at: 0)
        machine.fail(process.number, after: 0, count: 1, .inputOutput)
        #expect(throws: LogError.self) { try file.sync() }
        try file.sync()
        #expect(outcomes("/d/f").contains([1]))
        try file.write([2], at: 0)
        try file.sync()
        #expect(outcomes("/d/f") == [[2]])
    }

    @Test("the call that was chosen fails, and the one after it does not", arguments: SimulatedFault.allCases)
    func faults(fault: SimulatedFault) throws {
        let file = try durable()
        machine.fail(process.number, after: 1, count: 1, fault)
        try file.write([1], at: 0)
        let error = #expect(throws: LogError.self) { try file.write([2, 3], at: 1) }
        if case .diskFull? = error { #expect(fault != .inputOutput) } else { #expect(fault == .inputOutput) }
        #expect(try file.size() == (fault == .shortWrite ? 2 : 1))
        try file.write([2, 3], at: 1)
    }

    @Test("a lock is had by one, over processes, until it is let go or its holder is killed")
    func locks() throws {
        let other = machine.start()
        let mine = try file()
        let theirs = try other.open("/d/f", .read)
        #expect(try mine.lock(wait: false))
        #expect(try !theirs.lock(wait: false))
        #expect(throws: LogError.self) { try theirs.lock(wait: true) }
        machine.kill(process.number)
        #expect(try theirs.lock(wait: false))
        #expect(throws: LogError.self) { try mine.write([1], at: 0) }
    }

    @Test("an open file stays what it was, whatever becomes of its name")
    func openFile() throws {
        let file = try durable([1])
        try process.remove("/d/f")
        #expect(try file.read(at: 0, count: 9) == [1])
        #expect(!process.exists("/d/f"))
    }

    @Test("a sector that cannot be read fails what touches it, and nothing else")
    func unreadable() throws {
        let file = try durable([UInt8](repeating: 1, count: 1_024))
        machine.makeUnreadable(("/d/f", 1))
        #expect(try file.read(at: 0, count: 512).count == 512)
        #expect(throws: LogError.self) { try file.read(at: 500, count: 20) }
    }
}
