// "Did you mean …?": the known name nearest to the one that was written.

enum NearestName {
    /// The nearest of `known` by edit distance, where it is near enough to be a slip of the hand.
    static func of(_ written: String, in known: some Sequence<String>) -> String? {
        let slips = max(1, min(3, (written.count + 1) / 3))
        let ranked = known.map { (name: $0, distance: distance(written.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= slips && $0.distance < max(written.count, $0.name.count) }
        return ranked.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Optimal string alignment: insertions, deletions, replacements, and two neighbours swapped, each counting one.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left)
        let b = Array(right)
        guard a.count <= 200, b.count <= 200 else { return max(a.count, b.count) }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
