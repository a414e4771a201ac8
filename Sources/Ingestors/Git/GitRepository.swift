// A git repository that a history is read from: which versions of a file it holds, and their bytes.

import EventLog
import Foundation

/// A version of a file: the commit that saved it.
public struct SavedVersion: Sendable, Hashable {
    /// The commit's object name, 40 hexadecimal digits (64 where the repository uses SHA-256).
    public let commit: String
    /// When it was committed. Committers' clocks differ, so a version may be older than the one before it.
    public let saved: Timestamp
    /// What it saved there.
    public var kind: Kind

    /// What can stand under a file's name.
    public enum Kind: Sendable, Hashable {
        case file, symbolicLink, submodule
    }

    public init(commit: String, saved: Timestamp, kind: Kind = .file) {
        self.commit = commit
        self.saved = saved
        self.kind = kind
    }
}

/// A repository, or a bundle unpacked for the time being.
public struct GitRepository: Sendable {
    /// As it was named.
    public let name: String
    let directory: String

    /// Opens what is at `path`, a repository (bare or not) or a bundle, for as long as `body` runs.
    public static func open<Result: Sendable>(
        _ path: String, _ body: (GitRepository) async throws -> Result
    ) async throws -> Result {
        guard isBundle(path) else {
            return try await body(GitRepository(name: path, directory: try await gitDirectory(path)))
        }
        let folder = try folderForBundle()
        try await unpack(path, into: folder.path)
        let result = try await body(GitRepository(name: path, directory: folder.path))
        _ = consume folder
        return result
    }

    private static func folderForBundle() throws(IngestError) -> PassingFolder {
        let (parent, prefix) = (FileManager.default.temporaryDirectory.path(), "daybook-bundle-")
        PassingFolder.removeLeftovers(in: parent, prefix: prefix) { UUID(uuidString: String($0)) != nil }
        let path = (parent.hasSuffix("/") ? parent : parent + "/") + prefix + UUID().uuidString
        guard let folder = PassingFolder(at: path) else {
            throw .git("a bundle cannot be unpacked into \(path): \(String(cString: strerror(errno)))")
        }
        return folder
    }

    /// The versions in which the file was changed, oldest first, along first parents and over all branches.
    public func versions(of path: String) async throws(IngestError) -> [SavedVersion] {
        let answer = try await log("--reverse", "--format=%H %ct", "--raw", "--", path)
        return Self.versions(answer, of: path)
    }

    /// Reads `COMMIT SECONDS`, and for each what it changed: `:MODE MODE …` with the mode that it left, and the path.
    static func versions(_ answer: [UInt8], of path: String) -> [SavedVersion] {
        var versions: [SavedVersion] = []
        var mode: Substring?
        for part in answer.split(whereSeparator: { $0 == 0 || $0 == UInt8(ascii: "\n") }) {
            if let known = mode {
                mode = nil
                guard !versions.isEmpty, part.elementsEqual(path.utf8) else { continue }
                versions[versions.count - 1].kind = SavedVersion.Kind(mode: known)
                continue
            }
            let words = String(decoding: part, as: UTF8.self).split(separator: " ")
            guard words.count >= 2 else { continue }
            if words[0].hasPrefix(":") {
                mode = words[1]
            } else if let seconds = Int64(words[1]) {
                let saved = Timestamp(millisecondsSinceEpoch: min(max(seconds, 0), secondsMax) * 1000)
                versions.append(SavedVersion(commit: String(words[0]), saved: saved))
            }
        }
        return versions
    }

