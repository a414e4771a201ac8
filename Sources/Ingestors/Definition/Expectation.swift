// What a watch should find, and what it means when a run finds something else.

import Observations

/// How many items there may be: `1..`, `10..500`, `..500`, `12`.
public struct ItemBounds: Hashable, Sendable, CustomStringConvertible {
    public let lower: Int
    public let upper: Int?

    /// Nil where nothing could ever be within the bounds.
    public init?(from lower: Int = 0, to upper: Int? = nil) {
        guard lower >= 0, upper.map({ $0 >= lower }) ?? true else { return nil }
        self.lower = lower
        self.upper = upper
    }

    /// Both bounds are within; one may be left out, and a single number is both.
    public init?(_ text: String) {
        guard let dots = text.firstRange(of: "..") else {
            guard let count = Self.count(text[...]) else { return nil }
            self.init(from: count, to: count)
            return
        }
        let (left, right) = (text[..<dots.lowerBound], text[dots.upperBound...])
        guard !(left.isEmpty && right.isEmpty), let lower = left.isEmpty ? 0 : Self.count(left),
            let upper = right.isEmpty ? .some(nil) : Self.count(right).map(Optional.some)
        else { return nil }
        self.init(from: lower, to: upper)
    }

    private static func count(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    /// One or more.
    public static let some = ItemBounds(lower: 1, upper: nil)

    private init(lower: Int, upper: Int?) {
        self.lower = lower
        self.upper = upper
    }

    public func contains(_ count: Int) -> Bool { count >= lower && upper.map { count <= $0 } ?? true }

    public var description: String { "\(lower).." + (upper.map(String.init) ?? "") }
}

/// What a run must be like to be believed.
public struct Expectation: Hashable, Sendable {
    /// How many items it finds.
    public var items: ItemBounds
    /// The largest share of the items present so far that it may miss; 5 or fewer it always may.
    public var drop: Double
    /// In how many runs in a row an item must be missed to be gone all the same.
    public var confirm: Int
    /// Over at least so many seconds, measured from the first miss.
    public var confirmOver: Double

    public init(items: ItemBounds = .some, drop: Double = 0.2, confirm: Int = 3, confirmOver: Double = 3600) {
        self.items = items
        self.drop = drop
        self.confirm = confirm
        self.confirmOver = confirmOver
    }

    static let missedAlways = 5

    /// What a run in which everything was understood looks wrong in; nothing where it looks right.
    func suspicions(_ counts: RunCounts) -> [Suspicion] {
        var suspicions: [Suspicion] = []
        if counts.topics == 0 { suspicions.append(.topics) }
        if !items.contains(counts.found) { suspicions.append(.items) }
        // The share in doubles: 0.29 of 100 is a hair under 29, and 29 may be missed.
        let allowed = max(Double(Self.missedAlways), drop * Double(counts.present) + 1e-9)
        if Double(counts.missed) > allowed { suspicions.append(.drop) }
        if counts.keyless > 0, counts.missed > 0 { suspicions.append(.keyless) }
        if counts.isMoving, counts.missed > 0 { suspicions.append(.moving) }
        return suspicions
    }
}

/// What a run is judged by.
struct RunCounts: Equatable {
    /// Items present before the run.
    var present: Int
    /// Of these, how many it did not see.
    var missed: Int
    /// Items that it saw.
    var found: Int
    /// Things like items, but without a key, beyond the usual ones.
    var keyless = 0
    /// Nil where the watch has no topic list.
    var topics: Int?
    /// The pages changed while they were being read.
    var isMoving = false
}

/// What may be said of the items that a run missed.
enum Conclusion: Equatable {
    /// They are absent.
    case absent
    /// Those are absent that enough such runs in a row have missed.
    case absentWhereConfirmed
    /// Nothing.
    case none

    /// Absence is concluded only by a complete run; what only a drop or a moving site makes suspect may confirm others like it.
    init(failed: Bool, suspicions: [Suspicion], found: Int) {
        if failed {
            self = .none
        } else if suspicions.isEmpty {
            self = .absent
        } else {
            self = Confirmation.counts(suspicions, found: found) ? .absentWhereConfirmed : .none
        }
    }
}

/// Which runs say something about what they missed.
enum Confirmation {
    /// Complete, or suspect only by what they missed or by a site that moved (that the same item slips through run after run is
    /// not to be feared); one that found nothing at all says nothing.
    static func counts(_ suspicions: [Suspicion], found: Int) -> Bool {
        suspicions.allSatisfy { $0 == .drop || $0 == .moving } && found > 0
    }
}
