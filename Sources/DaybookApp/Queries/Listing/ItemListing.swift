// What is asked of a list beyond which watch and when: which of its items, in what order, and how many.

import JSONQuery
import Projections

struct ItemListing {
    var state: ItemState?
    var conditions: [ItemCondition] = []
    var orders: [ItemOrder] = []
    var limit: Int?

    /// Whether each row can be answered by itself, so that none has to be kept.
    var isPlain: Bool { conditions.isEmpty && orders.isEmpty && limit == nil }

    /// The fields that it names.
    var fields: [ItemField] { conditions.compactMap(\.field) + orders.map(\.field) }

    /// The rows that are wanted, and how many there would be without the limit.
    func applied(to rows: [ItemRow]) throws -> (rows: [ItemRow], total: Int) {
        let chosen = try rows.filter { row in
            try (state == nil || row.state == state) && conditions.allSatisfy { try $0.holds(for: row) }
        }
        let sorted = try ItemOrder.sorted(chosen, by: orders)
        return (limit.map { Array(sorted.prefix($0)) } ?? sorted, sorted.count)
    }

    /// Of jq expressions that let nothing through: what may be wrong with them.
    func hints(about rows: [ItemRow]) throws -> [String] {
        try conditions.compactMap { condition in
            guard case .program(let filter) = condition else { return nil }
            return try ProgramNames.hint(filter.program, rows)
        }
    }
}
