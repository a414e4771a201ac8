// Long lines cut so that one sees what differs in them.

public enum LineExcerpt {
    /// At most `length` characters, the last one an ellipsis where something was left out.
    public static func of(_ line: String, to length: Int) -> String {
        guard line.utf8.count > length, line.count > length else { return line }
        return line.prefix(max(1, length - 1)) + "…"
    }

    /// Two lines of which the first became the second, each as `of` cuts it: where both begin alike for so long that the
    /// difference would be cut off, they are shown from shortly before it.
    public static func pair(_ old: String, _ new: String, to length: Int) -> (old: String, new: String) {
        guard max(old.utf8.count, new.utf8.count) > length else { return (old, new) }
        let same = beginning(old, new)
        guard same > length / 2 else { return (of(old, to: length), of(new, to: length)) }
        let start = same - length / 4
        return (of("…" + old.dropFirst(start), to: length), of("…" + new.dropFirst(start), to: length))
    }

    /// A line as what it begins and ends with like the other, and what lies between.
    public struct Parts: Equatable, Sendable {
        public let before: String
        public let differing: String
        public let after: String
    }

    public static func parts(_ old: String, _ new: String) -> (old: Parts, new: Parts) {
        let same = beginning(old, new)
        let (oldRest, newRest) = (old.dropFirst(same), new.dropFirst(same))
        let end = zip(oldRest.reversed(), newRest.reversed()).prefix { $0 == $1 }.count
        func parts(_ rest: Substring) -> Parts {
            Parts(
                before: String(old.prefix(same)), differing: String(rest.dropLast(end)),
                after: String(rest.suffix(end)))
        }
        return (parts(oldRest), parts(newRest))
    }

    /// How many characters both begin with.
    private static func beginning(_ old: String, _ new: String) -> Int { zip(old, new).prefix { $0 == $1 }.count }
}
