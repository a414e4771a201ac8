// `--sort`: items by the values of fields.

import CanonicalJSON
import Projections

/// One field to sort by, and which way round.
struct ItemOrder: Equatable {
    let field: ItemField
    let isDescending: Bool

    init(field: ItemField, isDescending: Bool = false) {
        self.field = field
        self.isDescending = isDescending
    }

    /// `FIELD`, `FIELD:asc` or `FIELD:desc`; nothing where no name stands there.
    init?(_ text: String) {
        let direction = [":desc", ":asc"].first(where: text.hasSuffix)
        let name = String(text.dropLast(direction?.count ?? 0))
        guard !name.isEmpty else { return nil }
        self.init(field: ItemField(name), isDescending: direction == ":desc")
    }

    /// The rows in order; equal ones stay as they stood, and those without a value come last, whichever way round.
    static func sorted(_ rows: [ItemRow], by orders: [ItemOrder]) throws -> [ItemRow] {
        guard !orders.isEmpty else { return rows }
        let keyed = try rows.enumerated().map { place, row in
            (place, row, try orders.map { try $0.field.value(in: row) })
        }
        let sorted = keyed.sorted { left, right in
            for (index, order) in orders.enumerated() {
                switch (left.2[index], right.2[index]) {
                case (nil, nil): continue
                case (nil, _): return false
                case (_, nil): return true
                case (let a?, let b?):
                    if ValueOrder.precedes(a, b) { return !order.isDescending }
                    if ValueOrder.precedes(b, a) { return order.isDescending }
                }
            }
            return left.0 < right.0
        }
        return sorted.map(\.1)
    }
}

/// The order of JSON values, as jq has it: null, false, true, numbers, texts by code points, lists, objects.
enum ValueOrder {
    static func precedes(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a < b
        case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.array(let a), .array(let b)): a.lexicographicallyPrecedes(b, by: precedes)
        case (.object(let a), .object(let b)): precedes(a, b)
        default: rank(left) < rank(right)
        }
    }

    /// First by the names, then by the values.
    private static func precedes(_ left: JSONObject, _ right: JSONObject) -> Bool {
        let (a, b) = (left.keys.map { JSON.string($0) }, right.keys.map { JSON.string($0) })
        return a == b
            ? left.members.map(\.value).lexicographicallyPrecedes(right.members.map(\.value), by: precedes)
            : a.lexicographicallyPrecedes(b, by: precedes)
    }

    private static func rank(_ value: JSON) -> Int {
        switch value {
        case .null: 0
        case .bool(let isTrue): isTrue ? 2 : 1
        case .number: 3
        case .string: 4
        case .array: 5
        case .object: 6
        }
    }
}
