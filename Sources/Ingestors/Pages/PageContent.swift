// What was read from one page, in the form in which it is compared, cached and appended.

import CanonicalJSON
import EventLog
import Extraction

/// A page as its rules read it; a topic list is one whose items are the topics.
struct PageContent: Sendable, Equatable {
    var items: [Sighting]
    /// Absolute.
    var next: String?
    /// Things like items, but without a key.
    var keyless = 0
    /// Fields that were there but could not be read as what they should be; they are left out of their items.
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
    private static let version = 1

    var readerDigest: Digest { .sha256(Array("items \(Self.version) \(digestText)".utf8)) }

    func content(of page: PageBytes) throws(ExtractionError) -> PageContent {
        let read = try read(
            page.body, mediaType: page.contentType.mediaType, charset: page.contentType.charset, baseURL: page.base)
        if let suspicion = read.suspicion { throw .failed(suspicion) }
        let items = read.items.map { item in
            let fields = JSON.object(item.fields).canonicalBytes
            return Sighting(key: ItemKey(item.key), digest: .sha256(fields), fields: fields)
        }
        return PageContent(
            items: items, next: read.next, keyless: read.keyless, unreadable: read.failureCount,
            unreadableFirst: read.failures.prefix(PageContent.unreadableFirstMax).map(\.description))
    }
}

extension TopicRules: PageRules {
    var readerDigest: Digest { .sha256(Array("topics \(digestText)".utf8)) }

    func content(of page: PageBytes) throws(ExtractionError) -> PageContent {
        let topics = try read(
            page.body, mediaType: page.contentType.mediaType, charset: page.contentType.charset, baseURL: page.base)
        return PageContent(items: topics.map { Sighting(key: ItemKey($0), digest: .sha256([]), fields: []) })
    }
}
