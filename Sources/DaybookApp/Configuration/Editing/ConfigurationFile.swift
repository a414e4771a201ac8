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

    /// Puts `edited` in the file's place: written aside for the same owner, with the same mode, synced, renamed.
    func replace(with edited: String) throws {
        try DataOwner.asInvoker {
            let aside = path + ".edit-\(getpid())"
            defer { unlink(aside) }
            try write(Data(edited.utf8), to: aside)
            guard FileManager.default.contents(atPath: path) == bytes else {
                throw Failure(.world, "\(name) was changed by someone else meanwhile; try again")
            }
            guard rename(aside, path) == 0 else { throw unwritable }
        }
    }

    /// Nobody may read it before it is as the old one: secrets may stand in it.
    private func write(_ text: Data, to aside: String) throws {
        var (old, new) = (stat(), stat())
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard stat(path, &old) == 0, fstat(descriptor, &new) == 0 else { throw unwritable }
        let hasOwner = (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid)
        guard hasOwner || fchown(descriptor, old.st_uid, old.st_gid) == 0 else {
            throw Failure(.world, "cannot write \(name) so that it stays its owner's; do this as that user")
        }
        guard fchmod(descriptor, old.st_mode & 0o7777) == 0 else { throw unwritable }
        do {
            try file.write(contentsOf: text)
            try file.synchronize()
        } catch {
            throw Failure(.world, "cannot write \(name): its disk may be full")
        }
    }

    private var unwritable: Failure {
        Failure(.world, "cannot write \(name): \(String(cString: strerror(errno)))")
    }
}
