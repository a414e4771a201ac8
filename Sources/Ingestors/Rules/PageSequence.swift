// Which page of a topic comes next, and when there is none: counting up to an empty page, or following links.

import Transport

/// A page to fetch.
struct PageRequest: Sendable, Hashable {
    var url: String
    var topic: String?
    /// From 1.
    var number: Int
    /// Whose choice the URL is.
    var scope: GuardScope
}

/// The pages of one topic, one after the other. Pure: it is told what a page had, and says what is next.
struct PageSequence: Sendable {
    enum Step: Equatable, Sendable {
        case fetch(PageRequest)
        case end
        /// The page repeats an earlier one and counts for nothing: some sites show one beyond their last.
        case endWithout
        /// The limit is reached and there is more.
        case tooMany(Int)
    }

    private let template: URLTemplate
    private let topic: String?
    private let pagesMax: Int
    private var number = 1
    /// Once a link was followed, the last page is the one without.
    private var isLinked = false
    private var urls: Set<String> = []
    private var shown: Set<[ItemKey]> = []

    init(template: URLTemplate, topic: String?, pagesMax: Int) {
        self.template = template
        self.topic = topic
        self.pagesMax = pagesMax
    }

    /// The first page.
    mutating func first() -> PageRequest {
        let request = numbered()
        urls.insert(request.url)
        return request
    }

    /// What follows a page with these items, whose next link, if any, leads to `next`.
    mutating func next(after items: [ItemKey], next: String?) -> Step {
        if let next { return follow(next) }
        guard template.hasPage, !isLinked, !items.isEmpty else { return .end }
        guard shown.insert(items).inserted else { return .endWithout }
        guard number < pagesMax else { return .tooMany(pagesMax) }
        number += 1
        return .fetch(numbered())
    }

    private mutating func follow(_ url: String) -> Step {
        isLinked = true
        guard urls.insert(url).inserted else { return .end }
        guard number < pagesMax else { return .tooMany(pagesMax) }
        number += 1
        return .fetch(PageRequest(url: url, topic: topic, number: number, scope: scope(of: url)))
    }

    private func numbered() -> PageRequest {
        PageRequest(
            url: template.url(topic: topic, page: number), topic: topic, number: number,
            scope: template.hasTopicInAuthority ? .content : .configured)
    }

    /// A link back to where the configuration leads is as good as configured, also in a private network.
    private func scope(of url: String) -> GuardScope {
        guard !template.hasTopicInAuthority else { return .content }
        return URLTemplate.origin(of: url) == URLTemplate.origin(of: template.text) ? .configured : .content
    }
}
