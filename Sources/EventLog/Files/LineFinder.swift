// Finds the lines in inflated text, scans their fields, and makes batches of those that are sound.

import Glibc

struct LineFinder {
    enum Part {
        case batch(EventBatch)
        case damage(Damage)
    }

    private let text: TextBuffer
    /// How many of the text's bytes are the blocks' own; the rest ends their last line.
    private let own: Int
    /// Where the text comes from, for when something is wrong with it.
    private let place: Damage

    private var lines: [(start: Int, length: Int, layout: LineLayout)] = []
    private var found: [Found] = []
    private var runStart = 0

    private enum Found {
        case run(Range<Int>, first: UInt64)
        case damage(Damage)
    }

    init(text: TextBuffer, own: Int, place: Damage) {
        self.text = text
        self.own = own
        self.place = place
    }

    /// `started` is how many lines start here, as the headers say.
    consuming func parts(started: Int) -> [Part] {
        let starts = starts()
        // Whether the first byte starts a line is not marked; it follows from the count.
        guard started == starts.count || started == starts.count - 1 else {
            return [.damage(place.saying("the headers count \(started) lines and the text does not"))]
        }
        lines.reserveCapacity(started)
        var sequence = place.sequences.lowerBound
        for index in starts.count - started..<starts.count {
            let end =
                index + 1 < starts.count ? starts[index + 1] - 1 : newline(from: starts[index], to: text.raw.count)
            take(from: starts[index], to: end, sequence)
            sequence += 1
        }
        endRun(at: sequence)
        let shared = BatchText(text: text, lines: lines)
        return found.map { found in
            switch found {
            case .damage(let damage): .damage(damage)
            case .run(let range, let first): .batch(EventBatch(text: shared, range: range, first: first))
            }
        }
    }

    private mutating func take(from start: Int, to end: Int?, _ sequence: UInt64) {
        if let end, let layout = LineScanner.scan(UnsafeRawBufferPointer(rebasing: text.raw[start..<end])),
            layout.sequence == sequence
        {
            lines.append((start, end - start, layout))
            return
        }
        endRun(at: sequence)
        var damage = place.saying(
            end == nil ? "the line goes on into damaged bytes" : "the line is not in the log's form")
        damage.sequences = sequence..<sequence + 1
        found.append(.damage(damage))
    }

    private mutating func endRun(at sequence: UInt64) {
        if runStart < lines.count {
            found.append(.run(runStart..<lines.count, first: sequence - UInt64(lines.count - runStart)))
        }
        runStart = lines.count
    }

    /// 0 and every place after a newline, except the blocks' very end.
    private func starts() -> [Int] {
        var starts = [0]
        var place = 0
        while let newline = newline(from: place, to: own), newline + 1 < own {
            place = newline + 1
            starts.append(place)
        }
        return starts
    }

    private func newline(from start: Int, to end: Int) -> Int? {
        guard let base = text.raw.baseAddress, let hit = memchr(base + start, 0x0A, end - start) else { return nil }
        return UnsafeMutableRawPointer(base).distance(to: hit)
    }
}

extension Damage {
    fileprivate func saying(_ what: String) -> Damage {
        var copy = self
        copy.what = what
        return copy
    }
}
