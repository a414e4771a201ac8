import Foundation
import Testing

@testable import DaybookApp

/// Root's commands beside a service that runs as another user.
@Suite("Data of another user", .timeLimit(.minutes(5)), .enabled(if: geteuid() == 0, "only root can give files away"))
struct DataOwnerTests {
    private let nobody: uid_t = 65_534

    @Test("root leaves nothing behind that the data's owner could not use")
    func root() async throws {
        let scratch = try await book()
        _ = await scratch.daybook("status")
        try give(scratch.folder, to: nobody)
        try FileManager.default.removeItem(atPath: scratch.path("data/projections"))
        for arguments in [
            ["status"], ["rebuild"], ["log", "checkpoint"], ["search", "t"], ["check"], ["deliveries", "list"],
        ] {
            #expect(try run(arguments, in: scratch) == 0, "\(arguments)")
        }
        #expect(try owners(of: scratch.folder) == [nobody])
    }

    @Test("data that is to be made belongs to whom the folder belongs")
    func new() async throws {
        let scratch = try Scratch()
        try give(scratch.folder, to: nobody)
        #expect(try run(["check"], in: scratch) == 0)
        #expect(FileManager.default.fileExists(atPath: scratch.path("data/log")))
        #expect(try owners(of: scratch.folder) == [nobody])
    }

    @Test("the configuration stays whose it was, and readable by nobody else", arguments: [0, 65_534] as [uid_t])
    func configuration(owner: uid_t) async throws {
        let scratch = try await book()
        try give(scratch.path("data"), to: nobody)
        let file = scratch.path("daybook.yaml")
        #expect(chmod(file, 0o600) == 0 && chown(file, owner, owner) == 0)
        #expect(try run(["watch", "add", "--force", "http://127.0.0.1:1/"], in: scratch) == 0)
        #expect(try scratch.read("daybook.yaml").contains("http://127.0.0.1:1/"))
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_uid == owner && status.st_mode & 0o777 == 0o600)
    }

    @Test("where their owner does not come to them, root answers as root")
    func unreachable() async throws {
        let scratch = try await book()
        try give(scratch.path("data"), to: nobody)
        #expect(chmod(scratch.folder, 0o700) == 0)
        #expect(try run(["sessions", "list"], in: scratch) == 0)
    }

    private func book() async throws -> Scratch {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions([observed("w/a", title: "t")]).status == .done)
        return scratch
    }

    private func run(_ arguments: [String], in scratch: Scratch) throws -> Int32 {
        let process = Process()
        process.executableURL = try BuiltDaybook.program()
        process.arguments = arguments + ["--config", scratch.path("daybook.yaml")]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func everything(in folder: String) -> [String] {
        [folder] + (FileManager.default.enumerator(atPath: folder)?.compactMap { "\(folder)/\($0)" } ?? [])
    }

    private func give(_ folder: String, to user: uid_t) throws {
        for path in everything(in: folder) { try #require(chown(path, user, user) == 0, "\(path)") }
    }

    private func owners(of folder: String) throws -> Set<uid_t> {
        Set(
            try everything(in: folder).map { path in
                var status = stat()
                try #require(lstat(path, &status) == 0, "\(path)")
                return status.st_uid
            })
    }
}
