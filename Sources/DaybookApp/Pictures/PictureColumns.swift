// Stretches of time laid into the columns of a terminal: what was so at any moment of each column's share of the time.

import Observations

extension StockTimeline {
    /// For each column the values that held in it, in their order.
    ///
    /// - Parameter count: at least 1.
    static func columns<Value>(
        _ stretches: [Stretch<Value>], from start: Int64, to end: Int64, count: Int
    ) -> [[Value]] {
        var columns = [[Value]](repeating: [], count: count)
        let length = max(1, end - start)
        for stretch in stretches {
            let first = column(stretch.from, start, length, count)
            // A column's share ends before the next one's begins; what is of no length shows where it begins.
            let last = stretch.until > stretch.from ? column(stretch.until - 1, start, length, count) : first
            for column in first...max(first, last) { columns[column].append(stretch.value) }
        }
        return columns
    }

    static func column(_ time: Int64, _ start: Int64, _ length: Int64, _ count: Int) -> Int {
        let place = Double(time - start) / Double(length) * Double(count)
        return min(count - 1, max(0, Int(place)))
    }
}

/// What a column of the band says of availability.
enum BandCell: CaseIterable {
    case inStock
    /// In stock for part of the time: what was to be had only for a moment must not go unseen.
    case partly
    case outOfStock
    case unknown

    init?(_ values: [Availability]) {
        let all = Set(values)
        if all.contains(.inStock) {
            self = all.count == 1 ? .inStock : .partly
        } else if all.contains(.outOfStock) {
            self = .outOfStock
        } else if all.contains(.unknown) {
            self = .unknown
        } else {
            return nil
        }
    }

    var words: String {
        switch self {
        case .inStock: "in stock"
        case .partly: "at times"
        case .outOfStock: "out of stock"
        case .unknown: "not known"
        }
    }
}

/// A line of steps as a terminal draws it: for each column, which rows it touches and where it enters and leaves.
struct StepLine: Equatable {
    /// The sides of a cell to which the line goes on.
    struct Sides: OptionSet, Hashable {
        let rawValue: Int
        static let up = Sides(rawValue: 1)
        static let down = Sides(rawValue: 2)
        static let left = Sides(rawValue: 4)
        static let right = Sides(rawValue: 8)
    }

    /// Row 0 is the uppermost; nil where the line does not pass.
    let cells: [[Sides?]]

    /// - Parameter columns: for each column the rows of the values in it, in their order.
    init(_ columns: [[Int]], rows: Int) {
        var cells = [[Sides?]](repeating: Array(repeating: nil, count: columns.count), count: rows)
        var before: Int?
        for (column, values) in columns.enumerated() {
            guard let exit = values.last else {
                before = nil
                continue
            }
            let entry = before ?? (values.count == 1 ? exit : nil)
            let passed = values + (entry.map { [$0] } ?? [])
            guard let top = passed.min(), let bottom = passed.max() else { continue }
            for row in top...bottom {
                var sides: Sides = []
                if row > top { sides.insert(.up) }
                if row < bottom { sides.insert(.down) }
                if row == entry { sides.insert(.left) }
                if row == exit { sides.insert(.right) }
                cells[row][column] = sides
            }
            before = exit
        }
        self.cells = cells
    }
}
