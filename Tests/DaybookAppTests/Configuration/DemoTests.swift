// The demo's daybook.yaml against the demo's pages: what is shown is what is read, and what cannot be read is noticed.

import CanonicalJSON
import Extraction
import Ingestors
import Testing

@testable import DaybookApp
@testable import DemoSite

@Suite("The demo's watch")
struct DemoTests {
    private struct NoItems: Error {}

    private func page(_ step: Int) throws -> Page {
        let watch = try parse(DemoSite.configuration(for: "http://127.0.0.1:8080")).watches[0]
        let answer = Answer.to(path: "/sessions", topic: "storage", step: step)
        guard case .items(let rules) = watch.rules else { throw NoItems() }
        return try rules.read(
            Array(answer.body.utf8), mediaType: answer.headers["Content-Type"],
            baseURL: "http://127.0.0.1:8080/sessions?topic=storage")
    }

    @Test("It reads every session with all its fields")
    func reads() throws {
        let page = try page(0)
        #expect(page.items.map(\.key) == ["DAY-101", "DAY-102", "DAY-103", "DAY-104", "DAY-105", "DAY-106"])
        #expect(page.suspicion == nil && page.failures.isEmpty && page.keyless == 0)
        let wanted: JSON = [
            "title": "The Torn Page", "speakers": ["Brendan Okafor", "Mei Tanaka"], "room": "Hall 2",
            "starts": "2027-03-10T09:30:00Z",
            "abstract": "What is left on a disk when the power fails, and how to tell.",
        ]
        #expect(JSON.object(page.items[1].fields) == wanted)
    }

    @Test("It reads the topics")
    func topics() throws {
        let watch = try parse(DemoSite.configuration(for: "http://127.0.0.1:8080")).watches[0]
        let answer = Answer.to(path: "/", topic: nil, step: 0)
        let topics = try watch.topics?.rules.read(Array(answer.body.utf8), baseURL: "http://127.0.0.1:8080/")
        #expect(topics == ["storage", "languages"])
    }

    @Test("The captcha is seen for what it is")
    func captcha() throws {
        let step = try #require(Script.round.firstIndex(of: .mood(.captcha))) + 1
        let page = try page(step)
        #expect(page.items.isEmpty && page.suspicion != nil)
    }
}
