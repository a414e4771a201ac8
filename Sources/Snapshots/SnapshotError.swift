// Why a snapshot could not be made, read or restored, in sentences for a person.

import EventLog
import Glibc

public enum SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is something under that name already.
    case exists(String)
    /// The folder to restore into holds something.
    case notEmpty(String)
    /// The folder to restore into is a symbolic link, which a restored folder cannot be renamed over.
    case link(String, to: String)
    /// The file is no snapshot, or not one that this version reads.
    case foreign(String, reason: String)
    /// A part of the snapshot is not as it was written; the first one that was found.
    case unsound(String, SnapshotProblem)
    /// There is less room than the snapshot takes; both in bytes.
    case noRoom(String, needed: Int, free: Int)
    /// What was tried, on which file, and the system's answer.
    case system(operation: String, path: String, reason: String)
    /// The daybook changed in a way that a log never does.
    case changed(String)
    /// The log or a blob of the daybook cannot be read.
    case log(String, isDamage: Bool)
    /// The caller's task was cancelled; nothing is left behind.
    case cancelled

    public var description: String {
        switch self {
        case .exists(let path):
            "\(path) is there already; choose another name, or say --force to have it replaced"
        case .notEmpty(let folder):
            "\(folder) is not empty; a snapshot is restored into an empty folder or one that does not exist yet"
        case .link(let folder, let target):
            "\(folder) is a symbolic link to \(target); name that, or a folder that does not exist yet"
        case .foreign(let path, let reason): "\(path) is not a snapshot that can be used: \(reason)"
        case .unsound(let path, let problem):
            "\(path) is not sound (\(problem)), and nothing was restored; `daybook snapshot verify` lists all that is wrong"
        case .noRoom(let folder, let needed, let free):
            "\(folder) has no room: the snapshot takes \(needed) bytes and \(free) are free"
        case .system(let operation, let path, let reason): "cannot \(operation) \(path): \(reason)"
        case .changed(let path): "\(path) changed while it was being read; take the snapshot again"
        case .log(let sentence, _): sentence
        case .cancelled: "stopped before the snapshot was done; nothing is left of it"
        }
    }

    /// The error for the system's present `errno`.
    static func system(_ operation: String, _ path: String) -> SnapshotError {
        .system(operation: operation, path: path, reason: String(cString: strerror(errno)))
    }

    /// Any error of what the work is made of.
    init(_ error: any Error) {
        switch error {
        case let error as SnapshotError: self = error
        case is CancellationError: self = .cancelled
        case let error as LogError:
            switch error {
            case .corrupt, .blobDamaged, .poisoned: self = .log(error.description, isDamage: true)
            default: self = .log(error.description, isDamage: false)
            }
        default: self = .log("\(error)", isDamage: false)
        }
    }
}

/// One thing that is wrong with a snapshot.
public struct SnapshotProblem: Sendable, Hashable, CustomStringConvertible {
    /// Which member, or `manifest.json` for what concerns the whole.
    public let member: String
    /// What is wrong, as a clause.
    public let what: String

    public var description: String { "\(member): \(what)" }
}
