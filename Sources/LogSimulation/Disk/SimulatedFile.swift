// One file's bytes, as the processes see them and as the disk has them, sector by sector.

package struct SimulatedFile: Sendable {
    /// A disk writes a sector whole or not at all.
    package static let sectorSize = 512
    /// So many earlier contents of a sector that was not synced are kept; the disk may have any of them.
    private static let versionsMax = 3

    /// What is on disk for sure.
    package private(set) var durable: [UInt8]
    /// What processes read.
    package private(set) var cached: [UInt8]
    /// Sectors written since the last sync, with what they held in between.
    private var unsynced: [Int: [[UInt8]]] = [:]
    /// Those of them that a failed sync made the system take for written: no later sync writes them.
    private var forgotten: Set<Int> = []
    /// Which sizes the file has had since the last sync.
    private var sizes: Set<Int> = []

    package init(_ bytes: [UInt8] = []) {
        durable = bytes
        cached = bytes
    }

    package var isSynced: Bool { unsynced.isEmpty && sizes.isEmpty }

    package mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard !bytes.isEmpty else { return }
        // Bytes between the old end and the first new one are zeros.
        touch(min(offset, cached.count)..<offset + bytes.count)
        if cached.count < offset + bytes.count {
            cached += [UInt8](repeating: 0, count: offset + bytes.count - cached.count)
        }
        cached.withUnsafeMutableBytes { target in
            UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + bytes.count]).copyMemory(from: bytes)
        }
        sizes.insert(cached.count)
    }

    package mutating func truncate(to size: Int) {
        guard size != cached.count else { return }
        touch(min(size, cached.count)..<max(size, cached.count))
        if size < cached.count {
            cached.removeLast(cached.count - size)
        } else {
            cached += [UInt8](repeating: 0, count: size - cached.count)
        }
        sizes.insert(size)
    }

    /// All that a sync still knows of reaches the disk.
    package mutating func sync() {
        var written = cached
        for sector in forgotten { written.replace(sector, with: durable.sector(sector)) }
        durable = written
        unsynced = unsynced.filter { forgotten.contains($0.key) && $0.key * Self.sectorSize < durable.count }
        forgotten.formIntersection(unsynced.keys)
        sizes = []
    }

    /// The sync answers with an error; the system then takes what it had to write for written. `dropping`: and reads it from the
    /// disk again.
    package mutating func failSync(dropping: Bool) {
        forgotten.formUnion(unsynced.keys)
        guard dropping else { return }
        for sector in forgotten { cached.replace(sector, with: durable.sector(sector)) }
        unsynced = [:]
        forgotten = []
    }

    private mutating func touch(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        for sector in range.lowerBound / Self.sectorSize...(range.upperBound - 1) / Self.sectorSize {
            if unsynced[sector] == nil {
                unsynced[sector] = []
            } else if unsynced[sector]?.count ?? 0 < Self.versionsMax {
                unsynced[sector]?.append(Array(cached.sector(sector)))
            }
            forgotten.remove(sector)
        }
        sizes.insert(cached.count)
    }

    // MARK: After a power loss

    /// What the disk may hold after the power went.
    package func survivor(_ random: inout SeededRandom) -> [UInt8] {
        guard !isSynced else { return cached }
        switch random.below(6) {
        case 0: return durable
        case 1: return cached
        case 2: return torn(&random)
        default: return scattered(&random)
        }
    }

    /// The first so many of the unsynced sectors, as if they had been written in order.
    private func torn(_ random: inout SeededRandom) -> [UInt8] {
        var bytes = durable
        let sectors = unsynced.keys.sorted()
        for sector in sectors.prefix(random.below(sectors.count + 1)) {
            bytes.replace(sector, with: cached.sector(sector), growing: true)
        }
        return bytes
    }

    /// Any of the unsynced sectors, in any of the contents that they have had, in a file of any size that it has had.
    private func scattered(_ random: inout SeededRandom) -> [UInt8] {
        var bytes = durable
        for sector in unsynced.keys.sorted() {
            switch random.below(5) {
            case 0, 1: break
            case 2:
                guard let older = random.pick(unsynced[sector] ?? []) else { break }
                bytes.replace(sector, with: older[...], growing: true)
            default: bytes.replace(sector, with: cached.sector(sector), growing: true)
            }
        }
        let sizes = (sizes.union([durable.count, cached.count])).sorted()
        switch random.below(3) {
        case 0: break
        case 1: bytes.resize(to: random.pick(sizes) ?? bytes.count, &random)
        default:
            // Between two sizes, at a sector's end.
            let room = (sizes[sizes.count - 1] - sizes[0]) / Self.sectorSize + 1
            let end = (sizes[0] / Self.sectorSize + random.below(room) + 1) * Self.sectorSize
            bytes.resize(to: min(max(end, sizes[0]), sizes[sizes.count - 1]), &random)
        }
        return bytes
    }

    /// Tells this state from others.
    package func hash(into hasher: inout Hasher) {
        cached.withUnsafeBytes { hasher.combine(bytes: $0) }
        hasher.combine(cached.count)
        hasher.combine(unsynced.count)
        hasher.combine(forgotten.count)
        guard !isSynced else { return }
        durable.withUnsafeBytes { hasher.combine(bytes: $0) }
        hasher.combine(sizes)
    }
}

extension [UInt8] {
    /// A sector's bytes, as many as there are.
    fileprivate func sector(_ number: Int) -> ArraySlice<UInt8> {
        let start = Swift.min(number * SimulatedFile.sectorSize, count)
        return self[start..<Swift.min(start + SimulatedFile.sectorSize, count)]
    }

    /// Puts a sector in place; beyond the end only where it may grow. What the sector lacks is zeros.
    fileprivate mutating func replace(_ number: Int, with bytes: ArraySlice<UInt8>, growing: Bool = false) {
        let start = number * SimulatedFile.sectorSize
        if growing, count < start + bytes.count {
            self += [UInt8](repeating: 0, count: start + bytes.count - count)
        }
        for (index, place) in (start..<Swift.max(start, Swift.min(start + SimulatedFile.sectorSize, count)))
            .enumerated()
        {
            self[place] = index < bytes.count ? bytes[bytes.startIndex + index] : 0
        }
    }

    /// Cuts, or adds what a disk shows where nothing was written: zeros, now and then garbage.
    fileprivate mutating func resize(to size: Int, _ random: inout SeededRandom) {
        if size < count { return removeLast(count - size) }
        let isGarbage = random.isOne(in: 4)
        while count < size { append(isGarbage ? UInt8(truncatingIfNeeded: random.next()) : 0) }
    }
}
