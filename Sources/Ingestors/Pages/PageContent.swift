// What was read from one page, in the form in which it is compared, cached and appended.

import CanonicalJSON
import EventLog
import Extraction
import Observations

/// A page as its rules read it; a topic list is one whose items are the topics.
struct PageContent: Sendable, Equatable {
    var items: [Sighting]
    /// Absolute.
    var next: String?
    /// Things like items, but without a key.
    var keyless = 0
    /// How many fields were there but could not be read as what they should be; each sighting names its own.
    var unreadable = 0
    /// The first few of them, each in a sentence.
    var unreadableFirst: [String] = []

    static let unreadableFirstMax = 5
}

/// How a page becomes its content.
protocol PageRules: Sendable {
    /// Equal exactly where two rules read every page the same.
    var readerDigest: Digest { get }

    func content(of page: PageBytes) throws(ExtractionError) -> PageContent
}

/// A page's bytes with what one needs for reading them.
struct PageBytes: Sendable {
    var body: [UInt8]
    var contentType: ContentType
    /// Where it came from, after redirects; relative links start there.
    var base: String
}

/// Media type and charset, as a server declares them.
struct ContentType: Sendable, Equatable {
    var mediaType: String?
    var charset: String?
}

extension ItemRules: PageRules {
    /// Raised when this version reads the same page with the same rules differently from the one before.
    private static let version = 2

    var readerDigest: Digest { .sha256(Array("items \(Self.version) \(digestText)".utf8)) }

    func content(of page: PageBytes) throws(ExtractionError) -> PageContent {
        let read = try read(
            page.body, mediaType: page.contentType.mediaType, charset: page.contentType.charset, baseURL: page.base)
        if let suspicion = read.suspicion { throw .failed(suspicion) }
        return PageContent(
            items: read.items.map(Sighting.init), next: read.next, keyless: read.keyless,
            unreadable: read.failureCount,
            unreadableFirst: read.failures.prefix(PageContent.unreadableFirstMax).map(\.description))
    }
}

extension TextRules: PageRules {
    /// The one item of a page watch: it stays the same one whatever becomes of the URL.
    static let key: ItemKey = "page"

    var readerDigest: Digest { .sha256(Array("text \(digestText)".utf8)) }

    /// A page without any text has no item: whether it is empty for good nobody can tell, so what is recorded stays.
    func content(of page: PageBytes) throws(ExtractionError) -> PageContent {
        let read = try read(page.body, mediaType: page.contentType.mediaType, charset: page.contentType.charset)
        if let suspicion = read.suspicion { throw .failed(suspicion) }
        guard !read.lines.isEmpty else { return PageContent(items: []) }
        let fields = try fields(of: PageObserved(title: read.title, text: read.lines))
        guard fields.count < Sighting.fieldsMax else {
            throw .failed(
                "its text is larger than an event may be (1 MiB); take a part of it with select, or leave parts out with remove"
            )
        }
        return PageContent(items: [Sighting(key: Self.key, digest: .sha256(fields), fields: fields)])
    }
}

extension TextRules {
    private func fields(of state: PageObserved) throws(ExtractionError) -> [UInt8] {
        do throws(ObservationError) { return try state.json().canonicalBytes } catch { throw .failed("\(error)") }
    }
}

extension WatchRules: PageRules {
    private var pageRules: any PageRules {
        switch self {
        case .items(let rules): rules
        case .page(let rules): rules
        }
    }

    var readerDigest: Digest { pageRules.readerDigest }

    func content(of page: PageBytes) throws(ExtractionError) -> PageContent { try pageRules.content(of: page) }
}

extension Sighting {
    init(_ item: ReadItem) {
        let fields = JSON.object(item.fields).canonicalBytes
        self.init(key: ItemKey(item.key), digest: .sha256(fields), fields: fields, unreadable: item.unreadable)
    }
}

extension ItemSeries<Sighting> {
    /// What `ItemRules.content(of:)` makes of a page.
    func content(of body: [UInt8], mediaType: String?) throws(ExtractionError) -> PageContent {
        let read = try read(body, mediaType: mediaType)
        if let suspicion = read.suspicion { throw .failed(suspicion) }
        return PageContent(
            items: read.items, next: read.next, keyless: read.keyless, unreadable: read.failureCount,
            unreadableFirst: read.failures.prefix(PageContent.unreadableFirstMax).map(\.description))
    }
}

extension PageContent {
    /// Why the content cannot be recorded; nothing where it can.
    var refusal: String? {
        items.first(where: \.isTooLarge).map {
            "the item \($0.key.text.prefix(100)) is larger than an event may be (1 MiB)"
        }
    }

    /// What to say of a page that could not be understood: where JSON is due, a captcha is first of all no JSON; that it is a captcha
    /// says more.
    static func reason(_ error: ExtractionError, _ body: [UInt8], mediaType: String?) -> String {
        blockSuspicion(body, mediaType: mediaType) ?? error.description
    }
}

extension Sighting {
    /// Of an event's 1 MiB, what the envelope leaves.
    static let fieldsMax = (1 << 20) - 4096

    /// Whether the event would be over the log's limit.
    fileprivate var isTooLarge: Bool { fields.count + 6 * key.text.utf8.count > Self.fieldsMax }
}

extension TopicRules: PageRules {
    var readerDigest: Digest { .sha256(Array("topics \(digestText)".utf8)) }

    func content(of page: PageBytes) throws(ExtractionError) -> PageContent {
        let topics = try read(
            page.body, mediaType: page.contentType.mediaType, charset: page.contentType.charset, baseURL: page.base)
        return PageContent(items: topics.map { Sighting(key: ItemKey($0), digest: .sha256([]), fields: []) })
    }
}
