// Inflates a unit's blocks, and whatever its last line needs of the blocks behind.

struct UnitInflater {
    typealias Part = LineFinder.Part

    private let unit: ReadUnit
    private let thorough: Bool
    private let inflater = BlockInflater()

    init(_ unit: ReadUnit, thorough: Bool) {
        self.unit = unit
        self.thorough = thorough
    }

    func parts() throws(LogError) -> [Part] {
        var parts: [Part] = []
        var stretch: [(PlacedBlock, FileBytes)] = []
        for step in unit.steps {
            switch step {
            case .block(let block, let bytes): stretch.append((block, bytes))
            case .damage(let damage):
                parts += try read(stretch, isFollowed: true)
                stretch = []
                parts.append(.damage(damage))
            }
        }
        return try parts + read(stretch, isFollowed: false)
    }

    /// Blocks that follow one another without a gap. A line may reach into them from before, and beyond them; `isFollowed`
    /// says that damage follows, where it would be in vain to look for such a line's end.
    private func read(_ blocks: [(PlacedBlock, FileBytes)], isFollowed: Bool) throws(LogError) -> [Part] {
        guard let first = blocks.first?.0, let last = blocks.last?.0 else { return [] }
        let size = blocks.reduce(0) { $0 + $1.0.header.inflatedSize }
        var text = TextBuffer(size, from: unit.pool)
        let damage = inflate(blocks, into: text)
        guard damage.isEmpty else { return damage.map { .damage($0) } }
        if text.raw.last != UInt8(ascii: "\n"), !isFollowed, let rest = try restOfLine(), !text.append(rest) {
            let longer = TextBuffer(size + rest.count, from: unit.pool)
            longer.raw.copyMemory(from: UnsafeRawBufferPointer(text.raw))
            UnsafeMutableRawBufferPointer(rebasing: longer.raw[size...]).copyBytes(from: rest)
            text = longer
        }
        let place = Damage(
            file: Segment.name(unit.segment), from: first.offset, to: last.end,
            sequences: first.header.first..<last.header.next, what: "")
        let started = blocks.reduce(0) { $0 + Int($1.0.header.count) }
        return LineFinder(text: text, own: size, place: place).parts(started: started)
    }

    /// Fills `text` with the blocks' texts; what is wrong with any.
    private func inflate(_ blocks: [(PlacedBlock, FileBytes)], into text: TextBuffer) -> [Damage] {
        var damage: [Damage] = []
        var place = 0
        for (block, bytes) in blocks {
            let end = place + block.header.inflatedSize
            let target = UnsafeMutableRawBufferPointer(rebasing: text.raw[place..<end])
            let member = bytes.member(block)
            if !inflater.inflate(member, into: target) {
                damage.append(broken(block, "the block does not inflate to what its header says"))
            } else if thorough, !BlockInflater.checksumHolds(member, UnsafeRawBufferPointer(target)) {
                damage.append(broken(block, "gzip's CRC-32 of the block's text does not match"))
            }
            place = end
        }
        return damage
    }

    /// The text behind the unit up to and with the next newline; nil where damage comes first.
    private func restOfLine() throws(LogError) -> [UInt8]? {
        var scanner = try unit.directory.scanner(
            unit.file, unit.segment, offset: unit.endOffset, expected: unit.next, chunkSize: Block.sizeMax)
        var rest: [UInt8] = []
        while rest.count <= LineWriter.lineMax, case .block(let block)? = try scanner.next(), let chunk = scanner.chunk
        {
            var isWhole = false
            let text = [UInt8](unsafeUninitializedCapacity: block.header.inflatedSize) { buffer, count in
                count = block.header.inflatedSize
                isWhole = inflater.inflate(
                    chunk.member(block),
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
            }
            guard isWhole else { return nil }
            if let end = text.firstIndex(of: UInt8(ascii: "\n")) { return rest + text[...end] }
            rest += text
        }
        return nil
    }

    private func broken(_ block: PlacedBlock, _ what: String) -> Damage {
        Damage(
            file: Segment.name(unit.segment), from: block.offset, to: block.end,
            sequences: block.header.first..<block.header.next, what: what)
    }
}
