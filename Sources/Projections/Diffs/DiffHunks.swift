// A difference for reading: places that differ with a few lines around them, cut to a size.

import CanonicalJSON

/// One line of a hunk.
public struct DiffLine: Sendable, Equatable {
    public enum Mark: String, Sendable {
        case kept = " "
        case removed = "-"
        case added = "+"
    }

    public let mark: Mark
    public let text: String

    public init(_ mark: Mark, _ text: String) {
        self.mark = mark
        self.text = text
    }
}

/// Lines that differ, with some that do not before and after.
public struct DiffHunk: Sendable, Equatable {
    /// Where the hunk begins in each text, counted from 1.
    public let old: Int
    public let new: Int
    public var lines: [DiffLine]

    /// The place in the new text, as a person says it: `line 12`, `lines 12-18`, `after line 11`.
    public var place: String {
        let count = lines.count { $0.mark != .removed }
        switch count {
        case 0: return new > 1 ? "after line \(new - 1)" : "at the beginning"
        case 1: return "line \(new)"
        default: return "lines \(new)-\(new + count - 1)"
        }
    }
}

/// As much of a difference as there was room for.
public struct DiffHunks: Sendable, Equatable {
    public var hunks: [DiffHunk] = []
    /// Lines that went or came and that are not in the hunks.
    public var leftOut = 0
}

/// What a shown difference may take.
public struct DiffLimits: Sendable {
    /// Lines around each place that differs.
    public var context: Int
    /// Lines that went or came.
    public var changedLines: Int
    /// Characters of a line.
    public var lineLength: Int

    public init(context: Int = 3, changedLines: Int = .max, lineLength: Int = .max) {
        self.context = context
        self.changedLines = changedLines
        self.lineLength = lineLength
    }

    /// What changes carry in their JSON.
    public static let data = DiffLimits(context: 3, changedLines: 200, lineLength: 500)
}

extension TextDiff {
    public func hunks(_ limits: DiffLimits = DiffLimits()) -> DiffHunks {
        var result = DiffHunks()
        var room = limits.changedLines
        var group: [Block] = []
        func close() {
            if let hunk = hunk(group, limits, &room, &result.leftOut) { result.hunks.append(hunk) }
            group = []
        }
        for block in blocks {
            if let last = group.last, block.new.lowerBound - last.new.upperBound > 2 * limits.context { close() }
            group.append(block)
        }
        close()
        return result
    }

    /// Nil where there is no room for a line of it. A hunk that is cut ends there: what follows would seem to follow what
    /// is shown.
    private func hunk(_ group: [Block], _ limits: DiffLimits, _ room: inout Int, _ leftOut: inout Int) -> DiffHunk? {
        guard let first = group.first else { return nil }
        var shownTo = first.new.lowerBound - min(limits.context, first.new.lowerBound)
        let before = first.new.lowerBound - shownTo
        var hunk = DiffHunk(old: first.old.lowerBound - before + 1, new: shownTo + 1, lines: [])
        for block in group {
            let (olds, news) = shares(of: block, room)
            let omitted = block.old.count + block.new.count - olds - news
            leftOut += omitted
            guard olds + news > 0 else { continue }
            hunk.lines += kept(shownTo..<block.new.lowerBound, limits) + changed(block, olds, news, limits)
            shownTo = block.new.upperBound
            room = omitted > 0 ? 0 : room - olds - news
        }
        guard !hunk.lines.isEmpty else { return nil }
        if leftOut == 0 { hunk.lines += kept(shownTo..<min(new.count, shownTo + limits.context), limits) }
        return hunk
    }

    /// How many lines of each side are shown: both get a part where not all have room.
    private func shares(of block: Block, _ room: Int) -> (olds: Int, news: Int) {
        let olds = min(block.old.count, max(room / 2, room - block.new.count))
        return (olds, min(block.new.count, room - olds))
    }

    private func kept(_ range: Range<Int>, _ limits: DiffLimits) -> [DiffLine] {
        new[range].map { DiffLine(.kept, LineExcerpt.of($0, to: limits.lineLength)) }
    }

    private func changed(_ block: Block, _ olds: Int, _ news: Int, _ limits: DiffLimits) -> [DiffLine] {
        var removed = old[block.old].prefix(olds).map(\.self)
        var added = new[block.new].prefix(news).map(\.self)
        for place in 0..<min(olds, news) {
            (removed[place], added[place]) = LineExcerpt.pair(removed[place], added[place], to: limits.lineLength)
        }
        return removed.map { DiffLine(.removed, LineExcerpt.of($0, to: limits.lineLength)) }
            + added.map { DiffLine(.added, LineExcerpt.of($0, to: limits.lineLength)) }
    }
}

extension TextDiff {
    /// `{"added","removed","hunks":[{"old","new","lines":["-…","+…"," …"]}],"leftOut"?}`: what a change says of a text, at
    /// most 200 changed lines of at most 500 characters each.
    public var json: JSON {
        let shown = hunks(.data)
        var object = JSONObject([
            ("added", JSON(added)), ("removed", JSON(removed)),
            (
                "hunks",
                .array(
                    shown.hunks.map { hunk in
                        [
                            "old": JSON(hunk.old), "new": JSON(hunk.new),
                            "lines": .array(hunk.lines.map { .string($0.mark.rawValue + $0.text) }),
                        ]
                    })
            ),
        ])
        object["leftOut"] = shown.leftOut > 0 ? JSON(shown.leftOut) : nil
        return .object(object)
    }
}
