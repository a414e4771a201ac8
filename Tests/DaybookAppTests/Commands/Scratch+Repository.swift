import Foundation
import Testing

extension Scratch {
    /// A git repository in the scratch folder, a commit a minute, each with one file as it is then.
    func repository(_ files: [(path: String, text: String)]) throws -> String {
        var stream = ""
        for (number, file) in files.enumerated() {
            stream += "commit refs/heads/main\ncommitter A <a@b> \(1_513_872_000 + 60 * number) +0100\ndata 0\n"
            stream += "M 100644 inline \(file.path)\ndata \(file.text.utf8.count)\n\(file.text)\n"
        }
        let repository = path("scraped")
        try git(["init", "-q", "--bare", repository])
        try git(["-C", repository, "fast-import", "--quiet"], input: stream)
        return repository
    }

    private func git(_ arguments: [String], input: String = "") throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
