// Who chose a URL decides where it may lead: what a user wrote goes anywhere, what was found in content stays outside.

/// Which addresses a request may reach, judged after name resolution, for every address and every redirect.
public enum GuardScope: Hashable, Sendable {
    /// The URL stands in daybook.yaml: it may be private itself, and so may redirects back to the same place;
    /// redirects to any other private address are refused.
    case configured
    /// The URL was found in content (a link, an enclosure): private addresses are refused everywhere.
    case content
    /// Private addresses are allowed everywhere (`allow-private: true`).
    case unguarded

    /// Whether private addresses are refused for a hop to `address`, in a chain that began at `first`.
    func refusesPrivate(_ address: WebAddress, startedAt first: WebAddress) -> Bool {
        switch self {
        case .configured: !first.isSamePlace(as: address)
        case .content: true
        case .unguarded: false
        }
    }
}
