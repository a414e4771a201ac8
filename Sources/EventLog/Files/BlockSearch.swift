// Finds a block near an event in a segment's file without reading what comes before it.

/// Looks for an event as one does in a dictionary: opens the file about where it should be, reads the next valid block there, and
/// tries again between the places found so far. Blocks say which events they hold and prove it by their checksums, so a few looks
/// do, however long the segment; and nothing is remembered that a growing or replaced file could make wrong.
struct BlockSearch {
    let directory: LogDirectory
    let file: any LogFile
    let segment: UInt64

    /// Nearer than this, reading on is as quick as looking again.
    private static let nearBytes = 2 * Block.sizeMax

    private struct Place {
        var offset: Int
        var first: UInt64
    }

    /// The beginning of a block that starts an event at or before `sequence`, not far before it; or the segment's beginning.
    func near(_ sequence: UInt64) throws(LogError) -> (offset: Int, first: UInt64) {
        var low = Place(offset: 0, first: segment)
        // The newest segment's file ends before the segment does; then the first guesses are too low, which does no harm.
        var high = Place(offset: try file.size(), first: directory.end(of: segment))
        var isGuess = true
        while high.offset - low.offset > Self.nearBytes {
            // By turns where it should be and in the middle, so that every second look halves what is left at least.
            let place = isGuess ? guess(sequence, low, high) : (low.offset + high.offset) / 2
            isGuess.toggle()
            guard let block = try block(from: place, expected: low.first), block.offset < high.offset else {
                high.offset = place
                continue
            }
            if block.header.first > sequence {
                high = Place(offset: place, first: block.header.first)
            } else {
                low = Place(offset: block.offset, first: block.header.first)
                if block.header.next > sequence { break }
            }
        }
        return (low.offset, low.first)
    }

    /// Where it would be if all events were equally long, and half a block before that.
    private func guess(_ sequence: UInt64, _ low: Place, _ high: Place) -> Int {
        let share = Double(sequence - low.first) / Double(max(1, high.first - low.first))
        let place = low.offset + Int(Double(high.offset - low.offset) * share) - Block.sizeMax / 4
        return min(max(place, low.offset + 1), high.offset - 1)
    }

    /// The next valid block that starts an event.
    private func block(from place: Int, expected: UInt64) throws(LogError) -> PlacedBlock? {
        var scanner = try directory.scanner(
            file, segment, offset: place, expected: expected, chunkSize: Block.sizeMax)
        while let step = try scanner.next() {
            if case .block(let block) = step, block.header.count > 0 { return block }
        }
        return nil
    }
}
