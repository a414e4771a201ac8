// What is kept of a message with a subject line, and how it is shown.

import CanonicalJSON
import EventLog
import Testing
import Transport

@testable import Reactors

@Suite("A message with a subject line", .timeLimit(.minutes(5)))
struct NoticeTests {
    @Test("is kept with the change that a channel's templates may name, and shown as a person reads it")
    func kept() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let definition = HTTPChannelDefinition(
                url: "http://127.0.0.1:1/", body: try BodyTemplate(#"["{{fields.title}}"]"#, type: "application/json"),
                reading: try AnswerReading())
            let channel = HTTPChannel(definition, client: HTTPClient())
            let reactor = try telling {
                $0.retry.attempts = 1
                $0.subject = try MessageTemplate("{{title}}!")
                $0.message = try MessageTemplate("now {{title}}")
            }
            try await book.look(["A": "1"])
            try await book.dispatch([reactor], ["out": channel])
            try await book.look(["A": "\"2\""])
            #expect(try await book.dispatch([reactor], ["out": channel]).parked == 1)
            let deliveries = try Deliveries(log: book.log)
            let delivery = try #require(try deliveries.list().first)
            let detail = try #require(try deliveries.show(delivery.id).first)
            #expect(detail.readableMessage.map { String(decoding: $0, as: UTF8.self) } == "\"2\"!\n\nnow \"2\"")
            let body = try #require(detail.message)
            let notice = Notice(body)
            #expect(notice.change?["fields"] == ["title": "\"2\""])
            let sent = channel.request(
                for: RenderedMessage(
                    key: "7-abc", kind: "session.updated", subject: "w/A", time: book.time.now, body: body,
                    type: Notice.type, isLate: false))
            #expect(sent?.body.map { String(decoding: $0, as: UTF8.self) } == #"["\"2\""]"#)
        }
    }
}
