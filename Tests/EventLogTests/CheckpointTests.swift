// Signed checkpoints: keys, notes, and a log that is held to what was signed.

import CanonicalJSON
import Crypto
import Foundation
import Testing

@testable import EventLog

@Suite("Checkpoints", .timeLimit(.minutes(5)))
struct CheckpointTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    private func path(_ name: String) -> String { folder.data + "/" + name }

    private func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }

    private func filled(_ count: Int) async throws -> EventLog {
        let log = try openLog(folder)
        var drafts = Drafts()
        if count > 0 { try await log.append(drafts.make(count)) }
        return log
    }

    // MARK: Notes

    /// The example of golang.org/x/mod/sumdb/note, which C2SP's signed-note page refers to.
    static let example = (
        signer: "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        verifier: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        text: """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        """,
        signature: "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )

    @Test("the published note is signed and checked as published")
    func vector() throws {
        let signer = try #require(NoteSigner(Self.example.signer))
        #expect(signer.text == Self.example.signer && signer.verifier.text == Self.example.verifier)
        let note = "\(Self.example.text)\n\u{2014} PeterNeumann \(Self.example.signature)\n"
        #if os(Linux)
        // Elsewhere CryptoKit mixes in randomness, and the signature is another one that is as good.
        #expect(try signer.sign(Self.example.text) == note)
        #endif
        let parsed = try #require(SignedNote(note))
        let verifier = try #require(NoteVerifier(Self.example.verifier))
        #expect(parsed.text == Self.example.text && parsed.isSigned(by: verifier))
        let own = try #require(SignedNote(try signer.sign(Self.example.text)))
        #expect(own.isSigned(by: verifier))
    }

    @Test("a note is signed only where every signature of the key holds")
    func signatures() throws {
        let signer = NoteSigner(name: "daybook/test")
        let other = NoteSigner(name: "someone.example/else")
        let note = try signer.sign("a\nb\n")
        let line = note.split(separator: "\n")[2]
        func isSigned(_ note: String) -> Bool { SignedNote(note)?.isSigned(by: signer.verifier) == true }
        #expect(isSigned(note))
        #expect(isSigned(note + (try other.sign("a\nb\n")).split(separator: "\n")[2] + "\n"))
        #expect(!isSigned(try other.sign("a\nb\n")))
        #expect(!isSigned(try NoteSigner(name: "daybook/test").sign("a\nb\n")))
        #expect(!isSigned("a\nc\n\n\(line)\n"))
        #expect(!isSigned(note + (try signer.sign("c\n")).split(separator: "\n")[1] + "\n"))
    }

    @Test(
        "what is not a note is none",
        arguments: [
            "", "text\n", "text\n\n", "text\n\n\u{2014} name\n", "text\n\n- name AAAAAAAA\n",
            "text\n\n\u{2014} na+me AAAAAAAA\n",
            "text\n\n\u{2014} name !!!!\n", "te\u{1}xt\n\n\u{2014} name AAAAAAAA\n", "\n\u{2014} name AAAAAAAA\n",
            "text\n\n\u{2014} name AAAAAAAA",
        ])
    func noNotes(text: String) { #expect(SignedNote(text) == nil) }

    @Test(
        "what is not a key is none",
        arguments: [
            "", "name", "name+00000000+AAAA", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ])
    func noKeys(text: String) {
        #expect(NoteVerifier(text) == nil && NoteSigner("PRIVATE+KEY+" + text) == nil)
    }

    // MARK: Keys

    @Test("whatever makes a data folder makes its keys, once, for nobody else to read")
    func keys() async throws {
        _ = try openLog(folder)
        let (key, verifier) = (try text("key"), try text("key.pub"))
        let permissions = try FileManager.default.attributesOfItem(atPath: path("key"))[.posixPermissions] as? Int
        #expect(permissions == 0o600)
        #expect(key.hasPrefix("PRIVATE+KEY+daybook/") && verifier.hasPrefix("daybook/"))
        #expect(NoteVerifier(verifier.trimmingCharacters(in: .newlines))?.id.name.utf8.count == 20)
        _ = try openLog(folder)
        #expect(try text("key") == key && text("key.pub") == verifier)
        try FileManager.default.removeItem(atPath: path("key.pub"))
        _ = try openLog(folder)
        #expect(try text("key") == key && text("key.pub") == verifier)
    }

    @Test("what a process that was killed while it made keys has left goes when they are made; nothing else does")
    func leftovers() async throws {
        _ = try openLog(folder)
        try FileManager.default.removeItem(atPath: path("key.pub"))
        let left = ["key.\(RunID.make())", "key.pub.\(RunID.make())"]
        let others = ["key.old", "key.pub.", "keys", "checkpoint.\(RunID.make())"]
        for name in left + others { try write("half a k", name) }
        _ = try openLog(folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.data)
        #expect(Set(names).isSuperset(of: others + ["key", "key.pub"]))
        #expect(Set(names).isDisjoint(with: left))
    }

    @Test("a data folder of before there were keys gets them when one is needed")
    func oldFolder() async throws {
        let log = try await filled(3)
        for name in ["key", "key.pub"] { try FileManager.default.removeItem(atPath: path(name)) }
        let note = try log.signCheckpoint()
        #expect(note.hasPrefix(try String(text("key.pub").split(separator: "+")[0])))
    }

    @Test("a key that is lost is not replaced while its other half is there")
    func lostKey() async throws {
        let log = try await filled(3)
        try FileManager.default.removeItem(atPath: path("key"))
        _ = try openLog(folder)
        #expect(!FileManager.default.fileExists(atPath: path("key")))
        #expect { try log.signCheckpoint() } throws: { "\($0)".contains("restore it") }
        try write("nonsense\n", "key")
        #expect { try log.signCheckpoint() } throws: { "\($0)".contains("not a signing key") }
    }

    // MARK: Checkpoints

    @Test("a checkpoint is origin, size and root, signed; it is kept, and holds for what the log becomes")
    func checkpoint() async throws {
        let log = try await filled(100)
        let note = try log.signCheckpoint()
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        let verifier = try #require(NoteVerifier(try text("key.pub").trimmingCharacters(in: .newlines)))
        #expect(lines.count == 6 && lines[0] == verifier.id.name && lines[1] == "100" && lines[3].isEmpty)
        #expect(lines[4].hasPrefix("\u{2014} \(verifier.id.name) "))
        let root = try log.verify().root
        #expect(Data(base64Encoded: String(lines[2])).map(Array.init) == root?.bytes)
        // Checked without our own code for it.
        let parts = try text("key.pub").trimmingCharacters(in: .newlines).split(separator: "+", maxSplits: 2)
        let key = try #require(Data(base64Encoded: String(parts[2])))
        let signature = try #require(Data(base64Encoded: String(lines[4].split(separator: " ")[2])))
        let signed = Data(lines[..<3].joined(separator: "\n").utf8) + Data([0x0A])
        #expect(
            try Curve25519.Signing.PublicKey(rawRepresentation: key.dropFirst())
                .isValidSignature(signature.dropFirst(4), for: signed))

        #expect(try text("checkpoint") == note)
        var drafts = Drafts()
        try await log.append(drafts.make(70))
        try files.sealAll(log)
        let verified = try log.verify()
        #expect(verified.isOK && verified.checkpoint == 100)
        #expect(try log.newestCheckpoint()?.root == root)
        _ = try log.signCheckpoint()
        #expect(try log.verify().checkpoint == 170)
    }

    @Test("an empty log can be signed too")
    func empty() throws {
        let log = try openLog(folder)
        _ = try log.signCheckpoint()
        let verified = try log.verify()
        #expect(verified.isOK && verified.checkpoint == 0)
    }

    @Test("a checkpoint that the log does not continue is a problem, and nothing is signed over it")
    func contradicted() async throws {
        let log = try await filled(100)
        let note = try log.signCheckpoint()
        let signer = try #require(NoteSigner(try text("key").trimmingCharacters(in: .newlines)))
        let origin = signer.verifier.id.name
        func signed(_ checkpoint: Checkpoint, by signer: NoteSigner = signer) throws -> String {
            try signer.sign(checkpoint.text)
        }
        let root = try log.root(at: 50)
        let stranger = NoteSigner(name: origin)
        let sound = Checkpoint(origin: origin, size: 50, root: root)
        for (text, what) in [
            (try signed(Checkpoint(origin: origin, size: 50, root: .sha256([1]))), "not those that were signed"),
            (try signed(Checkpoint(origin: origin, size: 101, root: root)), "only 100"),
            (try signed(Checkpoint(origin: "elsewhere", size: 50, root: root)), "not signed with"),
            (try signed(sound, by: stranger), "not signed with"),
            (note.replacingOccurrences(of: "100", with: "10"), "not signed with"),
            ("rubbish", "not a signed checkpoint"), (try signer.sign("\(origin)\n050\n"), "not a signed checkpoint"),
        ] {
            try write(text, "checkpoint")
            let verified = try log.verify()
            #expect(verified.problems.map(\.file) == ["checkpoint"] && verified.root != nil, "\(what)")
            #expect(verified.problems.first?.what.contains(what) == true, "\(verified.problems) should say \(what)")
            #expect { try log.signCheckpoint() } throws: { error in
                if case .contradicted? = error as? LogError { true } else { false }
            }
        }
        try write(try signed(sound), "checkpoint")
        #expect(try log.verify().isOK)
        try FileManager.default.removeItem(atPath: path("key.pub"))
        #expect(try log.verify().problems.first?.what.contains("key.pub is missing") == true)
    }

    // MARK: Evidence

    @Test("evidence that is missing or not what its name stands for is a problem, by the first event that names it")
    func evidence() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        let plain = try log.blobs.put((0..<200).map { _ in UInt8.random(in: 0...255) })
        let packed = try log.blobs.put(Array(String(repeating: "long ", count: 900).utf8))
        for blob in [plain, packed, plain] {
            var draft = drafts.next()
            draft.evidence = blob.digest.reference
            try await log.append([draft])
        }
        var elsewhere = drafts.next()
        elsewhere.evidence = "git:0123:schedule.xml"
        try await log.append([elsewhere])
        let sound = try log.verify()
        #expect(sound.isOK && sound.blobs == 2)
        func file(_ blob: Blob, _ suffix: String = "") -> String {
            path("blobs/\(blob.digest.hex.prefix(2))/\(blob.digest.hex)\(suffix)")
        }
        try Data([1, 2]).write(to: URL(fileURLWithPath: file(plain)))
        try FileManager.default.removeItem(atPath: file(packed, ".gz"))
        var seen: [UInt64] = []
        let verified = try log.verify(progress: { phase, done, _ in if phase == .evidence { seen.append(done) } })
        #expect(
            verified.problems.map(\.file)
                == [plain, packed].map { "blobs/\($0.digest.hex.prefix(2))/\($0.digest.hex)" })
        #expect(verified.problems[0].what.contains("event 0") && verified.problems[1].what.contains("event 1"))
        #expect(verified.root != nil && seen == [1, 2])
        try Data(Gzip.deflate([1])).write(to: URL(fileURLWithPath: file(packed, ".gz")))
        #expect(try log.verify().problems[1].what.contains("does not have the bytes"))
        #expect(try log.verify(named: { _ in [] }).isOK)
    }
}
