import Foundation
import Synchronization
import Testing

@testable import Ingestors

@Suite("Git repositories", .timeLimit(.minutes(5)))
struct GitRepositoryTests {
    private func versions(_ path: String, of file: String = "shelf.xml") async throws -> [SavedVersion] {
        try await GitRepository.open(path) { try await $0.versions(of: file) }
    }

    private func objects(_ path: String, _ file: String, sizeMax: Int = 1 << 20) async throws -> [String] {
        try await GitRepository.open(path) { repository in
            let versions = try await repository.versions(of: file)
            return try await repository.withVersions(versions, of: file, sizeMax: sizeMax) { objects in
                var said: [String] = []
                while let (number, object) = try await objects.next() {
                    switch object {
                    case .bytes(let bytes): said.append("\(number) \(String(decoding: bytes, as: UTF8.self))")
                    case .missing: said.append("\(number) missing")
                    case .other(let kind): said.append("\(number) \(kind)")
                    case .tooLarge(let size): said.append("\(number) too large: \(size)")
                    }
                }
                return said
            }
        }
    }

    @Test("bare ones, those with a work tree, and bundles hold the same history")
    func forms() async throws {
        let bare = try Repository(.minutes("A=1", "A=2"))
        let tree = try Repository(.minutes("A=1", "A=2"), isBare: false)
        let bundle = bare.folder + "/history.bundle"
        try bare.git("bundle", "create", "-q", bundle, "--all")
        let expected = try await versions(bare.folder)
        #expect(expected.map(\.commit) == (try bare.commits()) && expected.map(\.saved) == [at(0), at(60)])
        for path in [tree.folder, tree.folder + "/.git", bundle] {
            #expect(try await versions(path) == expected, "\(path)")
            #expect(try await objects(path, "shelf.xml").count == 2)
        }
    }

