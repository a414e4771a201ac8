// A checkpoint: how many events the log had and what their root was, signed (https://c2sp.org/tlog-checkpoint).

import Foundation

/// What a checkpoint says.
public struct Checkpoint: Sendable, Hashable {
    /// Which log it is of: the name of its key.
    public var origin: String
    /// How many events it had.
    public var size: UInt64
    public var root: Digest

    init(origin: String, size: UInt64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// From a note's text. Nil where it is not a checkpoint; further lines are others' extensions.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last == "", !lines[0].isEmpty, let size = UInt64(lines[1]),
            String(size) == lines[1], let bytes = Data(base64Encoded: String(lines[2])), let root = Digest(bytes: bytes)
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// What is signed.
    var text: String { "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n" }
}

/// `checkpoint`, `key` and `key.pub` in a data folder.
struct LogKeys: Sendable {
    let directory: LogDirectory

    static let noteMax = 64 << 10

    var checkpointPath: String { directory.data + "/checkpoint" }
    private var keyPath: String { directory.data + "/key" }
    private var verifierPath: String { directory.data + "/key.pub" }

    /// Makes the keys where there are none. A log has the same ones for good.
    func make() throws(LogError) {
        guard !directory.files.exists(verifierPath) || !directory.files.exists(keyPath) else { return }
        let lock = try LogLock.open(directory)
        try lock.wait()
        defer { lock.release() }
        try removeLeftovers()
        if directory.files.exists(keyPath) {
            let signer = try signer()
            return try put(signer.verifier.text + "\n", at: verifierPath)
        }
        // The key is gone and what it signed is still trusted somewhere: another one would be another log's.
        guard !directory.files.exists(verifierPath) else { return }
        let signer = NoteSigner(name: "daybook/" + Self.randomHex(12))
        try put(signer.text + "\n", at: keyPath)
        try put(signer.verifier.text + "\n", at: verifierPath)
    }

    /// What was written aside by a process that was killed, while the lock was its own; half a key may be in it.
    private func removeLeftovers() throws(LogError) {
        for name in try directory.files.list(directory.data) ?? [] {
            for prefix in ["key.pub.", "key."] where name.hasPrefix(prefix) {
                guard RunID(String(name.dropFirst(prefix.count))) != nil else { continue }
                try directory.files.remove(directory.data + "/" + name)
            }
        }
    }

    func signer() throws(LogError) -> NoteSigner {
        guard let text = try read(keyPath) else {
            throw .key(keyPath, reason: "it is missing; restore it, or remove key.pub to have new keys made")
        }
        guard let signer = NoteSigner(text.trimmed) else { throw .key(keyPath, reason: "it is not a signing key") }
        return signer
    }

    /// Nil where there is none.
    func verifier() throws(LogError) -> NoteVerifier? {
        guard let text = try read(verifierPath) else { return nil }
        guard let verifier = NoteVerifier(text.trimmed) else {
            throw .key(verifierPath, reason: "it is not a verifier key")
        }
        return verifier
    }

    /// The note that `log checkpoint` printed last.
    func newestNote() throws(LogError) -> String? { try read(checkpointPath) }

    func keep(note: String) throws(LogError) { try put(note, at: checkpointPath) }

    private func read(_ path: String) throws(LogError) -> String? {
        guard directory.files.exists(path) else { return nil }
        let file = try directory.files.open(path, .read)
        return String(decoding: try file.read(at: 0, count: min(try file.size(), Self.noteMax)), as: UTF8.self)
    }

    /// Written aside, so that there is never a half.
    private func put(_ text: String, at path: String) throws(LogError) {
        let aside = "\(path).\(RunID.make())"
        let file = try directory.files.open(aside, .create)
        do throws(LogError) {
            try file.write(Array(text.utf8), at: 0)
            try file.sync()
            try directory.files.rename(aside, to: path)
        } catch {
            try? directory.files.remove(aside)
            throw error
        }
        try directory.files.syncDirectory(directory.data)
    }

    private static func randomHex(_ count: Int) -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<count).map { _ in digits[Int.random(in: 0..<16)] })
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

extension EventLog {
    /// Signs the log as it is now, keeps the note in `checkpoint` and hands it over. A log that does not continue the one that
    /// was signed last is not signed: `.contradicted`.
    public func signCheckpoint() throws(LogError) -> String {
        let keys = LogKeys(directory: directory)
        try keys.make()
        let signer = try keys.signer()
        let size = try end()
        if let problem = try checkpointProblem({ (earlier) throws(LogError) in try root(at: earlier) }, end: size) {
            throw .contradicted(keys.checkpointPath, reason: problem)
        }
        let checkpoint = Checkpoint(origin: signer.verifier.id.name, size: size, root: try root(at: size))
        let note = try signer.sign(checkpoint.text)
        try keys.keep(note: note)
        return note
    }

    /// What the kept note says; nil where there is none, or none that can be read.
    public func newestCheckpoint() throws(LogError) -> Checkpoint? {
        guard let note = try LogKeys(directory: directory).newestNote() else { return nil }
        return SignedNote(note).flatMap { Checkpoint($0.text) }
    }

    /// What is wrong with the kept checkpoint, as a clause; nil where it is right, or there is none.
    ///
    /// - Parameter rootAt: the root at a size; nil where that cannot be told.
    func checkpointProblem(
        _ rootAt: (UInt64) throws(LogError) -> Digest?, end: UInt64
    ) throws(LogError) -> String? {
        let keys = LogKeys(directory: directory)
        guard let text = try keys.newestNote() else { return nil }
        guard let note = SignedNote(text), let checkpoint = Checkpoint(note.text) else {
            return "it is not a signed checkpoint"
        }
        guard let verifier = try keys.verifier() else {
            return "key.pub is missing, which would say whether it is signed"
        }
        guard note.isSigned(by: verifier), haveSameBytes(checkpoint.origin, verifier.id.name) else {
            return "it is not signed with this log's key"
        }
        guard checkpoint.size <= end else {
            return "it is of \(checkpoint.size) events, and the log has only \(end)"
        }
        if let root = try rootAt(checkpoint.size), root != checkpoint.root {
            return "the first \(checkpoint.size) events are not those that were signed: their root is \(root.hex)"
        }
        return nil
    }
}
