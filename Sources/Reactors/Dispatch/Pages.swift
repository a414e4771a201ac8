// Changes of several projections as one row, in the order of their events.

/// What is read of one projection at once.
struct Page<Element> {
    /// Ordered by sequence, from `start` on.
    var elements: [Element]
    /// Where reading began.
    var start: UInt64
    /// How far the projection has come; what it says of later events is left for the next time.
    var end: UInt64
    /// Whether there may be more before `end` than `elements`.
    var isCut: Bool
}

/// Merges one page of each projection by sequence. A cut page holds the others back, so that the row stays in order; a
/// projection that has not come far does not.
///
/// - Returns: the row, and for each projection the first sequence that it does not cover. Where none of these has moved
///   though a page is cut, a single event has more changes than a page, and pages have to be longer.
func merged<Element>(
    _ pages: [Page<Element>], sequence: (Element) -> UInt64
) -> (elements: [Element], upTo: [UInt64]) {
    // The last event of a cut page may have more to it.
    let horizon = pages.filter(\.isCut).compactMap { $0.elements.last.map(sequence) }.min() ?? .max
    let upTo = pages.map { max($0.start, min($0.end, horizon)) }
    let covered = zip(pages, upTo).flatMap { page, upTo in page.elements.filter { sequence($0) < upTo } }
    let ordered = covered.enumerated().sorted { left, right in
        (sequence(left.element), left.offset) < (sequence(right.element), right.offset)
    }
    return (ordered.map(\.element), upTo)
}
