// What is newest of each item while a collection is loaded: in memory of a fixed size, used as a ring. A new state goes where the
// oldest ones are, and what must make room is handed on. So how much memory a rebuild takes does not depend on how many
// items there are, nor on how long the log is.

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An item as it was last heard of.
struct Remembered {
    var item: Int64
    var time: Int64
    var isPresent: Bool
    /// Where it lies; whoever has the value knows for how long.
    var state: UnsafeRawBufferPointer
}

extension Remembered {
    init(_ found: NewestStates.Found) {
        let entry = found.entry.pointee
        self.init(item: entry.item, time: entry.time, isPresent: entry.isPresent, state: found.state)
    }
}

/// Not to be shared between threads.
final class NewestStates {
    /// An item in the ring, behind it its subject and its state.
    struct Entry {
        var hash: UInt64
        var item: Int64
        var time: Int64
        var subjectCount: UInt32
        var stateCount: UInt32
        var isPresent: Bool
        /// Whether it was not replaced.
        fileprivate var isNewest: Bool

        fileprivate var byteCount: Int {
            // Entries begin where a word may.
            (MemoryLayout<Entry>.stride + Int(subjectCount) + Int(stateCount) + 7) & ~7
        }
    }

    /// An entry where it lies; valid until the next one is put in.
    struct Found {
        let entry: UnsafeMutablePointer<Entry>
        fileprivate let position: Int
        /// Where it was found, as long as no slot was moved.
        fileprivate let slot: Int
        fileprivate let moves: Int

        /// The state is the same, and heard of again.
        func update(_ time: Int64, _ isPresent: Bool) {
            entry.pointee.time = time
            entry.pointee.isPresent = isPresent
        }

