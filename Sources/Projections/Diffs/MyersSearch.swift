// Myers' difference algorithm in linear space (E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), over
// numbers, with two bounds: what one division may cost, and what all of them may.

/// Finds a shortest script from `left` to `right` where that is cheap, and a right one always.
struct MyersSearch {
    private let left: [Int]
    private let right: [Int]
    private(set) var isRemoved: [Bool]
    private(set) var isAdded: [Bool]
    private var stepsLeft: Int
    /// A division that has found no middle after so many rounds takes the best place it has come to, as GNU diff does.
    private let roundsMax: Int
    /// For each diagonal, x - y, the furthest x that was reached from the beginning, and from the end.
    private var forward: [Int]
    private var backward: [Int]
    private let origin: Int

    /// A part of both: `left[x0..<x1]` against `right[y0..<y1]`.
    private struct Part {
        var x0: Int
        var x1: Int
        var y0: Int
        var y1: Int
    }

    init(_ left: [Int], _ right: [Int], stepsMax: Int) {
        self.left = left
        self.right = right
        isRemoved = Array(repeating: false, count: left.count)
        isAdded = Array(repeating: false, count: right.count)
        stepsLeft = stepsMax
        var root = 1
        while root * root < left.count + right.count { root *= 2 }
        roundsMax = max(256, root)
        forward = Array(repeating: 0, count: left.count + right.count + 3)
        backward = forward
        origin = right.count + 1
    }

    /// Fills `isRemoved` and `isAdded`.
    mutating func run() {
        var parts = [Part(x0: 0, x1: left.count, y0: 0, y1: right.count)]
        while var part = parts.popLast() {
            trim(&part)
            guard part.x0 < part.x1, part.y0 < part.y1, let (x, y) = middle(of: part) else {
                for x in part.x0..<part.x1 { isRemoved[x] = true }
                for y in part.y0..<part.y1 { isAdded[y] = true }
                continue
            }
            parts.append(Part(x0: x, x1: part.x1, y0: y, y1: part.y1))
            parts.append(Part(x0: part.x0, x1: x, y0: part.y0, y1: y))
        }
    }

    /// Without what is the same at both ends.
    private func trim(_ part: inout Part) {
        while part.x0 < part.x1, part.y0 < part.y1, left[part.x0] == right[part.y0] {
            part.x0 += 1
            part.y0 += 1
        }
        while part.x0 < part.x1, part.y0 < part.y1, left[part.x1 - 1] == right[part.y1 - 1] {
            part.x1 -= 1
            part.y1 -= 1
        }
    }

    /// A point on the way, neither the part's beginning nor its end; nil where nothing more may be spent.
    private mutating func middle(of part: Part) -> (x: Int, y: Int)? {
        guard stepsLeft > 0 else { return nil }
        let (least, greatest) = (part.x0 - part.y1, part.x1 - part.y0)
        let (start, end) = (part.x0 - part.y0, part.x1 - part.y1)
        let isOdd = (start - end) % 2 != 0
        var ahead = start...start
        var behind = end...end
        forward[origin + start] = part.x0
        backward[origin + end] = part.x1
        for round in 1... {
            ahead = widened(ahead, within: least...greatest, sentinel: -1, \.forward)
            for diagonal in stride(from: ahead.upperBound, through: ahead.lowerBound, by: -2) {
                let x = advance(diagonal, part)
                if isOdd, behind.contains(diagonal), backward[origin + diagonal] <= x {
                    return inside(part, x, x - diagonal)
                }
            }
            behind = widened(behind, within: least...greatest, sentinel: Int.max, \.backward)
            for diagonal in stride(from: behind.upperBound, through: behind.lowerBound, by: -2) {
                let x = retreat(diagonal, part)
                if !isOdd, ahead.contains(diagonal), x <= forward[origin + diagonal] {
                    return inside(part, x, x - diagonal)
                }
            }
            if round >= roundsMax || stepsLeft <= 0 { return best(part, ahead, behind) }
        }
        return nil
    }

    /// One diagonal more at each end that there is, one less where there is none.
    private mutating func widened(
        _ range: ClosedRange<Int>, within bounds: ClosedRange<Int>, sentinel: Int,
        _ reached: WritableKeyPath<MyersSearch, [Int]>
    ) -> ClosedRange<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        if low > bounds.lowerBound {
            low -= 1
            self[keyPath: reached][origin + low - 1] = sentinel
        } else {
            low += 1
        }
        if high < bounds.upperBound {
            high += 1
            self[keyPath: reached][origin + high + 1] = sentinel
        } else {
            high -= 1
        }
        return low...max(low, high)
    }

    /// One more change from the beginning on this diagonal, and what is the same after it.
    private mutating func advance(_ diagonal: Int, _ part: Part) -> Int {
        let (below, above) = (forward[origin + diagonal - 1], forward[origin + diagonal + 1])
        var x = below >= above ? below + 1 : above
        let from = x
        while x < part.x1, x - diagonal < part.y1, left[x] == right[x - diagonal] { x += 1 }
        stepsLeft -= x - from + 1
        forward[origin + diagonal] = x
        return x
    }

    /// The same from the end.
    private mutating func retreat(_ diagonal: Int, _ part: Part) -> Int {
        let (below, above) = (backward[origin + diagonal - 1], backward[origin + diagonal + 1])
        var x = below < above ? below : above - 1
        let from = x
        while x > part.x0, x - diagonal > part.y0, left[x - 1] == right[x - diagonal - 1] { x -= 1 }
        stepsLeft -= from - x + 1
        backward[origin + diagonal] = x
        return x
    }

    /// Where the search has come furthest, from whichever end.
    private func best(_ part: Part, _ ahead: ClosedRange<Int>, _ behind: ClosedRange<Int>) -> (x: Int, y: Int)? {
        var first = (x: part.x0, y: part.y0)
        for diagonal in stride(from: ahead.upperBound, through: ahead.lowerBound, by: -2) {
            let x = min(forward[origin + diagonal], part.x1, part.y1 + diagonal)
            if x + x - diagonal > first.x + first.y { first = (x, x - diagonal) }
        }
        var last = (x: part.x1, y: part.y1)
        for diagonal in stride(from: behind.upperBound, through: behind.lowerBound, by: -2) {
            let x = max(backward[origin + diagonal], part.x0, part.y0 + diagonal)
            if x + x - diagonal < last.x + last.y { last = (x, x - diagonal) }
        }
        let fromStart = first.x + first.y - part.x0 - part.y0
        let fromEnd = part.x1 + part.y1 - last.x - last.y
        return fromStart > fromEnd ? inside(part, first.x, first.y) : inside(part, last.x, last.y)
    }

    /// The point, where it lies in the part and divides it.
    private func inside(_ part: Part, _ x: Int, _ y: Int) -> (x: Int, y: Int)? {
        guard part.x0...part.x1 ~= x, part.y0...part.y1 ~= y else { return nil }
        let isEnd = (x == part.x0 && y == part.y0) || (x == part.x1 && y == part.y1)
        return isEnd ? nil : (x, y)
    }
}
