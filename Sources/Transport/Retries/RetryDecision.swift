// The one table of what is worth trying again, over every status and every fault. Fetches and webhooks both use it.

/// How often and how long to go on trying.
public struct RetryPolicy: Hashable, Sendable {
    /// Tries after the first one.
    public var retries: Int
    public var backoff: Backoff
    /// Seconds. A server that asks for a longer wait is not waited for.
    public var longestRetryAfter: Double

    public init(retries: Int = 3, backoff: Backoff = Backoff(), longestRetryAfter: Double = 120) {
        self.retries = retries
        self.backoff = backoff
        self.longestRetryAfter = longestRetryAfter
    }
}

/// Exponential backoff with full jitter: anything from nothing to the doubled, capped delay.
public struct Backoff: Hashable, Sendable {
    public var base: Double
    public var cap: Double

    /// Both in seconds.
    public init(base: Double = 1, cap: Double = 60) {
        self.base = base
        self.cap = cap
    }

    /// Seconds to wait after this try failed (the first is 1); `random` is from 0 to 1.
    public func delay(afterTry number: Int, random: Double) -> Double {
        let doublings = Double((number - 1).clamped(to: 0...62))
        return min(cap, base * Double.pow2(doublings)) * random.clamped(to: 0...1)
    }
}

extension Double {
    fileprivate static func pow2(_ exponent: Double) -> Double {
        Double(sign: .plus, exponent: Int(exponent), significand: 1)
    }
}

/// What one try came to.
public enum Attempt: Hashable, Sendable {
    /// `retryAfter` in seconds, as the server asked.
    case status(Int, retryAfter: Double? = nil)
    case fault(Fault)
}

/// Whether to try again.
public enum RetryDecision: Hashable, Sendable {
    /// It worked: any 2xx, or 304.
    case done
    /// Try again after so many seconds.
    case retry(after: Double)
    /// Trying again would change nothing, or the tries are used up, or the wait asked for is too long.
    case giveUp

    /// What kind of outcome this is, before counting tries.
    public enum Kind: Hashable, Sendable { case success, transient, permanent }

    /// Decides after try `number` (the first is 1).
    public static func decide(
        _ attempt: Attempt, tryNumber number: Int, policy: RetryPolicy, random: Double
    ) -> RetryDecision {
        switch kind(of: attempt) {
        case .success: return .done
        case .permanent: return .giveUp
        case .transient:
            let asked = attempt.retryAfter ?? 0
            guard number <= policy.retries, asked <= policy.longestRetryAfter else { return .giveUp }
            return .retry(after: max(asked, policy.backoff.delay(afterTry: number, random: random)))
        }
    }

    /// The table.
    public static func kind(of attempt: Attempt) -> Kind {
        switch attempt {
        case .status(let status, _): kind(of: status)
        case .fault(let fault): kind(of: fault)
        }
    }

    private static func kind(of status: Int) -> Kind {
        switch status {
        case 200...299, 304: .success
        case 408, 425, 429: .transient  // timed out waiting, too early, too many
        case 501, 505: .permanent  // it will not learn this method or version meanwhile
        case 500...599: .transient
        default: .permanent
        }
    }

    private static func kind(of fault: Fault) -> Kind {
        switch fault {
        case .status(let status, _): kind(of: status)
        case .nameNotFound, .connectFailed, .proxyFailed, .tls, .timeout, .hungUp, .cutShort, .garbage, .failed:
            .transient
        case .invalidURL, .unsupportedScheme, .credentialsInURL, .invalidRequest, .privateAddress, .certificate,
            .tooLarge, .tooManyRedirects, .redirectRefused, .cancelled:
            .permanent
        }
    }
}

extension Attempt {
    /// Seconds that the server asked to wait.
    var retryAfter: Double? {
        switch self {
        case .status(_, let seconds), .fault(.status(_, let seconds)): seconds
        case .fault: nil
        }
    }
}
