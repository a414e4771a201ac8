// The log at one moment, for whoever copies it: which bytes of which files, however much others append meanwhile.

/// What of the log's files is durable: whole commits, up to an end.
package struct LogCut: Sendable {
    /// How many events there are.
    package let end: UInt64
    /// A file for each segment, in order.
    package let segments: [FilePiece]

    /// What `log/end` holds then.
    package var publishedEnd: [UInt8] { Self.publishedEnd(of: end) }

    package static func publishedEnd(of events: UInt64) -> [UInt8] { PublishedEnd.bytes(events) }

    /// The names in `log/` of the segments of a log with so many events.
    package static func segmentNames(events: UInt64) -> [String] {
        stride(from: 0, to: events, by: Int(Segment.eventsMax)).map(Segment.name)
    }
}

extension EventLog {
    /// The log as it is now, without waiting for anybody and without keeping anybody from appending.
    ///
    /// The files are open from here on, so that a segment that is sealed (written anew and renamed) meanwhile is still read
    /// as it was.
    package func cut() throws(LogError) -> LogCut {
        let end = try end()
        var pieces: [FilePiece] = []
        var due: UInt64 = 0
        for segment in try directory.segments() where segment < end {
            guard segment == due else { break }
            let file = try directory.files.open(directory.path(segment), .read)
            due = directory.end(of: segment)
            // Nothing is ever added to a full one; of the newest, what follows the durable end is left out.
            pieces.append(try FilePiece(file, size: due <= end ? nil : try size(of: file, segment, upTo: end)))
        }
        guard due >= end else {
            let damage = Damage(
                file: directory.path(due), from: 0, to: 0, sequences: due..<end, what: "the file is missing")
            throw .corrupt(damage)
        }
        return LogCut(end: end, segments: pieces)
    }

    /// Where in the newest segment's file the commit ends with which the log ends.
    private func size(of file: any LogFile, _ segment: UInt64, upTo end: UInt64) throws(LogError) -> Int {
        var scanner = try directory.scanner(file, segment, expected: segment)
        while let step = try scanner.next() {
            switch step {
            case .damage(let damage): throw .corrupt(damage)
            case .end: break
            case .block(let block):
                if block.header.next == end, block.header.endsCommit { return block.end }
            }
        }
        throw .corrupt(
            Damage(
                file: directory.path(segment), from: scanner.size, to: scanner.size, sequences: scanner.expected..<end,
                what: "the file ends before them"))
    }

    /// Every event before `end`, with what `transform` made of its batch on whichever core was free; in order.
    package func forEachBatch<Work: Sendable>(
        before end: UInt64, transform: @escaping @Sendable (EventBatch) -> Work,
        _ body: (EventBatch, Work) throws -> Void
    ) throws {
        try reader.forEachPiece(from: 0, to: min(end, try self.end()), transform: transform) { piece in
            switch piece {
            case .batch(let batch, let work): try body(batch, work)
            case .damage(let damage): throw LogError.corrupt(damage)
            }
            return true
        }
    }
}
