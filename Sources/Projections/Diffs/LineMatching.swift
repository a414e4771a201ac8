// Which lines of two texts are the same ones: what went and what came, with an end to what finding out may cost.

/// The lines that two texts do not share in order. Without them, both are the same.
struct LineMatching {
    /// For each line of the old text whether it went.
    private(set) var isRemoved: [Bool]
    /// For each line of the new text whether it came.
    private(set) var isAdded: [Bool]

    /// Comparisons and moves: a fraction of a second. A hostile pair of texts that would need more gets a difference that is
    /// right and not the smallest.
    static let stepsMax = 20_000_000

    /// Lines are compared by their bytes.
    init(_ old: [String], _ new: [String], stepsMax: Int = LineMatching.stepsMax) {
        var numbers = LineNumbers()
        let olds = old.map { numbers.number($0, .old) }
        let news = new.map { numbers.number($0, .new) }
        // What stands in one text only matches nothing; leaving it out first makes most comparisons small.
        let oldPlaces = olds.indices.filter { numbers.isShared(olds[$0]) }
        let newPlaces = news.indices.filter { numbers.isShared(news[$0]) }
        var search = MyersSearch(oldPlaces.map { olds[$0] }, newPlaces.map { news[$0] }, stepsMax: stepsMax)
        search.run()
        isRemoved = Array(repeating: true, count: old.count)
        isAdded = Array(repeating: true, count: new.count)
        for (place, isChanged) in zip(oldPlaces, search.isRemoved) { isRemoved[place] = isChanged }
        for (place, isChanged) in zip(newPlaces, search.isAdded) { isAdded[place] = isChanged }
        LineMatching.slide(&isRemoved, along: olds) { old[$0].indentation }
        LineMatching.slide(&isAdded, along: news) { new[$0].indentation }
    }

    /// A changed block that repeats what is around it could as well stand further up or down. It is put where it begins for
    /// a reader: with the line that is indented least, and else as far down as it goes.
    private static func slide(_ isChanged: inout [Bool], along lines: [Int], _ indents: (Int) -> Int) {
        var budget = 8 * lines.count
        var place = lines.count
        while let last = isChanged[..<place].lastIndex(of: true) {
            place = isChanged[..<last].lastIndex(of: false).map { $0 + 1 } ?? 0
            var (first, end) = (place, last + 1)
            while end < lines.count, !isChanged[end], lines[first] == lines[end], budget > 0 {
                first += 1
                end += 1
                budget -= 1
            }
            var (best, leastIndent) = (first, indents(first))
            while first > 0, first > place || !isChanged[first - 1], lines[first - 1] == lines[end - 1], budget > 0 {
                first -= 1
                end -= 1
                budget -= 1
                let indent = indents(first)
                if indent < leastIndent { (best, leastIndent) = (first, indent) }
            }
            move(place..<last + 1, to: best, &isChanged)
            place = min(place, best)
        }
    }

    private static func move(_ block: Range<Int>, to start: Int, _ isChanged: inout [Bool]) {
        guard start != block.lowerBound else { return }
        for place in block { isChanged[place] = false }
        for place in start..<start + block.count { isChanged[place] = true }
    }
}

extension String {
    /// How many spaces and tabs it begins with.
    fileprivate var indentation: Int { utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count }
}

/// A number for each different line, and which of the two texts have it.
private struct LineNumbers {
    enum Text { case old, new }

    /// Swift's strings are equal where their bytes differ.
    private struct Line: Hashable {
        let text: String

        static func == (left: Line, right: Line) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var numbers: [Line: Int] = [:]
    private var isInOld: [Bool] = []
    private var isInNew: [Bool] = []

    mutating func number(_ text: String, _ from: Text) -> Int {
        let number = numbers[Line(text: text)] ?? add(text)
        switch from {
        case .old: isInOld[number] = true
        case .new: isInNew[number] = true
        }
        return number
    }

    private mutating func add(_ text: String) -> Int {
        let number = isInOld.count
        numbers[Line(text: text)] = number
        isInOld.append(false)
        isInNew.append(false)
        return number
    }

    func isShared(_ number: Int) -> Bool { isInOld[number] && isInNew[number] }
}
