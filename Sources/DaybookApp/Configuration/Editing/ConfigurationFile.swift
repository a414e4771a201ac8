// daybook.yaml on disk, read to be edited and replaced as a whole.

import Foundation
import Glibc

/// The file that a name leads to, and what stood in it.
struct ConfigurationFile {
    /// As the user named it.
    let name: String
    let text: String
    private let path: String
    private let bytes: Data

    init(_ name: String) throws {
        // A link stays one: what it leads to is replaced.
        path = URL(fileURLWithPath: name).resolvingSymlinksInPath().path
        self.name = name
        guard FileManager.default.fileExists(atPath: path) else { throw ConfigurationError.missing(file: name) }
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= Configuration.bytesMax else {
            throw ConfigurationError.unreadable(
                file: name, reason: "it is no file that this user may read, or too large")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError.unreadable(file: name, reason: "it is not UTF-8 text")
        }
        self.bytes = bytes
        self.text = text
    }

    /// What is wrong with `edited` that was not wrong before.
    func newProblems(in edited: String) -> [ConfigurationProblem] {
        let folder = URL(fileURLWithPath: name).deletingLastPathComponent().path
        func problems(_ text: String) -> [ConfigurationProblem] {
            do {
                _ = try Configuration.parse(text, file: name, folder: folder, secrets: .process(folder: folder))
                return []
            } catch {
                guard case .wrong(let problems) = error else { return [] }
                return problems
            }
        }
        let known = Set(problems(text).map(\.message))
        return problems(edited).filter { !known.contains($0.message) }
    }

    /// Puts `edited` in the file's place: written aside with the same mode, synced, renamed.
    func replace(with edited: String) throws {
        let aside = path + ".edit-\(getpid())"
        let mode = (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0o600
        do {
            try Data(edited.utf8).write(to: URL(fileURLWithPath: aside), options: .withoutOverwriting)
            defer { unlink(aside) }
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: aside)
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: aside))
            try handle.synchronize()
            try handle.close()
            guard FileManager.default.contents(atPath: path) == bytes else {
                throw Failure(.world, "\(name) was changed by someone else meanwhile; try again")
            }
            guard rename(aside, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.world, "cannot write \(name): this user may not, or its folder has no room")
        }
    }
}
