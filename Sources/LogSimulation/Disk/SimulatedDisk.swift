// A disk with folders and files, as processes see it and as it is for sure. A value, so that a moment of it can be kept.

package struct SimulatedDisk: Sendable {
    package enum Entry: Sendable, Hashable {
        case file(Int)
        case folder(Int)
    }

    /// What was done to a folder's names and is not on disk for sure.
    private enum Change: Sendable, Hashable {
        case set(String, Entry)
        case remove(String)
        case rename(String, to: String, Entry)
    }

    private struct Folder: Sendable {
        var durable: [String: Entry] = [:]
        var cached: [String: Entry] = [:]
        var unsynced: [Change] = []
    }

    package var files: [Int: SimulatedFile] = [:]
    private var folders: [Int: Folder] = [0: Folder()]
    private var next = 1

    package init() {}

    // MARK: Names

    package func entry(_ path: String) -> Entry? {
        var entry = Entry.folder(0)
        for name in path.split(separator: "/") {
            guard case .folder(let number) = entry, let found = folders[number]?.cached[String(name)] else {
                return nil
            }
            entry = found
        }
        return entry
    }

    package func names(in path: String) -> [String]? {
        guard case .folder(let number)? = entry(path) else { return nil }
        return folders[number]?.cached.keys.sorted()
    }

    package mutating func makeFile(_ path: String) -> Int? {
        guard let (folder, name) = parent(of: path) else { return nil }
        let number = take()
        files[number] = SimulatedFile()
        change(folder, .set(name, .file(number)))
        return number
    }

    package mutating func makeFolder(_ path: String) -> Bool {
        guard let (folder, name) = parent(of: path) else { return false }
        let number = take()
        folders[number] = Folder()
        change(folder, .set(name, .folder(number)))
        return true
    }

    package mutating func remove(_ path: String) {
        guard let (folder, name) = parent(of: path), folders[folder]?.cached[name] != nil else { return }
        change(folder, .remove(name))
    }

    /// Within one folder, as a log does it.
    package mutating func rename(_ from: String, to: String) -> Bool {
        guard let (folder, old) = parent(of: from), let (other, new) = parent(of: to), folder == other,
            let entry = folders[folder]?.cached[old]
        else { return false }
        change(folder, .rename(old, to: new, entry))
        return true
    }

    package mutating func syncFolder(_ path: String) {
        guard case .folder(let number)? = entry(path), let cached = folders[number]?.cached else { return }
        folders[number] = Folder(durable: cached, cached: cached)
    }

    package mutating func syncAll() {
        for number in files.keys { files[number]?.sync() }
        for (number, folder) in folders { folders[number] = Folder(durable: folder.cached, cached: folder.cached) }
    }

    private func parent(of path: String) -> (Int, String)? {
        let names = path.split(separator: "/")
        guard let name = names.last, case .folder(let number)? = entry(names.dropLast().joined(separator: "/")) else {
            return nil
        }
        return (number, String(name))
    }

    private mutating func take() -> Int {
        defer { next += 1 }
        return next
    }

    private mutating func change(_ folder: Int, _ change: Change) {
        guard var changed = folders[folder] else { return }
        Self.apply(change, to: &changed.cached)
        changed.unsynced.append(change)
        folders[folder] = changed
    }

    private static func apply(_ change: Change, to names: inout [String: Entry]) {
        switch change {
        case .set(let name, let entry): names[name] = entry
        case .remove(let name): names[name] = nil
        case .rename(let old, let new, let entry):
            if names[old] == entry { names[old] = nil }
            names[new] = entry
        }
    }

    // MARK: After a power loss

    /// A disk that may be found after the power went: of each file and each folder some of what was not synced, and of each its own.
    package func afterPowerLoss(_ random: inout SeededRandom) -> SimulatedDisk {
        var disk = SimulatedDisk()
        disk.next = next
        for (number, folder) in folders.sorted(by: { $0.key < $1.key }) {
            let names = Self.survivors(of: folder, &random)
            disk.folders[number] = Folder(durable: names, cached: names)
        }
        for (number, file) in files.sorted(by: { $0.key < $1.key }) {
            disk.files[number] = SimulatedFile(file.survivor(&random))
        }
        disk.forgetUnreachable()
        return disk
    }

    /// A disk on which nothing is left that was not synced.
    package var worstCase: SimulatedDisk {
        var disk = self
        for (number, folder) in folders {
            disk.folders[number] = Folder(durable: folder.durable, cached: folder.durable)
        }
        for (number, file) in files { disk.files[number] = SimulatedFile(file.durable) }
        disk.forgetUnreachable()
        return disk
    }

    private static func survivors(of folder: Folder, _ random: inout SeededRandom) -> [String: Entry] {
        guard !folder.unsynced.isEmpty else { return folder.cached }
        var names = folder.durable
        switch random.below(4) {
        case 0: break
        case 1: names = folder.cached
        case 2:
            for change in folder.unsynced.prefix(random.below(folder.unsynced.count + 1)) { apply(change, to: &names) }
        default: for change in folder.unsynced where random.isOne(in: 2) { apply(change, to: &names) }
        }
        return names
    }

    private mutating func forgetUnreachable() {
        var reached: Set<Entry> = [.folder(0)]
        var rest = [0]
        while let number = rest.popLast() {
            for entry in folders[number]?.cached.values ?? [:].values where reached.insert(entry).inserted {
                if case .folder(let inner) = entry { rest.append(inner) }
            }
        }
        files = files.filter { reached.contains(.file($0.key)) }
        folders = folders.filter { reached.contains(.folder($0.key)) }
    }

    /// Tells this state from others, whatever order it came about in.
    package func hash(into hasher: inout Hasher) {
        for (number, folder) in folders.sorted(by: { $0.key < $1.key }) {
            hasher.combine(number)
            hasher.combine(folder.cached)
            hasher.combine(folder.unsynced)
        }
        for (number, file) in files.sorted(by: { $0.key < $1.key }) {
            hasher.combine(number)
            file.hash(into: &hasher)
        }
    }

    // MARK: Changed by hand

    /// The bytes of a file as processes see them.
    package func bytes(_ path: String) -> [UInt8]? {
        guard case .file(let number)? = entry(path) else { return nil }
        return files[number]?.cached
    }

    /// Puts a file there, on disk for sure.
    package mutating func put(_ bytes: [UInt8], _ path: String) {
        let number: Int?
        if case .file(let found)? = entry(path) { number = found } else { number = makeFile(path) }
        guard let number, let (folder, name) = parent(of: path) else { return }
        files[number] = SimulatedFile(bytes)
        folders[folder]?.durable[name] = .file(number)
    }
}
