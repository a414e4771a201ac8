// Where one projection of one version keeps its generations, and which of them counts. The pointer is a small file that is
// replaced by renaming; databases that nobody has open any more, and that it does not point to, are removed.

import Foundation

struct Shelf: Sendable {
    let folder: String
    /// `NAME-vVERSION`: program versions beside each other never touch each other's databases.
    let title: String

    init(folder: String, name: String, version: Int) {
        self.folder = folder
        self.title = "\(name)-v\(version)"
    }

    private var pointerPath: String { "\(folder)/\(title).current" }
    func databasePath(_ generation: Int) -> String { "\(folder)/\(title)-g\(generation).sqlite" }
    private func lockPath(_ generation: Int) -> String { "\(folder)/\(title)-g\(generation).lock" }

    /// The generation that readers are to use.
    func currentNumber() -> Int? {
        guard let bytes = FileManager.default.contents(atPath: pointerPath) else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
    }

    /// Moves the pointer, never backwards.
    func publish(_ generation: Int) throws(ProjectionError) {
        guard generation > currentNumber() ?? 0 else { return }
        do {
            try Data("\(generation)\n".utf8).write(to: URL(fileURLWithPath: pointerPath), options: .atomic)
        } catch {
            throw .storage(path: pointerPath, reason: error.localizedDescription)
        }
    }

    /// The current generation, kept from being removed while the value lives; `nil` where there is none to open.
    ///
    /// Only a generation that the pointer has left is ever removed, and the pointer never returns to one: so a lock that is
    /// held while the pointer still points there is safe.
    func openCurrent() throws(ProjectionError) -> Generation? {
        for _ in 0..<1000 {
            guard let number = currentNumber() else { return nil }
            guard let lock = try FileLock.take(lockPath(number), .shared), currentNumber() == number else { continue }
            let path = databasePath(number)
            return FileManager.default.fileExists(atPath: path) ? Generation(self, number, lock) : nil
        }
        throw .storage(path: pointerPath, reason: "its generations change faster than they can be opened")
    }

    /// A number nobody has used, with its lock held. The caller holds the build lock.
    func newGeneration() throws(ProjectionError) -> Generation {
        // Whoever clears away unused generations may take a lock file for one in the moment in which it is made.
        for _ in 0..<1000 {
            let number = 1 + max(currentNumber() ?? 0, generations().max() ?? 0)
            if let lock = try FileLock.take(lockPath(number), .shared) { return Generation(self, number, lock) }
        }
        throw .storage(path: folder, reason: "others hold the locks of new generations in it")
    }

    /// Held by whoever fills a new generation, so that several processes do not do the same work beside each other.
    func takeBuildLock() throws(ProjectionError) -> FileLock? {
        try FileLock.take("\(folder)/\(title).build", .exclusive)
    }

    /// Removes what the pointer has left, or never reached, where nobody has it open.
    func removeUnused() {
        for number in generations() where number != currentNumber() {
            guard let lock = try? FileLock.take(lockPath(number), .exclusive) else { continue }
            remove(number, holding: lock)
        }
    }

    /// Removes a generation's files under its exclusive lock, unless the pointer has come to it.
    func remove(_ generation: Int, holding lock: FileLock) {
        guard generation != currentNumber() else { return }
        removeDatabase(generation)
        unlink(lockPath(generation))
        withExtendedLifetime(lock) {}
    }

    func removeDatabase(_ generation: Int) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(databasePath(generation) + suffix) }
    }

    /// Every generation that has left a file behind.
    private func generations() -> Set<Int> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let prefix = "\(title)-g"
        return Set(
            names.compactMap { name in
                guard name.hasPrefix(prefix) else { return nil }
                return Int(name.dropFirst(prefix.count).prefix { $0.isNumber })
            })
    }
}
