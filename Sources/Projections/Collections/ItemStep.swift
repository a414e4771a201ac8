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

        /// The step that a sighting leads to, or `nil` when it tells nothing new: an item seen as it was known, or an absence
        /// of what was absent, or never there.
        static func of(_ known: KnownItem?, _ sighting: Sighting) -> Kind? {
            switch (known, sighting) {
            case (nil, .observed): .added
            case (nil, .absent): nil
            case (let known?, .absent): known.isPresent ? .withdrawn : nil
            case (let known?, .observed(let fields)):
                if !known.isPresent {
                    .returned
                } else if FieldChanges.equal(known.fields, fields) {
                    nil
                } else {
                    .updated
                }
            }
        }
    }

    let kind: Kind
    let version: Int
    /// Canonical JSON; empty for the first version and for a withdrawal, which have nothing to differ in.
    let changes: [UInt8]

    var isPresent: Bool { kind != .withdrawn }

    /// The step whole, with what changed.
    static func from(_ known: KnownItem?, _ sighting: Sighting) throws(FoldError) -> ItemStep? {
        guard let kind = Kind.of(known, sighting) else { return nil }
        var changes = FieldChanges.none
        if case .observed(let fields) = sighting, let known {
            changes = try FieldChanges.between(known.fields, fields)
        }
        return ItemStep(kind: kind, version: (known?.version ?? 0) + 1, changes: changes)
    }
}
