// A page as it was when last fetched: what to ask with next time, and what it said.

import EventLog
import Transport

/// One row of the page cache.
struct CachedPage: Sendable {
    /// What a page is to its watch; one URL may be both.
    enum Role: String, Sendable { case topics, page }

    var role: Role
    var url: String
    var validators: Validators?
    /// Of the page's bytes.
    var bytes: Digest
    /// Of the rules that read `content`.
    var reader: Digest
    var contentType: ContentType
    var base: String
    var content: PageContent
}
