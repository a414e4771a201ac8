// A git repository that a test writes version by version.

import EventLog
import Foundation
import Testing

/// What a commit does to one file.
struct Saved {
    var path = "shelf.xml"
    /// Nil deletes it.
    var text: String?
    /// Seconds after `at(0)`.
    var seconds: Double
    /// `120000` is a symbolic link to the text, `160000` a submodule at the commit that the text names.
    var mode: String

    init(_ text: String?, at seconds: Double, path: String = "shelf.xml", mode: String = "100644") {
        self.mode = mode
        self.path = path
        self.text = text
        self.seconds = seconds
    }
}

extension [Saved] {
    /// `A=1 B=2` as a list in XML, one version a minute.
    static func minutes(_ lists: String?...) -> [Saved] {
        lists.enumerated().map { Saved($1.map { list($0) }, at: Double($0) * 60) }
    }
}

/// `A=1 B=2` as an XML document with two items; a key left out is an item without one.
func list(_ text: String) -> String {
    let rows = text.split(separator: " ").map { word in
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let id = parts[0].isEmpty ? "" : " id=\"\(parts[0])\""
        return "<li\(id)><b>\(parts.count > 1 ? String(parts[1]) : "")</b></li>"
    }
    return "<?xml version=\"1.0\"?>\n<ul>\n\(rows.joined(separator: "\n"))\n</ul>\n"
}

final class Repository: Sendable {
    let folder: String

    /// - Parameter isBare: without a work tree.
    init(_ versions: [Saved] = [], isBare: Bool = true) throws {
        folder = NSTemporaryDirectory() + "repository-\(UUID().uuidString)"
        try Repository.git(["init", "-q", "--initial-branch=main"] + (isBare ? ["--bare"] : []) + [folder])
        try save(versions)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Adds commits to a branch, one for each version; the first of them takes up another branch where one is named.
    func save(
        _ versions: [Saved], on branch: String = "main", from start: String? = nil, merging other: String? = nil
    ) throws {
        guard !versions.isEmpty else { return }
        let exists = try !git("for-each-ref", "refs/heads/\(branch)").isEmpty
        var stream = Data()
        for (number, version) in versions.enumerated() {
            let time = at(version.seconds).millisecondsSinceEpoch / 1000
            stream += Data("commit refs/heads/\(branch)\ncommitter A <a@b> \(time) +0100\ndata 0\n".utf8)
            if number == 0, let from = start ?? (exists ? "refs/heads/\(branch)" : nil) {
                stream += Data("from \(from)^0\n".utf8)
                if let other { stream += Data("merge \(other)^0\n".utf8) }
            }
            if let text = version.text, version.mode == "160000" {
                stream += Data("M 160000 \(text) \(version.path)\n".utf8)
            } else if let text = version.text {
                stream += Data("M \(version.mode) inline \(version.path)\ndata \(text.utf8.count)\n\(text)\n".utf8)
            } else {
                stream += Data("D \(version.path)\n".utf8)
            }
        }
        try Repository.git(["-C", folder, "fast-import", "--quiet"], input: stream)
    }

    func commits() throws -> [String] {
        try git("rev-list", "--reverse", "--first-parent", "--all").split(separator: "\n").map(String.init)
    }

    @discardableResult
    func git(_ arguments: String...) throws -> String { try Repository.git(["-C", folder] + arguments) }

    @discardableResult
    static func git(_ arguments: [String], input: Data = Data()) throws -> String {
        let process = Process()
        let (standardInput, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
        ]
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: input)
        try standardInput.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "git \(arguments)")
        return String(decoding: answer, as: UTF8.self)
    }
}
