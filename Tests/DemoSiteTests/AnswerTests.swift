// What the site answers, and once over a real connection.

import Foundation
import Testing

@testable import DemoSite

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("The demo's answers")
struct AnswerTests {
    private func storage(_ step: Int, validator: String? = nil, since: String? = nil) -> Answer {
        Answer.to(path: "/sessions", topic: "storage", validator: validator, since: since, step: step)
    }

    @Test("The front page lists the topics, a topic's page its sessions")
    func pages() {
        let front = Answer.to(path: "/", topic: nil, step: 0)
        #expect(front.status == 200 && front.body.contains("data-id=\"storage\""))
        let page = storage(0)
        #expect(page.status == 200)
        #expect(page.body.matches(of: /<article class="session"/).count == 6)
        #expect(page.body.contains("fsync &amp; Other Promises"))
    }

    @Test("A page that has not changed is 304 to who has it; a changed one is not")
    func conditional() throws {
        let tag = try #require(storage(0).headers["ETag"])
        let date = try #require(storage(0).headers["Last-Modified"])
        #expect(storage(0, validator: tag).status == 304 && storage(0, validator: tag).body.isEmpty)
        #expect(storage(0, validator: "W/\"x\", \(tag)").status == 304)
        #expect(storage(0, since: date).status == 304)
        #expect(storage(1, validator: tag).status == 200)
        #expect(storage(1, since: date).status == 200)
        #expect(storage(0, validator: "\"other\"", since: date).status == 200)
    }

    @Test("A step that concerns the other topic does not change this one")
    func otherTopic() {
        let languages = { Answer.to(path: "/sessions", topic: "languages", step: $0) }
        #expect(languages(0) == languages(1))
        #expect(storage(1) != storage(0))
    }

    @Test("Now and then the site cannot be read: 503, or a captcha in place of the sessions")
    func moods() throws {
        let busy = try #require(Script.round.firstIndex(of: .mood(.overloaded))) + 1
        #expect(storage(busy).status == 503 && storage(busy).headers["Retry-After"] == "1")
        let captcha = try #require(Script.round.firstIndex(of: .mood(.captcha))) + 1
        #expect(storage(captcha).status == 200 && storage(captcha).body.contains("captcha"))
        #expect(storage(captcha).headers["ETag"] == nil)
        #expect(Answer.to(path: "/", topic: nil, step: captcha).status == 200)
    }

    @Test("What is not there is 404", arguments: [("/nothing", nil), ("/sessions", nil), ("/sessions", "cooking")])
    func missing(path: String, topic: String?) {
        #expect(Answer.to(path: path, topic: topic, step: 0).status == 404)
    }

    @Test("Foreign text is text in the page")
    func escaping() {
        #expect(Pages.escaped("<b a=\"&\">") == "&lt;b a=&quot;&amp;&quot;&gt;")
    }

    @Test("It serves on loopback until its body ends", .timeLimit(.minutes(5)))
    func serving() async throws {
        try await DemoSite.run(step: { 0 }) { address in
            let url = try #require(URL(string: address + "/sessions?topic=storage"))
            let (body, response) = try await URLSession.shared.data(from: url)
            #expect(body == Data(Answer.to(path: "/sessions", topic: "storage", step: 0).body.utf8))
            let answer = try #require(response as? HTTPURLResponse)
            #expect(answer.statusCode == 200)
            #expect(answer.value(forHTTPHeaderField: "ETag") != nil)
            let missing = try #require(URL(string: address + "/a/b/c"))
            let (_, other) = try await URLSession.shared.data(from: missing)
            #expect((other as? HTTPURLResponse)?.statusCode == 404)
        }
    }

    @Test("What its body throws is what it throws", .timeLimit(.minutes(5)))
    func throwing() async {
        struct Enough: Error {}
        await #expect(throws: Enough.self) { try await DemoSite.run { _ in throw Enough() } }
    }
}
