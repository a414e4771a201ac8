// Consecutive versions of one item in one row: the first one's state whole, of each later one what makes it of the one before.
// So a version costs about as many bytes as it changes, and one read gives an item as it was at any moment.

import EventLog

/// A version, all but its state.
struct ItemVersion: Equatable {
    /// From 1, without gaps.
    var number: Int
    /// Of the event that made it.
    var sequence: UInt64
    var time: Int64
    var isPresent: Bool
}

/// What a version says about its state.
enum StateTold {
    case same
    case splice(Splice)
    case whole(UnsafeRawBufferPointer)

    /// As tersely as can be.
    init(from old: UnsafeRawBufferPointer, to new: UnsafeRawBufferPointer) {
        self = FieldChanges.equal(old, new) ? .same : .splice(Splice(from: old, to: new))
    }

    /// Makes the state of the one before; `false` where it cannot be told of that one.
    func apply(to state: inout [UInt8]) -> Bool {
        switch self {
        case .same: return true
        case .splice(let splice): return splice.apply(to: &state)
        case .whole(let whole):
            state.removeAll(keepingCapacity: true)
            state += whole
            return true
        }
    }
}

/// Each version: how far its sequence and time lie behind the one before, a byte for its presence and how its state is told,
/// and that.
enum StretchCode {
    private static let present: UInt8 = 1
    private static let splice: UInt8 = 2
    private static let whole: UInt8 = 4

    static func add(_ version: ItemVersion, after last: ItemVersion, _ state: StateTold, to writer: inout PackedWriter)
    {
        writer.add(version.sequence &- last.sequence)
        writer.add(signed: version.time &- last.time)
        let presence = version.isPresent ? present : 0
        switch state {
        case .same: writer.add(byte: presence)
        case .splice(let splice):
            writer.add(byte: presence | Self.splice)
            writer.add(UInt64(splice.prefix))
            writer.add(UInt64(splice.suffix))
            writer.add(splice.middle)
        case .whole(let state):
            writer.add(byte: presence | whole)
            writer.add(state)
        }
    }

    /// Reads what `add` wrote of a version that comes after `version`, and moves that on to it; what is left is the state, told in
    /// the way that is returned.
    fileprivate static func read(
        _ reader: inout PackedReader, version: inout ItemVersion
    ) throws(SQLiteError) -> UInt8 {
        version.sequence &+= try reader.number()
        version.time &+= try reader.signed()
        version.number += 1
        let code = try reader.byte()
        version.isPresent = code & present != 0
        return code
    }

    /// Moves `state` on to the version whose code was read.
    fileprivate static func read(
        _ reader: inout PackedReader, _ code: UInt8, state: inout [UInt8]
    ) throws(SQLiteError) {
        var told = StateTold.same
        if code & whole != 0 { told = .whole(try reader.text()) }
        if code & splice != 0 {
            told = .splice(
                Splice(prefix: try reader.count(), suffix: try reader.count(), middle: try reader.text()))
        }
        guard told.apply(to: &state) else { throw PackedReader.damage }
    }
}

/// Reads a stretch's versions from its first one on.
struct StretchReader {
    private var reader: PackedReader
    private(set) var version: ItemVersion
    /// The version's state, canonical JSON; while an item is absent, as last observed.
    private(set) var state: [UInt8] = []
    /// Where the first version ends.
    private(set) var firstCount = 0

    /// `first` is what the row's columns say of the first version.
    init(_ packed: UnsafeRawBufferPointer, first: ItemVersion) {
        reader = PackedReader(packed)
        version = first
        version.number -= 1
    }

    /// Moves on to the next version where there is one that `isWanted`; else stays where it is, and is done.
    mutating func next(where isWanted: (ItemVersion) -> Bool = { _ in true }) throws(SQLiteError) -> Bool {
        if reader.isAtEnd { return false }
        var following = version
        let code = try StretchCode.read(&reader, version: &following)
        guard isWanted(following) else { return false }
        version = following
        try StretchCode.read(&reader, code, state: &state)
        if firstCount == 0 { firstCount = reader.place }
        return true
    }
}

/// A stretch being written.
struct Stretch {
    private(set) var first: ItemVersion
    private(set) var last: ItemVersion
    /// The newest version's state.
    private(set) var state: [UInt8]
    private var writer: PackedWriter
    /// How many bytes the first version takes.
    private var firstCount: Int

    var packed: [UInt8] { writer.bytes }

    /// Begins with a version that is told whole.
    init(_ version: ItemVersion, _ state: UnsafeRawBufferPointer) {
        first = version
        last = version
        self.state = Array(state)
        writer = PackedWriter()
        StretchCode.add(version, after: version, .whole(state), to: &writer)
        firstCount = writer.bytes.count
    }

    /// Goes on with one that was written before.
    init(_ packed: UnsafeRawBufferPointer, first: ItemVersion) throws(SQLiteError) {
        var reader = StretchReader(packed, first: first)
        while try reader.next() {}
        self.first = first
        last = reader.version
        state = reader.state
        firstCount = reader.firstCount
        writer = PackedWriter(Array(packed))
    }

    /// Whether this version begins a stretch of its own: when the later ones take as much as the first, and a kilobyte at least.
    /// Also where time goes back, so that within a stretch it never does.
    func isClosed(to version: ItemVersion) -> Bool {
        let later = writer.bytes.count - firstCount
        return later >= max(firstCount, Stretch.laterMin) || version.time < last.time
    }

    private static let laterMin = 1024

    mutating func add(_ version: ItemVersion, _ told: StateTold) throws(SQLiteError) {
        StretchCode.add(version, after: last, told, to: &writer)
        last = version
        guard told.apply(to: &state) else { throw PackedReader.damage }
    }
}
