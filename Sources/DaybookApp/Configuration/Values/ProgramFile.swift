// Where a program is that daybook.yaml names, and whether it can be started.

import Foundation

enum ProgramFile {
    /// Why a program cannot be started, as a sentence.
    struct Unusable: Error, Equatable {
        let reason: String
    }

    /// Where a program is looked for when `PATH` is not set.
    static let standardSearchPath = "/usr/local/bin:/usr/bin:/bin"

    /// The absolute path of a program: a name with a slash is relative to `folder`, a bare one is looked up.
    static func find(_ name: String, folder: String, searchPath: String?) throws(Unusable) -> String {
        guard !name.isEmpty else { throw Unusable(reason: "expected a program, got an empty text") }
        guard !name.contains("/") else {
            let path = FilePath.absolute(name, in: folder)
            try check(path, name)
            return path
        }
        for place in (searchPath ?? standardSearchPath).split(separator: ":") {
            let path = FilePath.absolute(String(place), in: folder) + "/" + name
            if (try? check(path, name)) != nil { return path }
        }
        if (try? check(FilePath.absolute(name, in: folder), name)) != nil {
            throw Unusable(
                reason:
                    "there is no program \"\(name)\" on the PATH; the one beside daybook.yaml is written \"./\(name)\"")
        }
        throw Unusable(reason: "there is no program \"\(name)\" on the PATH; install it, or write where it is")
    }

    private static func check(_ path: String, _ name: String) throws(Unusable) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Unusable(reason: "there is no program \(path); paths are relative to the folder of daybook.yaml")
        }
        guard !isFolder.boolValue else { throw Unusable(reason: "\(path) is a folder, not a program") }
        guard access(path, X_OK) == 0 else {
            throw Unusable(reason: "\(path) is not executable; chmod +x \(name) makes it so")
        }
    }
}
