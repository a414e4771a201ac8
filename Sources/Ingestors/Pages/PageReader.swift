// One page: asked for conditionally, parsed only if its bytes or its rules are new, kept as evidence if something changed.

import EventLog
import Extraction
import Logging
import Transport

/// Fetches and reads the pages of one watch.
struct PageReader: Sendable {
    let watch: String
    let fetch: WatchDefinition.Fetch
    let keep: KeepEvidence
    let client: HTTPClient
    let cookies: CookieJar
    let cache: PageCache
    let blobs: BlobStore
    let clock: @Sendable () -> Timestamp
    let logger: Logger?
    /// What this run has read already; it counts before what the cache has.
    private(set) var earlier: [PageID: CachedPage] = [:]

    init(
        watch: String, fetch: WatchDefinition.Fetch, keep: KeepEvidence, client: HTTPClient, cookies: CookieJar,
        cache: PageCache, blobs: BlobStore, clock: @escaping @Sendable () -> Timestamp, logger: Logger?
    ) {
        self.watch = watch
        self.fetch = fetch
        self.keep = keep
        self.client = client
        self.cookies = cookies
        self.cache = cache
        self.blobs = blobs
        self.clock = clock
        self.logger = logger
    }

    /// A reader for reading the pages of a survey once more.
    func knowing(_ survey: Survey) -> PageReader {
        var reader = self
        for read in survey.pages + [survey.topicList].compactMap(\.self) {
            reader.earlier[PageID(read.page)] = read.page
        }
        return reader
    }

    /// Fetches and reads a page. What is wrong with the page is a result; thrown is only what is wrong here.
    func read(
        _ request: PageRequest, as role: CachedPage.Role, with rules: any PageRules
    ) async throws(IngestError) -> PageResult {
        var traffic = Traffic()
        do throws(PageFault) {
            return .read(try await page(request, role, rules, &traffic))
        } catch {
            switch error {
            case .here(let error): throw error
            case .page(let reason): return .failed(FailedPage(request: request, reason: reason, traffic: traffic))
            }
        }
    }
}

/// What names a page within its watch.
struct PageID: Hashable {
    let role: CachedPage.Role
    let url: String

    init(role: CachedPage.Role, url: String) {
        self.role = role
        self.url = url
    }

    init(_ page: CachedPage) { self.init(role: page.role, url: page.url) }
}

/// What ends the reading of a page: something about the page, or something about this machine.
private enum PageFault: Error {
    case page(String)
    case here(IngestError)
}

extension PageReader {
    private func page(
        _ request: PageRequest, _ role: CachedPage.Role, _ rules: any PageRules, _ traffic: inout Traffic
    ) async throws(PageFault) -> ReadPage {
        let reader = rules.readerDigest
        let before = known(role, request.url)
        // With new rules a 304 is of use only where the bytes were kept.
        let kept = before.flatMap { $0.reader == reader ? nil : self.kept($0) }
        let validators = before.flatMap { $0.reader == reader || kept != nil ? $0.validators : nil }
        var response = try await answer(request, validators, &traffic)
        if response.isNotModified, let before, response.url != before.base {
            // Redirected elsewhere than last time: that page did not change since, but it is not the one that is known.
            response = try await answer(request, nil, &traffic)
        }
        var page = ReadPage(
            request: request, page: CachedPage(role, request.url, response, reader), origin: .fresh, before: before,
            fetched: clock(), traffic: traffic)
        if response.isNotModified {
            guard validators != nil, let before, response.url == before.base else {
                throw .page("the server answered 304 though it was not asked for changes")
            }
            page.page = before.confirmed(by: response, reader)
        }
        if let before, before.isSamePage(as: page.page) {
            page.origin = before.reader == reader ? .known : .reread
            page.page.content = before.content
        }
        guard page.origin != .known else { return page }
        let body = response.isNotModified ? kept ?? [] : response.body
        page.page.content = try content(
            of: PageBytes(body: body, contentType: page.page.contentType, base: page.page.base), rules)
        try keepEvidence(body, of: page)
        return page
    }

    /// The bytes of a page as it was, where they were kept and are sound.
    private func kept(_ page: CachedPage) -> [UInt8]? {
        do {
            return try blobs.get(page.bytes)
        } catch {
            logger?.warning("a page kept as evidence cannot be read, so it is fetched anew: \(error)")
            return nil
        }
    }

    private func known(_ role: CachedPage.Role, _ url: String) -> CachedPage? {
        if let page = earlier[PageID(role: role, url: url)] { return page }
        do {
            return try cache.page(role, url, of: watch)
        } catch {
            logger?.warning("the page cache cannot be read, so the page is fetched anew: \(error)")
            return nil
        }
    }

    private func answer(
        _ request: PageRequest, _ validators: Validators?, _ traffic: inout Traffic
    ) async throws(PageFault) -> HTTPResponse {
        // Headers may hold secrets: they go where the configuration says, not where content leads.
        let headers: HTTPHeaders = request.scope == .configured ? fetch.headers : []
        let asked = HTTPRequest(
            url: request.url, headers: headers, limits: fetch.limits, validators: validators,
            guardPrivate: request.scope,
            cookies: cookies, rate: fetch.rate)
        do throws(TransportError) {
            let fetched = try await client.fetch(asked, retries: fetch.retries)
            traffic.requests += fetched.requests
            traffic.bytes += fetched.response.wireBytes
            traffic.notModified += fetched.response.isNotModified ? 1 : 0
            guard [200, 304].contains(fetched.response.status) else {
                throw TransportError(.status(fetched.response.status, retryAfter: nil), url: request.url)
            }
            return fetched.response
        } catch {
            traffic.requests += error.requests
            if case .cancelled = error.fault { throw .here(.cancelled(watch: watch)) }
            throw .page(error.fault.description)
        }
    }

    private func content(of bytes: PageBytes, _ rules: any PageRules) throws(PageFault) -> PageContent {
        let content: PageContent
        do throws(ExtractionError) { content = try rules.content(of: bytes) } catch {
            throw .page(PageContent.reason(error, bytes.body, mediaType: bytes.contentType.mediaType))
        }
        if let refusal = content.refusal { throw .page(refusal) }
        return content
    }

    private func keepEvidence(_ body: [UInt8], of page: ReadPage) throws(PageFault) {
        let isWanted =
            switch keep {
            case .none: false
            case .all: page.before?.bytes != page.page.bytes
            case .changed: page.before?.content != page.page.content
            }
        guard isWanted else { return }
        do throws(LogError) { _ = try blobs.put(body) } catch { throw .here(.log(error)) }
    }
}

extension CachedPage {
    /// A page as it came, not read yet.
    fileprivate init(_ role: Role, _ url: String, _ response: HTTPResponse, _ reader: Digest) {
        self.init(
            role: role, url: url, validators: response.validators, bytes: .sha256(response.body), reader: reader,
            contentType: ContentType(mediaType: response.mediaType, charset: response.charset), base: response.url,
            content: PageContent(items: []))
    }

    /// Whether what was read from one holds for the other: the bytes, what they are to be taken for, and where links lead from.
    fileprivate func isSamePage(as other: CachedPage) -> Bool {
        bytes == other.bytes && contentType == other.contentType && base == other.base
    }

    /// A page of which the server says that it did not change (RFC 9110, section 15.4.5: its validators may be newer).
    fileprivate func confirmed(by response: HTTPResponse, _ reader: Digest) -> CachedPage {
        var page = self
        page.validators = response.validators ?? validators
        page.reader = reader
        return page
    }
}
