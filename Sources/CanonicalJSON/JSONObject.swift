// A JSON object whose members stand in canonical order from the start, so that writing it needs no sorting.

/// Members sorted by the UTF-8 bytes of their keys, no key twice.
public struct JSONObject: Hashable, Sendable {
    public struct Member: Sendable {
        public let key: String
        public var value: JSON
    }

    public private(set) var members: [Member] = []

    public init() {}

    /// Where a key is given twice, the last one counts, as in ECMAScript.
    public init(_ pairs: some Sequence<(String, JSON)>) {
        for (key, value) in pairs { self[key] = value }
    }

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }
    public var keys: [String] { members.map(\.key) }

    /// Setting `nil` removes the member.
    public subscript(key: String) -> JSON? {
        get {
            let place = place(of: key)
            return place.found ? members[place.index].value : nil
        }
        set {
            let place = place(of: key)
            switch (newValue, place.found) {
            case (let value?, true): members[place.index].value = value
            case (let value?, false): members.insert(Member(key: key, value: value), at: place.index)
            case (nil, true): members.remove(at: place.index)
            case (nil, false): break
            }
        }
    }

    private func place(of key: String) -> (index: Int, found: Bool) {
        if let last = members.last, precedes(last.key, key) { return (members.count, false) }
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if precedes(members[middle].key, key) { low = middle + 1 } else { high = middle }
        }
        return (low, low < members.count && members[low].key.utf8.elementsEqual(key.utf8))
    }

    private func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension JSONObject.Member: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(JSON.string(key))
        hasher.combine(value)
    }
}
