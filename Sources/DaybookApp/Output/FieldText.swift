// An item's fields, and what changed in them, as people read them.

import CanonicalJSON

enum FieldText {
    /// What a list shows of an item: its title or name first, where it has one, then the rest.
    static func summary(_ fields: [UInt8]) throws -> String {
        let all = try members(fields)
        let names = ["title", "name"]
        let head = all.filter { names.contains($0.name) }
        let rest = all.filter { !names.contains($0.name) }
        return (head.map(\.value) + rest.map { "\($0.name): \($0.value)" }).joined(separator: "  ·  ")
    }

    static func members(_ fields: [UInt8]) throws -> [(name: String, value: String)] {
        try JSON.parse(fields).objectValue?.members.map { ($0.key, EventText.plain($0.value)) } ?? []
    }

    /// A line for each field that changed: `room: Venetian 1 -> Aria 3`; `(none)` where there was or is no value.
    static func changes(_ changes: [UInt8], on console: Console) throws -> [String] {
        try JSON.parse(changes).arrayValue?.map { change in
            let field = displayable(change["field"]?.stringValue ?? "?")
            let old = change["old"].map { Tint.bad.applied(to: displayable(EventText.plain($0)), on: console) }
            let new = change["new"].map { Tint.good.applied(to: displayable(EventText.plain($0)), on: console) }
            switch (old, new) {
            case (let old?, let new?): return "\(field): \(old) -> \(new)"
            case (nil, let new?): return "\(field): (none) -> \(new)"
            case (let old?, nil): return "\(field): \(old) -> (none)"
            case (nil, nil): return field
            }
        } ?? []
    }
}
