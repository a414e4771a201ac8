// Which notifications are in the queues, so that none is there twice and none is forgotten.

/// The ids of what is queued or under way.
///
/// A notification that has just been parked can be asked for again before the loop has heard that its try is over. It is
/// in the queues then, so it cannot be admitted; and it must not be forgotten.
struct Admissions: Sendable {
    private var ids: Set<String> = []
    private var seenAgain: Set<String> = []

    func contains(_ id: String) -> Bool { ids.contains(id) }

    /// False where it is there already; then `remove` will say so.
    mutating func insert(_ id: String) -> Bool {
        guard !ids.insert(id).inserted else { return true }
        seenAgain.insert(id)
        return false
    }

    /// Whether it was to be admitted meanwhile, so that it has to be looked at once more.
    mutating func remove(_ id: String) -> Bool {
        ids.remove(id)
        return seenAgain.remove(id) != nil
    }
}
