// What a sighting makes of what was known about an item: the whole rule for versions and presence, as a function.

/// What an event says about an item.
enum Sighting {
    /// It was there, and looked like this (a canonical JSON object).
    case observed(UnsafeRawBufferPointer)
    /// A complete look did not find it.
    case absent
}

/// An item's newest version.
struct KnownItem {
    let version: Int
    let isPresent: Bool
    /// As last observed; kept while it is absent.
    let fields: UnsafeRawBufferPointer
}

/// A new version of an item.
struct ItemStep: Equatable {
    enum Kind: String {
        case added
        case updated
        case withdrawn
        case returned
    }

    let kind: Kind
    let version: Int
    /// Canonical JSON; empty for the first version and for a withdrawal, which have nothing to differ in.
    let changes: [UInt8]

    var isPresent: Bool { kind != .withdrawn }

    /// The step that a sighting leads to, or `nil` when it tells nothing new: an item seen as it was known, or an absence of
    /// what was absent, or never there.
    static func from(_ known: KnownItem?, _ sighting: Sighting) throws(FoldError) -> ItemStep? {
        switch (known, sighting) {
        case (nil, .observed(let fields)):
            _ = try CanonicalMembers(fields)
            return ItemStep(kind: .added, version: 1, changes: FieldChanges.none)
        case (nil, .absent):
            return nil
        case (let known?, .absent):
            guard known.isPresent else { return nil }
            return ItemStep(kind: .withdrawn, version: known.version + 1, changes: FieldChanges.none)
        case (let known?, .observed(let fields)):
            let isSame = FieldChanges.equal(known.fields, fields)
            guard !isSame || !known.isPresent else { return nil }
            let changes = isSame ? FieldChanges.none : try FieldChanges.between(known.fields, fields)
            return ItemStep(kind: known.isPresent ? .updated : .returned, version: known.version + 1, changes: changes)
        }
    }
}