    @Test("a bundle's temporary copy goes, also when reading it fails")
    func temporary() async throws {
        struct Enough: Error {}
        let bare = try Repository(.minutes("A=1"))
        let bundle = bare.folder + "/history.bundle"
        try bare.git("bundle", "create", "-q", bundle, "--all")
        let copy = Mutex("")
        await #expect(throws: Enough.self) {
            try await GitRepository.open(bundle) { repository in
                copy.withLock { $0 = repository.directory }
                let mode = try FileManager.default.attributesOfItem(atPath: repository.directory)[.posixPermissions]
                #expect(mode as? Int == 0o700)
                throw Enough()
            }
        }
        #expect(copy.withLock { $0 } != bundle && !FileManager.default.fileExists(atPath: copy.withLock { $0 }))
    }

    @Test("what a killed import has left of a bundle goes with the next one; a living one's stays")
    func leftovers() async throws {
        let bare = try Repository(.minutes("A=1"))
        let bundle = bare.folder + "/history.bundle"
        try bare.git("bundle", "create", "-q", bundle, "--all")
        let parent = FileManager.default.temporaryDirectory.path() + "/daybook-bundle-"
        let (left, living, strange) = (
            parent + UUID().uuidString, parent + UUID().uuidString, parent + "mine-\(getpid())"
        )
        for folder in [left, living, strange] {
            try FileManager.default.createDirectory(atPath: folder + "/refs", withIntermediateDirectories: true)
        }
        defer { for folder in [living, strange] { try? FileManager.default.removeItem(atPath: folder) } }
        let lock = open(living, O_RDONLY)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX) == 0)
        #expect(try await versions(bundle).count == 1)
        #expect([left, living, strange].map { FileManager.default.fileExists(atPath: $0) } == [false, true, true])
    }

    @Test("files come byte for byte; what is none, is gone or is too large is said to be")
    func objectKinds() async throws {
        let text = "a\nb\r\n\u{FEFF}ü\n\n"
        let repository = try Repository([
            Saved(text, at: 0, path: "d/a b.xml"), Saved(nil, at: 60, path: "d/a b.xml"),
            Saved("", at: 120, path: "d/a b.xml"),
            Saved(String(repeating: "x", count: 5000), at: 180, path: "d/a b.xml"),
            Saved("ok", at: 240, path: "d/a b.xml"),
        ])
        #expect(
            try await objects(repository.folder, "d/a b.xml", sizeMax: 4999)
                == ["0 \(text)", "1 missing", "2 ", "3 too large: 5000", "4 ok"])
        #expect(
            try await objects(repository.folder, "d").allSatisfy { $0.hasSuffix("tree") || $0.hasSuffix("missing") })
        #expect(try await objects(repository.folder, "d/*.xml") == [], "a path is a name, not a pattern")
    }

    @Test("a symbolic link and a submodule are not taken for a file, nor for one that is gone")
    func noFiles() async throws {
        let repository = try Repository([
            Saved("elsewhere", at: 0, mode: "120000"), Saved("a file", at: 60),
            Saved("a file", at: 120, mode: "100755"),
            Saved(String(repeating: "1", count: 40), at: 180, mode: "160000"), Saved(nil, at: 240),
            Saved("in a folder", at: 300, path: "shelf.xml/a", mode: "120000"),
            Saved(nil, at: 360, path: "shelf.xml/a"),
            Saved("elsewhere", at: 420, mode: "120000"),
        ])
        // What the repository's own configuration would rather show or hide decides nothing.
        for setting in ["log.showRoot=false", "log.follow=true", "diff.ignoreSubmodules=all", "diff.renames=copies"] {
            let parts = setting.split(separator: "=").map(String.init)
            try repository.git("config", parts[0], parts[1])
        }
        #expect(
            try await objects(repository.folder, "shelf.xml") == [
                "0 symbolic link", "1 a file", "2 a file", "3 submodule", "4 missing", "5 tree", "6 missing",
                "7 symbolic link",
            ])
    }

    @Test("stashes, notes and others' proposals are no versions; remote branches, tags and a HEAD of its own are")
    func references() async throws {
        let repository = try Repository(.minutes("A=1", "A=2"))
        let names = [
            "stash", "notes/commits", "notes/a/b", "pull/1/head", "merge-requests/1/head", "original/refs/heads/main",
            "remotes/origin/side", "tags/then",
        ]
        for (number, name) in names.enumerated() {
            try repository.save([Saved(list("B=\(number)"), at: 60 * Double(number + 3))], on: "side", from: "main")
            try repository.git("update-ref", "refs/\(name)", "refs/heads/side")
            try repository.git("update-ref", "-d", "refs/heads/side")
        }
        #expect(try await versions(repository.folder).map(\.saved) == [0, 60, 540, 600].map { at($0) })
        #expect(try await GitRepository.open(repository.folder) { try await $0.files().map(\.versions) } == [4])
        try repository.git("update-ref", "--no-deref", "HEAD", "refs/notes/a/b")
        #expect(try await versions(repository.folder).count == 5)
    }

    @Test("many and large versions are read without waiting for one another")
    func many() async throws {
        let texts = (0..<400).map { "\($0) " + String(repeating: "é", count: ($0 * 7919) % 40_000) }
        let repository = try Repository(texts.enumerated().map { Saved($1, at: Double($0), path: "big.txt") })
        #expect(try await objects(repository.folder, "big.txt") == texts.enumerated().map { "\($0) \($1)" })
    }

    @Test("which files a history holds, also those that are gone")
    func files() async throws {
        let repository = try Repository([
            Saved("1", at: 0, path: "a/x y.xml"), Saved("2", at: 60, path: "a/x y.xml"),
            Saved("3", at: 120, path: "ü.json"),
            Saved(nil, at: 180, path: "ü.json"),
        ])
        let files = try await GitRepository.open(repository.folder) {
            try await $0.files().map { "\($0.path) \($0.versions)" }
        }
        #expect(files == ["a/x y.xml 2", "ü.json 2"])
        let empty = try Repository()
        #expect(try await GitRepository.open(empty.folder) { try await $0.files().count } == 0)
        #expect(try await versions(empty.folder) == [])
    }

    @Test("what is no repository is said to be none")
    func noRepository() async throws {
        let tree = try Repository(.minutes("A=1"), isBare: false)
        let folder = tree.folder + "/inside"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("# v2 git bundle\nnonsense\n\nPACK".utf8).write(to: URL(filePath: folder + "/broken"))
        for (path, said) in [
            (folder, "neither a git repository nor a bundle"), (folder + "/nowhere", "there is no"),
            (folder + "/broken", "cannot be unpacked"),
        ] {
            await #expect { try await versions(path) } throws: { "\($0)".contains(said) }
        }
    }

    @Test("the repository's own configuration runs no programs")
    func hostile() async throws {
        let repository = try Repository(.minutes("A=1"), isBare: false)
        let trace = repository.folder + "/trace"
        let script = repository.folder + "/script"
        try Data("#!/bin/sh\ntouch \(trace)\n".utf8).write(to: URL(filePath: script))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        for key in [
            "core.fsmonitor", "gpg.program", "core.pager", "core.sshCommand", "diff.external", "core.hooksPath",
        ] {
            try repository.git("config", key, script)
        }
        try repository.git("config", "log.showSignature", "true")
        _ = try await GitRepository.open(repository.folder) { try await $0.files() }
        #expect(try await objects(repository.folder, "shelf.xml").count == 1)
        #expect(!FileManager.default.fileExists(atPath: trace))
    }
}
