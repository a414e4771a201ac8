// The configuration's values, named and typed: what stands between the file and the modules that it sets up.

import Transport

/// Which page bytes are kept.
struct EvidenceSettings: Hashable, Sendable {
    enum Keep: String, Sendable, CaseIterable { case changed, all, none }

    let keep: Keep
    let `for`: Duration?
    /// Bytes.
    let upTo: Int?
}

/// When a watch looks by itself.
package enum Schedule: Hashable, Sendable {
    case every(Duration)
    case cron(Cron, timezone: String)

    /// Looking more often than that is asking without a pause.
    static let everyMin = Duration.seconds(1)
}

/// A watch, as the file has it; selectors and the like have been found to compile.
struct WatchSettings: Sendable {
    enum Kind: String, Sendable, CaseIterable { case sessions, items, stock, page }

    struct Topics: Hashable, Sendable {
        let url: String
        let items: String
        let id: String
    }

    struct Fetch: Sendable {
        /// With `{topic}` and `{page}` where they belong.
        let url: String
        let pagesMax: Int
        let rate: RateText?
        let concurrency: Int
        let retries: Int
        let timeout: Duration
        /// Bytes.
        let maxSize: Int
        let headers: [(name: String, value: Secret)]
        let userAgent: String?

        var hasPages: Bool { url.contains("{page}") }
    }

    struct Field: Hashable, Sendable {
        let name: String
        /// The first that finds something counts.
        let selectors: [String]
        let all: Bool
        let remove: String?
        let match: String?
        let form: String
        let timezone: String?
        let format: String?
    }

    /// Which part of a page is read, and as what.
    struct Page: Hashable, Sendable {
        let select: String?
        let remove: [String]
        let ignore: [String]
        let form: String
    }

    /// When an item is in stock, and when it is not.
    struct Availability: Hashable, Sendable {
        struct Rule: Hashable, Sendable {
            let selectors: [String]
            let matches: String?
        }

        let inStock: Rule?
        let outOfStock: Rule?
    }

    struct Expect: Hashable, Sendable {
        let items: BoundsText
        let drop: Double
        let confirm: Int
        let confirmOver: Duration
    }

    let name: String
    /// Where the watch stands in the file.
    let line: Int
    let kind: Kind
    let schedule: Schedule?
    let topics: Topics?
    let fetch: Fetch
    let items: String
    /// The first that finds something counts.
    let keys: [String]
    /// What of that is the key.
    var keyMatch: String?
    let fields: [Field]
    let next: String?
    let expect: Expect
    let keepEvidence: EvidenceSettings.Keep
    /// The name it had before.
    let was: String?
    /// Where `was` stands in the file, or the watch where it does not.
    let wasLine: Int
    /// A changed `key` is meant.
    let rekey: Bool
    /// Where `key` stands in the file.
    let keyLine: Int
    /// For the kind `stock`.
    var availability: Availability?
    var unknownAfter: Int?
    /// For the kind `page`, which has no items, key, fields and next.
    var page: Page?
}

/// A way to tell somebody.
struct ChannelSettings: Sendable {
    enum Way: Sendable {
        case terminal
        case file(path: String, isJSON: Bool)
        case webhook(url: Secret, secret: Secret?)
        case exec(ProgramSettings)
        case http(HTTPSettings)
        case smtp(LetterSettings, MailURL, tls: String?, user: Secret?, password: Secret?)
        case aws(AWSSettings.Target, AWSService, AWSCredentials)
    }

    /// Who writes to whom.
    struct LetterSettings: Hashable, Sendable {
        let from: String
        let to: [String]
    }

    let name: String
    let way: Way
    /// Over the network; a program has its own.
    var timeout: Duration?
}

/// A request of the user's own making.
struct HTTPSettings: Sendable {
    struct Value: Hashable, Sendable {
        let name: String
        let value: Secret
        /// It is a reference, or its name says so.
        let isSecret: Bool
    }

    let url: Secret
    let isURLSecret: Bool
    let method: String
    let headers: [Value]
    let body: String
    let type: String
    let with: [Value]
    let textMax: Int?
    let headlineMax: Int?
    let unit: String
    let hasEntities: Bool
    let status: String?
    let reason: String?
    let wait: String?

    /// What is sent as JSON where there is no `body`.
    static let bodyStandard =
        #"{"id": "{{id}}", "kind": "{{kind}}", "subject": "{{subject}}", "time": "{{time}}", "headline": "{{headline}}", "text": "{{text}}"}"#

    /// The values of `with` by name.
    var values: [String: String] { Dictionary(with.map { ($0.name, $0.value.reveal()) }) { first, _ in first } }
}

/// A program that is given changes.
struct ProgramSettings: Hashable, Sendable {
    struct Variable: Hashable, Sendable {
        let name: String
        let value: Secret
        /// It is a reference, or its name says so.
        let isSecret: Bool
    }

    /// Its name as it is written, and its arguments.
    let arguments: [String]
    /// Absolute.
    let path: String
    /// Where it runs.
    let folder: String
    let environment: [Variable]
    let timeout: Duration
    /// Bytes.
    let memory: Int
}

/// What happens on a change.
struct ReactorSettings: Hashable, Sendable {
    let name: String
    let on: [String]
    let filter: String?
    let to: [String]
    /// Instead of `to`.
    let exec: ProgramSettings?
    let subject: String?
    let message: String?
    let include: [String]
    let from: String?
    let isShadow: Bool
    let attempts: Int
    let backoff: Duration
    let digest: Duration?
    let quiet: String?
    let timezone: String
    let damp: String?
    let digestSubject: String?
    let digestMessage: String?
}