    /// Those of the commits that neither a branch nor a tag leads to any more, in their order.
    func lost(of commits: [String]) async throws(IngestError) -> [String] {
        let answer = try await ask(["rev-list"] + Self.branches)
        let there = Set(answer.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) })
        return commits.filter { !there.contains($0) }
    }

    /// The end of the year 9999; git itself takes any number.
    private static let secondsMax: Int64 = 253_402_300_799

    /// The files that the history holds, and in how many versions each; those with most first.
    public func files() async throws(IngestError) -> [(path: String, versions: Int)] {
        let answer = try await log("--format=", "--name-only")
        var counts: [[UInt8]: Int] = [:]
        for name in answer.split(whereSeparator: { $0 == 0 || $0 == UInt8(ascii: "\n") }) {
            counts[Array(name), default: 0] += 1
        }
        return counts.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// What each commit changed along first parents, whatever the repository's configuration would rather show.
    private func log(_ arguments: String...) async throws(IngestError) -> [UInt8] {
        try await ask(
            [
                "-c", "log.follow=false", "-c", "log.showRoot=true", "log", "--first-parent",
                "--diff-merges=first-parent", "--no-show-signature", "--no-renames", "--no-ext-diff",
                "--ignore-submodules=none", "-z",
            ] + Self.branches + arguments)
    }

    /// All that history was saved on; nobody has saved a page as a stash, a note, or a proposal that nobody took.
    private static let branches = ["--ignore-missing", "--branches", "--remotes", "--tags", "HEAD"]

    private func ask(_ arguments: [String]) async throws(IngestError) -> [UInt8] {
        try await GitCommand(arguments: Self.common + ["--git-dir=\(directory)"] + arguments).run()
    }

    /// The repository was named by the user, whoever owns it; paths are names, not patterns.
    private static let common = [
        "-c", "safe.directory=*", "--no-pager", "--literal-pathspecs", "--no-replace-objects",
    ]
}

extension SavedVersion.Kind {
    /// - Parameter mode: as git writes it, in octal digits.
    init(mode: Substring) {
        switch mode {
        case "120000": self = .symbolicLink
        case "160000": self = .submodule
        default: self = .file
        }
    }

    /// What it is where it is no file.
    var name: String? {
        switch self {
        case .file: nil
        case .symbolicLink: "symbolic link"
        case .submodule: "submodule"
        }
    }
}

extension GitRepository {
    /// Hands over the bytes of a file in the given versions, in their order.
    ///
    /// - Parameter sizeMax: larger versions are passed over.
    func withVersions<Result: Sendable>(
        _ versions: [SavedVersion], of path: String, sizeMax: Int, _ body: @Sendable (GitObjects) async throws -> Result
    ) async throws -> Result {
        let command = GitCommand(arguments: Self.common + ["--git-dir=\(directory)", "cat-file", "--batch"])
        let requests = versions.map { GitObjects.Request(text: "\($0.commit):\(path)", other: $0.kind.name) }
        return try await GitObjects.with(command, requests: requests, sizeMax: sizeMax, body)
    }

    /// Bundles of both versions begin so.
    private static func isBundle(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 16) else {
            return false
        }
        return start.starts(with: Data("# v2 git bundle\n".utf8)) || start.starts(with: Data("# v3 git bundle\n".utf8))
    }

    private static func gitDirectory(_ path: String) async throws(IngestError) -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .history("there is no \(path); --git takes a git repository or a bundle")
        }
        // Not wherever git would look for one: a folder inside of a repository is none.
        let inside = path + "/.git"
        let directory = FileManager.default.fileExists(atPath: inside) ? inside : path
        let found: [UInt8]
        do throws(IngestError) {
            found = try await GitCommand(
                arguments: common + ["--git-dir=\(directory)", "rev-parse", "--absolute-git-dir"]
            ).run()
        } catch {
            guard case .git(let reason) = error, reason.hasPrefix("git says:") else { throw error }
            throw .history("\(path) is neither a git repository nor a bundle (\(reason))")
        }
        return String(decoding: found.split(separator: UInt8(ascii: "\n")).first ?? [], as: UTF8.self)
    }

    /// Into a folder of its own, without hooks or a work tree.
    private static func unpack(_ bundle: String, into folder: String) async throws(IngestError) {
        let arguments = ["clone", "--bare", "--quiet", "--template=", "--", bundle, folder]
        do throws(IngestError) {
            _ = try await GitCommand(arguments: common + arguments, protocols: "file").run()
        } catch {
            guard case .git(let reason) = error, reason.hasPrefix("git says:") else { throw error }
            throw .history("the bundle \(bundle) cannot be unpacked (\(reason))")
        }
    }
}
