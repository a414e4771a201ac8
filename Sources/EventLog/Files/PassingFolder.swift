// Folders that are there only while something is being made in them, and that nobody keeps after a `kill -9`.

import Foundation
import Glibc

/// A folder of mode 0700 that goes with this value. It is locked, so that what a killed process has left is known for that.
package struct PassingFolder: ~Copyable {
    package let path: String
    /// The folder itself, open.
    package let descriptor: Int32

    /// Makes the folder, which must not be there. Where that fails `errno` says why.
    package init?(at path: String) {
        // Between its making and its lock it may pass for a leftover, and is made once more.
        for _ in 0..<5 {
            guard mkdir(path, 0o700) == 0 else { return nil }
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if descriptor >= 0, flock(descriptor, LOCK_EX) == 0, Self.isStill(path, descriptor) {
                self.path = path
                self.descriptor = descriptor
                return
            }
            if descriptor >= 0 { close(descriptor) }
        }
        return nil
    }

    /// Where it was renamed it stays.
    deinit {
        try? FileManager.default.removeItem(atPath: path)
        close(descriptor)
    }

    /// Removes the folders of ours in `parent` whose names are the prefix and an ending, and whose makers are gone.
    ///
    /// - Parameter isEnding: whether what follows the prefix is what a maker puts there.
    package static func removeLeftovers(in parent: String, prefix: String, _ isEnding: (Substring) -> Bool) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            guard isEnding(name.dropFirst(prefix.count)) else { continue }
            let path = (parent.hasSuffix("/") ? parent : parent + "/") + name
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            var status = stat()
            if fstat(descriptor, &status) == 0, status.st_uid == geteuid(), flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                try? FileManager.default.removeItem(atPath: path)
            }
            close(descriptor)
        }
    }

    private static func isStill(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, opened) = (stat(), stat())
        return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
            && named.st_dev == opened.st_dev
    }
}
