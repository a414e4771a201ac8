// A disk of its own for a test that fills it up or makes it read-only: a tmpfs, which takes root to mount.

import Foundation
import Testing

/// Mounted until this value goes.
final class SmallDisk: Sendable {
    let path: String

    static let isAllowed: Bool = getuid() == 0

    init(kilobytes: Int) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "disk-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k,mode=700", "daybook-test", path)
    }

    deinit {
        try? Self.run("umount", "--lazy", path)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// `ro`, `rw` or `size=…`.
    func remount(_ options: String) throws { try Self.run("mount", "-o", "remount,\(options)", path) }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments.joined(separator: " "))")
    }
}
