// The path of a file in a repository, as people write it and as git and the log name it: one name for one file.

import Foundation

enum RepositoryPath {
    /// From the repository's root, without `.`, `..` and empty parts; nil where it leads out of the repository or names no file.
    ///
    /// - Parameter roots: where the work tree lies, in an absolute path under any of its names.
    static func normalised(_ path: String, roots: [String]) -> String? {
        guard path.hasPrefix("/") else { return joined(parts(path)) }
        guard let parts = parts(path) else { return nil }
        for root in roots.compactMap(parts(_:)) where parts.starts(with: root) {
            return joined(Array(parts.dropFirst(root.count)))
        }
        return nil
    }

    private static func joined(_ parts: [Substring]?) -> String? {
        guard let parts, !parts.isEmpty else { return nil }
        return parts.joined(separator: "/")
    }

    private static func parts(_ path: String) -> [Substring]? {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            guard part == ".." else {
                parts.append(part)
                continue
            }
            guard parts.popLast() != nil else { return nil }
        }
        return parts
    }
}

extension GitRepository {
    /// A file's path as the history has it, from what the user wrote: `./a.xml`, `x/../a.xml` and, where there is a work tree, an
    /// absolute path mean `a.xml`.
    public func path(of file: String) throws(IngestError) -> String {
        if let path = RepositoryPath.normalised(file, roots: workTrees) { return path }
        throw .history("\(file) is no file in \(name); --path takes a path from the repository's root")
    }

    /// The folder that was checked out into, as it was named and where that leads; none for a bare repository and a bundle.
    private var workTrees: [String] {
        guard FileManager.default.fileExists(atPath: name + "/.git") else { return [] }
        let url = URL(fileURLWithPath: name)
        return [url.standardized.path, url.resolvingSymlinksInPath().path]
    }
}
