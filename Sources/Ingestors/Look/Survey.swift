// Everything that one run fetched and read, in the order of topics and pages, however the answers came in.

import EventLog
import Observations
import Transport

/// How far a look has come.
public struct LookProgress: Sendable, Equatable {
    /// Pages done, failed ones included.
    public var pages: Int
    /// How many are known of; it grows as pages lead to further ones.
    public var total: Int
}

/// The result of looking, before anything is decided.
struct Survey: Sendable {
    var pages: [ReadPage] = []
    var failures: [FailedPage] = []
    /// The topic list, where there is one and it could be read.
    var topicList: ReadPage?
    var traffic = Traffic()
    /// The pages kept changing while they were being read.
    var isMoving = false

    /// How many topics there were, where there is such a list.
    var topics: Int?
    var keyless: Int { pages.reduce(0) { $0 + $1.page.content.keyless } }
    var unreadable: Int { pages.reduce(0) { $0 + $1.page.content.unreadable } }

    mutating func take(_ topic: TopicSurvey) {
        pages += topic.pages
        failures += topic.failure.map { [$0] } ?? []
        traffic += topic.traffic
    }
}

/// The pages of one topic.
struct TopicSurvey: Sendable {
    var pages: [ReadPage] = []
    /// Pages end with the first failure: what comes after it is not known.
    var failure: FailedPage?
    var traffic = Traffic()

    /// Takes what came of a page, and says which page is next.
    fileprivate mutating func take(_ result: PageResult, _ sequence: inout PageSequence) -> PageSequence.Step {
        switch result {
        case .failed(let page):
            failure = page
            traffic += page.traffic
            return .end
        case .read(let page):
            traffic += page.traffic
            let content = page.page.content
            let step = sequence.next(after: content.items.map(\.key), next: content.next)
            if step != .endWithout { pages.append(page) }
            return step
        }
    }
}

/// Walks a watch's topics and pages.
struct Surveyor: Sendable {
    let definition: WatchDefinition
    let reader: PageReader
    let progress: (@Sendable (LookProgress) -> Void)?

    func survey() async throws(IngestError) -> Survey {
        var survey = Survey()
        var topics: [String?] = [nil]
        if let list = definition.topics {
            let request = PageRequest(url: list.url, topic: nil, number: 1, scope: .configured)
            switch try await reader.read(request, as: .topics, with: list.rules) {
            case .failed(let page):
                survey.failures.append(page)
                survey.traffic += page.traffic
                return survey
            case .read(let page):
                survey.topicList = page
                survey.traffic += page.traffic
                topics = Self.distinct(page.page.content.items.map(\.key))
                survey.topics = topics.count
            }
        }
        for topic in try await all(topics) { survey.take(topic) }
        return survey
    }

    /// Topics in order, each once; an empty one is an "all of them" in a list to choose from, and leads nowhere.
    static func distinct(_ topics: [ItemKey]) -> [String?] {
        var seen: Set<ItemKey> = []
        return topics.filter { !$0.text.isEmpty && seen.insert($0).inserted }.map(\.text)
    }

    /// At most `concurrency` topics at a time; the results in the order of the topics.
    private func all(_ topics: [String?]) async throws(IngestError) -> [TopicSurvey] {
        let counter = ProgressCounter(total: topics.count, tell: progress)
        let surveys: Result<[TopicSurvey], IngestError> = await withTaskGroup(
            of: (Int, Result<TopicSurvey, IngestError>).self
        ) { group in
            var surveys = [TopicSurvey?](repeating: nil, count: topics.count)
            var next = 0
            func begin() {
                guard next < topics.count else { return }
                let (index, topic) = (next, topics[next])
                next += 1
                group.addTask {
                    (index, await caught { () async throws(IngestError) in try await walk(topic, counter) })
                }
            }
            for _ in 0..<max(1, definition.fetch.concurrency) { begin() }
            for await (index, result) in group {
                switch result {
                case .failure(let error):
                    group.cancelAll()
                    return .failure(error)
                case .success(let survey): surveys[index] = survey
                }
                begin()
            }
            return .success(surveys.compactMap { $0 })
        }
        return try surveys.get()
    }

    private func walk(_ topic: String?, _ counter: ProgressCounter) async throws(IngestError) -> TopicSurvey {
        var survey = TopicSurvey()
        var sequence = PageSequence(
            template: definition.fetch.url, topic: topic, pagesMax: definition.fetch.pagesMax)
        var request = sequence.first()
        while true {
            let result = try await reader.read(request, as: .page, with: definition.rules)
            counter.pageDone()
            switch survey.take(result, &sequence) {
            case .fetch(let next):
                request = next
                counter.pageFound()
            case .end, .endWithout: return survey
            case .tooMany(let limit):
                let reason = "there are more than \(limit) pages; if that is right, raise pages-max"
                survey.failure = FailedPage(request: request, reason: reason, traffic: Traffic())
                return survey
            }
        }
    }
}

private func caught<T>(_ body: () async throws(IngestError) -> T) async -> Result<T, IngestError> {
    do throws(IngestError) { return .success(try await body()) } catch { return .failure(error) }
}
