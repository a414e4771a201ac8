// What differs between two texts, line by line, and as much of it as there is room for.

import CanonicalJSON

/// The difference between two texts of several lines.
public struct TextDiff: Sendable {
    public let old: [String]
    public let new: [String]
    private let matching: LineMatching

    public init(old: [String], new: [String]) {
        self.old = old
        self.new = new
        matching = LineMatching(old, new)
    }

    /// Of an entry of a change's `changes`; nil where neither side is a text of several lines.
    public init?(ofChange entry: JSON) {
        guard let (old, new) = TextLines.sides(ofChange: entry) else { return nil }
        self.init(old: old, new: new)
    }

    /// How many lines came.
    public var added: Int { matching.isAdded.count { $0 } }
    /// How many lines went.
    public var removed: Int { matching.isRemoved.count { $0 } }

    /// A place where the texts differ: lines of the old text that went, lines of the new one that came there.
    struct Block {
        var old: Range<Int>
        var new: Range<Int>
    }

    var blocks: [Block] {
        var blocks: [Block] = []
        var (x, y) = (0, 0)
        while x < old.count || y < new.count {
            let (fromX, fromY) = (x, y)
            while x < old.count, matching.isRemoved[x] { x += 1 }
            while y < new.count, matching.isAdded[y] { y += 1 }
            if x == fromX, y == fromY {
                x += 1
                y += 1
            } else {
                blocks.append(Block(old: fromX..<x, new: fromY..<y))
            }
        }
        return blocks
    }
}

/// Which values are texts of lines.
public enum TextLines {
    /// Whether a value is best shown on one line: anything but a text with line breaks, or a list of many or long texts.
    ///
    /// - Parameter isPage: it is a page's: a list is then its text, line by line, and not a few names.
    public static func isBrief(_ value: JSON?, ofPage isPage: Bool = false) -> Bool {
        switch value {
        case .string(let text)?: !text.contains(where: \.isNewline)
        case .array(let values)? where isPage: values.count <= 1
        case .array(let values)?: values.count <= 3 && values.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? 0) } <= 60
        default: true
        }
    }

    /// The lines of both sides of an entry of a change's `changes`, where at least one is a text of several.
    static func sides(ofChange entry: JSON) -> (old: [String], new: [String])? {
        guard let old = of(entry["old"]), let new = of(entry["new"]), max(old.count, new.count) > 1 else { return nil }
        return (old, new)
    }

    /// Whether what changed is best shown by its lines, and not as old and new on one.
    public static func areDue(ofChange entry: JSON, ofPage isPage: Bool) -> Bool {
        !(isBrief(entry["old"], ofPage: isPage) && isBrief(entry["new"], ofPage: isPage))
            && sides(ofChange: entry) != nil
    }

    /// The lines of a text, or of a list of texts; no lines where there is no value; nil where it is something else.
    public static func of(_ value: JSON?) -> [String]? {
        switch value {
        case nil: return []
        case .string(let text)?:
            var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines
        case .array(let values)?:
            let lines = values.compactMap(\.stringValue)
            return lines.count == values.count ? lines : nil
        default: return nil
        }
    }
}
