// What `--columns`, `--sort` and `--where` call the parts of an item, and where they are.

import CanonicalJSON
import EventLog
import Projections

/// A part of an item by its name: a member of the line that `--json` prints, or a field, or a part of a field
/// (`price.amount`). Where a field is called like a member, `fields.NAME` is the field.
struct ItemField: Equatable {
    /// The members of a line that are not its fields, in its order.
    enum Member: String, CaseIterable {
        case watch, key, version, state, firstSeen, lastChanged, sequence
    }

    /// As it was asked for; the heading of its column.
    let name: String
    private let member: Member?
    /// The field's name without `fields.`, as canonical JSON writes it.
    private let whole: [UInt8]
    /// The same up to its first dot, and what follows.
    private let parts: [String]

    init(_ name: String) {
        self.name = name
        let field = name.dropping(prefix: "fields.").map(String.init) ?? name
        member = field.utf8.count == name.utf8.count ? Member(rawValue: name) : nil
        whole = JSON.string(field).canonicalBytes
        parts = field.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    /// Every member as a field of its own.
    static let members = Member.allCases.map { ItemField($0.rawValue) }

    /// The field of this name, whatever else is called so.
    static func named(_ field: String) -> ItemField {
        ItemField(Member(rawValue: field) == nil && !field.hasPrefix("fields.") ? field : "fields." + field)
    }

    /// What it is called among fields alone.
    var isMember: Bool { member != nil }

    /// Its value; nothing where the item has no such field.
    func value(in row: ItemRow) throws -> JSON? {
        switch member {
        case .watch: .string(row.watch)
        case .key: .string(row.key)
        case .version: JSON(row.version)
        case .state: .string(row.state.rawValue)
        case .firstSeen: .string(row.firstSeen.description)
        case .lastChanged: .string(row.lastChanged.description)
        case .sequence: JSON(row.sequence)
        case nil: try field(in: row.fields)
        }
    }

    /// The same as `--json` writes it.
    func json(in row: ItemRow) throws -> JSON? {
        member == .sequence ? .string(sequenceText(row.sequence)) : try value(in: row)
    }

    private func field(in fields: [UInt8]) throws -> JSON? {
        if let value = try ItemFields.value(whole, in: fields) { return value }
        guard parts.count > 1 else { return nil }
        let first = try ItemFields.value(JSON.string(parts[0]).canonicalBytes, in: fields)
        return parts.dropFirst().reduce(first) { $0?[$1] }
    }
}

/// An item's fields where they lie: a list of thousands is not made into values of which few are asked for.
enum ItemFields {
    /// The value under a name in canonical JSON, quotes and all.
    static func value(_ name: [UInt8], in fields: [UInt8]) throws -> JSON? {
        try fields.withUnsafeBytes { bytes in
            var members = try CanonicalMembers(bytes)
            while let member = try members.next() {
                if member.key.elementsEqual(name) { return try JSON.parse(member.value) }
            }
            return nil
        }
    }

    /// The names that occur in any of the rows, in the order of their bytes.
    static func names(in rows: [ItemRow]) throws -> [String] {
        var known: Set<[UInt8]> = []
        for row in rows {
            try row.fields.withUnsafeBytes { bytes in
                var members = try CanonicalMembers(bytes)
                while let member = try members.next() { known.insert(Array(member.key)) }
            }
        }
        return try known.compactMap { try JSON.parse($0).stringValue }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// A name that no item has anything under.
struct UnknownField: Error, Equatable {
    let name: String
    let known: [String]

    /// Refuses the names that are neither members nor in any row nor among `configured`. Where there are no rows nothing is known.
    static func check(_ fields: [ItemField], in rows: [ItemRow], configured: [String] = []) throws {
        guard !rows.isEmpty else { return }
        for field in fields where !field.isMember {
            if configured.contains(where: { $0.utf8.elementsEqual(field.name.utf8) }) { continue }
            if try rows.contains(where: { try field.value(in: $0) != nil }) { continue }
            throw UnknownField(name: field.name, known: try ItemFields.names(in: rows))
        }
    }

    /// `no item has a field "rom"; did you mean "room"? …`
    func sentence(_ singular: String) -> String {
        let members = ItemField.Member.allCases.map(\.rawValue)
        let nearest = NearestName.of(name, in: known + members).map { "did you mean \"\($0)\"? " } ?? ""
        return
            "no \(singular) has a field \"\(name)\"; \(nearest)The fields are \((known.isEmpty ? ["none"] : known).joined(separator: ", ")); "
            + "besides there are \(members.joined(separator: ", "))"
    }
}
