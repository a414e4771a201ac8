// Seals full segments: written aside, synced, read back, renamed over. Whoever is killed in between has done no harm.

/// What came of an attempt to seal a segment.
package enum SealOutcome: Sendable, Hashable {
    /// The segment that begins with this sequence is sealed.
    case sealed(UInt64)
    /// There is none to seal.
    case nothingDue
    /// Someone else is sealing.
    case busy
    /// It was asked to stop.
    case abandoned
}

/// Needs no other lock than its own: a full segment whose events are all on disk is never written to again, and who has its
/// file open goes on reading that.
struct SegmentSealer: Sendable {
    let directory: LogDirectory

    private static let asidePrefix = "seal-"

    /// Seals the oldest full segment of those that are not sealed yet and not in `refused`.
    ///
    /// - Parameters:
    ///   - end: the durable end; only segments wholly before it are sealed.
    ///   - goOn: asked between blocks.
    func sealNext(
        end: UInt64, refused: Set<UInt64> = [], deflaters: Deflaters = Deflaters(), goOn: () -> Bool = { true }
    ) throws(LogError) -> SealOutcome {
        // Mostly there is nothing to do, and that is seen without a lock.
        guard try firstDue(end, refused) != nil else { return .nothingDue }
        let lock = try directory.files.open(directory.sealPath, .write)
        guard try lock.lock(wait: false) else { return .busy }
        defer { lock.unlock() }
        try removeLeftovers()
        guard let segment = try firstDue(end, refused) else { return .nothingDue }
        return try seal(segment, deflaters, goOn) ? .sealed(segment) : .abandoned
    }

    /// How many full segments are not sealed.
    func due(end: UInt64) throws(LogError) -> [UInt64] {
        guard !directory.files.exists(directory.poisonPath) else { return [] }
        var due: [UInt64] = []
        // The oldest is sealed first, so that behind a sealed one there are only such as could not be.
        for segment in try directory.segments().reversed() where directory.end(of: segment) <= end {
            let file = try directory.files.open(directory.path(segment), .read)
            guard try directory.endMember(of: segment, in: file) == nil else { break }
            due.append(segment)
        }
        return due.reversed()
    }

    private func firstDue(_ end: UInt64, _ refused: Set<UInt64>) throws(LogError) -> UInt64? {
        try due(end: end).first { !refused.contains($0) }
    }

    /// What a sealer that was killed has left. Only under the lock.
    private func removeLeftovers() throws(LogError) {
        for name in try directory.files.list(directory.log) ?? [] where name.hasPrefix(Self.asidePrefix) {
            try directory.files.remove(directory.log + "/" + name)
        }
    }

    private func seal(_ segment: UInt64, _ deflaters: Deflaters, _ goOn: () -> Bool) throws(LogError) -> Bool {
        let aside = "\(directory.log)/\(Self.asidePrefix)\(padded(segment)).tmp"
        do throws(LogError) {
            guard let summary = try write(segment, to: aside, deflaters, goOn) else {
                try directory.files.remove(aside)
                return false
            }
            try check(aside, segment, summary)
            try directory.files.rename(aside, to: directory.path(segment))
        } catch {
            try? directory.files.remove(aside)
            throw error
        }
        try directory.files.syncDirectory(directory.log)
        return true
    }

    /// On disk when this returns; nil where it was stopped.
    private func write(
        _ segment: UInt64, to aside: String, _ deflaters: Deflaters, _ goOn: () -> Bool
    ) throws(LogError) -> SegmentSummary? {
        var text = try SegmentText(
            directory.files.open(directory.path(segment), .read), of: segment, in: directory)
        var sealed = SealedSegment(segment, end: directory.end(of: segment), deflaters: deflaters)
        let target = try directory.files.open(aside, .create)
        var size = 0
        while let piece = try text.next() {
            guard goOn() else { return nil }
            let members = try sealed.add(piece)
            if !members.isEmpty { try target.write(members, at: size) }
            size += members.count
        }
        try target.write(try sealed.finish(endsCommit: text.endsCommit), at: size)
        try target.sync()
        return sealed.summary
    }

    /// Before it takes the other's place the new file is read back, to the last line.
    private func check(_ aside: String, _ segment: UInt64, _ summary: SegmentSummary) throws(LogError) {
        var text = try SegmentText(directory.files.open(aside, .read), of: segment, in: directory)
        var lines = SegmentLines(of: segment)
        while let piece = try text.next() {
            let taken = piece.withUnsafeBytes { raw -> Result<Void, LogError> in
                do throws(LogError) { return .success(try lines.take(raw)) } catch { return .failure(error) }
            }
            try taken.get()
        }
        guard lines.isWhole, lines.sum.summary == summary, text.end?.summary == summary else {
            throw .io(operation: "seal", path: directory.path(segment), reason: "what was written does not read back")
        }
    }
}