        var subject: UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(start: UnsafeRawPointer(entry + 1), count: Int(entry.pointee.subjectCount))
        }
        var state: UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(
                start: UnsafeRawPointer(entry + 1) + Int(entry.pointee.subjectCount),
                count: Int(entry.pointee.stateCount))
        }
    }

    /// A position, in words, and 24 bits of the subject's hash; 0 where nothing is.
    private struct Slot {
        private let bits: UInt64
        static let nothing = Slot(bits: 0)

        private init(bits: UInt64) { self.bits = bits }

        init(_ position: Int, hash: UInt64) { bits = UInt64(position / 8 + 1) | hash << 40 }

        var isFree: Bool { bits == 0 }
        var position: Int { (Int(bits & (1 << 40 - 1)) - 1) * 8 }
        /// As many bits of the hash as are kept.
        var hash: Int { Int(bits >> 40) }
        static func hash(_ whole: UInt64) -> Int { Int(whole & (1 << 24 - 1)) }
    }

    /// Called with each entry that has to go while it is its item's newest.
    private let evict: (Remembered) throws -> Void
    private let memory: UnsafeMutableRawBufferPointer
    /// Positions count on for ever; where they lie in the memory is the remainder.
    private var head = 0
    private var tail = 0
    /// Where each entry is that is its item's newest. Searched on from the hash's place. They grow with the number of items: few that
    /// lie close together are found without waiting for memory.
    private var slots = [Slot](repeating: .nothing, count: 64)
    private let slotCountMax: Int
    private(set) var count = 0
    /// How often slots were moved.
    private var moves = 0

    /// `byteCount`: how much memory states may take; a twentieth more goes to finding them.
    init(byteCount: Int, evict: @escaping (Remembered) throws -> Void) {
        memory = .allocate(byteCount: byteCount & ~7, alignment: 8)
        memory.preferLargePages()
        var slotCountMax = slots.count
        while slotCountMax * 160 < byteCount, slotCountMax < 1 << 24 { slotCountMax *= 2 }
        self.slotCountMax = slotCountMax
        self.evict = evict
    }

    deinit { memory.deallocate() }

    static func hash(_ subject: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(subject.count)
        var at = 0
        while at + 8 <= subject.count {
            hash = mixed(hash ^ subject.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        while at < subject.count {
            hash = (hash ^ UInt64(subject[at])) &* 0x0000_0100_0000_01B3
            at += 1
        }
        return mixed(hash)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }

    /// The item with this subject, where it is in the ring.
    func find(_ subject: UnsafeRawBufferPointer, hash: UInt64) -> Found? {
        slot(of: subject, hash: hash).map { found(slots[$0].position, slot: $0) }
    }

    /// Puts an item's newest state in, in place of the one that was found. The state must lie elsewhere than in the ring.
    ///
    /// What would take too much of the ring is handed on at once.
    func put(
        _ subject: UnsafeRawBufferPointer, hash: UInt64, _ item: Remembered, replacing old: Found? = nil
    ) throws {
        let entry = Entry(
            hash: hash, item: item.item, time: item.time, subjectCount: UInt32(subject.count),
            stateCount: UInt32(item.state.count), isPresent: item.isPresent, isNewest: true)
        // The old one may not make room for itself: it would be handed on as the newest.
        old?.entry.pointee.isNewest = false
        guard entry.byteCount <= memory.count / 4 else {
            if let old { removeSlot(old.slot) }
            return try evict(item)
        }
        try makeRoom(for: entry.byteCount)
        write(entry, subject, item.state)
        if let slot = old.flatMap({ $0.moves == moves ? $0.slot : self.slot(at: $0.position, hash: hash) }) {
            slots[slot] = Slot(head, hash: hash)
        } else {
            insertSlot(hash)
        }
        head += entry.byteCount
    }

    /// Hands everything on, oldest first, and is empty then.
    func evictAll() throws {
        while tail < head { try advanceTail() }
    }

    // MARK: The ring

    private func found(_ position: Int, slot: Int = 0) -> Found {
        let entry = (memory.baseAddress.map { $0 + position % memory.count })?.assumingMemoryBound(to: Entry.self)
        guard let entry else { preconditionFailure("the ring has memory") }
        return Found(entry: entry, position: position, slot: slot, moves: moves)
    }

    /// At the head.
    private func write(_ entry: Entry, _ subject: UnsafeRawBufferPointer, _ state: UnsafeRawBufferPointer) {
        let found = found(head)
        found.entry.initialize(to: entry)
        UnsafeMutableRawBufferPointer(mutating: found.subject).copyMemory(from: subject)
        UnsafeMutableRawBufferPointer(mutating: found.state).copyMemory(from: state)
    }

    /// Makes room for so many bytes in one piece at the head.
    private func makeRoom(for byteCount: Int) throws {
        let toEnd = memory.count - head % memory.count
        if toEnd < byteCount {
            // The piece that is left there stays empty, and says so where a header fits in.
            while tail < head, tail + memory.count < head + toEnd { try advanceTail() }
            if toEnd >= MemoryLayout<Entry>.stride {
                let filler = Entry(
                    hash: 0, item: -1, time: 0, subjectCount: 0, stateCount: 0, isPresent: false, isNewest: false)
                found(head).entry.initialize(to: filler)
            }
            if tail == head { tail += toEnd }
            head += toEnd
        }
        if areSlotsFull, slots.count < slotCountMax { growSlots() }
        while tail + memory.count < head + byteCount || areSlotsFull { try advanceTail() }
    }

    /// Lets the oldest entry go.
    private func advanceTail() throws {
        let toEnd = memory.count - tail % memory.count
        guard toEnd >= MemoryLayout<Entry>.stride, found(tail).entry.pointee.item >= 0 else {
            tail += toEnd
            return
        }
        let oldest = found(tail)
        let position = tail
        tail += oldest.entry.pointee.byteCount
        guard oldest.entry.pointee.isNewest else { return }
        if let slot = slot(at: position, hash: oldest.entry.pointee.hash) { removeSlot(slot) }
        try evict(Remembered(oldest))
    }

    // MARK: The slots

    private func slot(of subject: UnsafeRawBufferPointer, hash: UInt64) -> Int? {
        slot(hash) { slot in
            let other = found(slot.position)
            return other.entry.pointee.hash == hash && FieldChanges.equal(other.subject, subject)
        }
    }

    /// The slot that leads to this position.
    private func slot(at position: Int, hash: UInt64) -> Int? { slot(hash) { $0.position == position } }

    private func slot(_ hash: UInt64, where isIt: (Slot) -> Bool) -> Int? {
        let mask = slots.count - 1
        let short = Slot.hash(hash)
        var place = short & mask
        while !slots[place].isFree {
            if slots[place].hash == short, isIt(slots[place]) { return place }
            place = (place + 1) & mask
        }
        return nil
    }

    private func insertSlot(_ hash: UInt64) {
        fill(Slot(head, hash: hash))
        count += 1
    }

    private func fill(_ slot: Slot) {
        let mask = slots.count - 1
        var place = slot.hash & mask
        while !slots[place].isFree { place = (place + 1) & mask }
        slots[place] = slot
    }

    private var areSlotsFull: Bool { count * 4 >= slots.count * 3 }

    private func growSlots() {
        let filled = slots.filter { !$0.isFree }
        moves += 1
        slots = [Slot](repeating: .nothing, count: slots.count * 2)
        for slot in filled { fill(slot) }
    }

    /// Moves up what was put behind it only because its own place was taken.
    private func removeSlot(_ slot: Int) {
        let mask = slots.count - 1
        moves += 1
        var hole = slot
        var next = (slot + 1) & mask
        while !slots[next].isFree {
            let home = slots[next].hash & mask
            if (next - home) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = .nothing
        count -= 1
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Asks the system for large pages under memory that is used all over.
    func preferLargePages() {
        #if canImport(Glibc)
        guard let baseAddress else { return }
        let page = 1 << 12
        let start = (UInt(bitPattern: baseAddress) + UInt(page - 1)) & ~UInt(page - 1)
        let end = (UInt(bitPattern: baseAddress) + UInt(count)) & ~UInt(page - 1)
        if end > start { madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_HUGEPAGE) }
        #endif
    }
}
