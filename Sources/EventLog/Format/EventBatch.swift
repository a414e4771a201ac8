// A run of consecutive events with the inflated bytes that they lie in.

import Synchronization

/// Consecutive events. Owns their bytes, so it may be kept and sent elsewhere; views of it may not.
public struct EventBatch: Sendable {
    public let first: UInt64
    public var count: Int { range.count }
    public var end: UInt64 { first + UInt64(range.count) }

    private let text: BatchText
    /// Which of the text's lines.
    private let range: Range<Int>

    init(text: BatchText, range: Range<Int>, first: UInt64) {
        self.text = text
        self.range = range
        self.first = first
    }

    public func forEach(_ body: (EventView) throws -> Void) rethrows {
        for index in range { _ = try text.with(line: index, body) }
    }

    /// Hands over the view of the `index`-th event of the batch, counted from 0.
    public func withEvent<R>(at index: Int, _ body: (EventView) throws -> R) rethrows -> R? {
        guard range.indices.contains(range.lowerBound + index) else { return nil }
        return try text.with(line: range.lowerBound + index, body)
    }

    /// The part of it that lies within these sequences, or nil where none does.
    func clipped(from: UInt64, to: UInt64) -> EventBatch? {
        let lower = max(first, from)
        let upper = min(end, to)
        guard lower < upper else { return nil }
        let start = range.lowerBound + Int(lower - first)
        return EventBatch(text: text, range: start..<start + Int(upper - lower), first: lower)
    }

    /// How many bytes the lines take, newlines included.
    var byteCount: Int { range.reduce(0) { $0 + text.lineLength($1) + 1 } }
}

/// Memory for inflated text, given back with this object.
///
/// Sendable although it is memory that can be written: one thread fills it before anyone else sees it, and none writes after.
final class TextBuffer: @unchecked Sendable {
    private(set) var raw: UnsafeMutableRawBufferPointer
    private let whole: UnsafeMutableRawBufferPointer
    private let pool: TextPool?

    init(_ size: Int, from pool: TextPool? = nil) {
        self.pool = pool
        whole = pool?.take(size) ?? .allocate(byteCount: size, alignment: 8)
        raw = UnsafeMutableRawBufferPointer(rebasing: whole[..<size])
    }

    deinit {
        if let pool { pool.give(whole) } else { whole.deallocate() }
    }

    /// Takes in more, behind what is there; false where there is no room. Only for whoever fills it.
    func append(_ bytes: [UInt8]) -> Bool {
        let end = raw.count + bytes.count
        guard end <= whole.count else { return false }
        UnsafeMutableRawBufferPointer(rebasing: whole[raw.count..<end]).copyBytes(from: bytes)
        raw = UnsafeMutableRawBufferPointer(rebasing: whole[..<end])
        return true
    }
}

/// Memory that one reading uses again and again: fresh pages from the system would cost half as much as inflating into them.
///
/// Sendable although it holds pointers: whoever takes memory has it to itself until it is given back.
final class TextPool: @unchecked Sendable {
    private let idle = Mutex(Idle())
    /// A reader that lets go of many batches at once does not make this hold on to them.
    private static let idleMax = 8

    private struct Idle: @unchecked Sendable {
        var buffers: [UnsafeMutableRawBufferPointer] = []
    }

    deinit { idle.withLock { $0.buffers.forEach { $0.deallocate() } } }

    fileprivate func take(_ size: Int) -> UnsafeMutableRawBufferPointer {
        let found = idle.withLock { idle in
            idle.buffers.lastIndex { $0.count >= size }.map { Idle(buffers: [idle.buffers.remove(at: $0)]) }
        }
        // A little more than asked for, so that it serves for the next one too.
        return found?.buffers.first ?? .allocate(byteCount: size + size / 16, alignment: 8)
    }

    fileprivate func give(_ buffer: UnsafeMutableRawBufferPointer) {
        let returned = Idle(buffers: [buffer])
        let surplus = idle.withLock { idle in
            idle.buffers += returned.buffers
            return Idle(buffers: idle.buffers.count > Self.idleMax ? [idle.buffers.removeFirst()] : [])
        }
        surplus.buffers.forEach { $0.deallocate() }
    }
}

/// Inflated text and where the lines and fields lie in it.
final class BatchText: Sendable {
    private let text: TextBuffer
    private let lines: [(start: Int, length: Int, layout: LineLayout)]

    init(text: TextBuffer, lines: [(start: Int, length: Int, layout: LineLayout)]) {
        self.text = text
        self.lines = lines
    }

    func lineLength(_ index: Int) -> Int { lines[index].length }

    func with<R>(line index: Int, _ body: (EventView) throws -> R) rethrows -> R? {
        let line = lines[index]
        let raw = UnsafeRawBufferPointer(rebasing: text.raw[line.start..<line.start + line.length])
        return try withExtendedLifetime(self) { try EventView.with(raw, line.layout, body) }
    }
}
