// The one table of answers: every channel over HTTP, against a service that gives each of them.

import CanonicalJSON
import EventLog
import Foundation
import Reactors
import Testing

@testable import DaybookApp

@Suite("Answers to a message", .timeLimit(.minutes(5)))
struct AnswerTableTests {
    enum Way: String, CaseIterable {
        case webhook, http, slack, discord, ntfy, telegram, matrix, sns, sqs, ses

        /// The channel, with everything that it asks going to `url`.
        func yaml(_ url: String, timeoutSeconds: Int = 60) -> String {
            let keys =
                switch self {
                case .webhook: "webhook: \"\(url)\""
                case .http: "http: \"\(url)\""
                case .slack: "preset: slack, with: { url: \"\(url)\" }"
                case .discord:
                    "preset: discord, http: \"\(url)/{webhook}/{token}\", with: { webhook: 1, token: \"${env:TOKEN}\" }"
                case .ntfy: "preset: ntfy, with: { server: \"\(url)\", topic: t }"
                case .telegram:
                    "preset: telegram, http: \"\(url)/bot{token}\", with: { token: \"${env:TOKEN}\", chat: 5 }"
                case .matrix:
                    "preset: matrix, with: { server: \"\(url)\", room: \"!r:x\", token: \"${env:TOKEN}\" }"
                case .sns: "sns: \"arn:aws:sns:us-east-1:123456789012:t\""
                case .sqs: "sqs: \"http://queue.example/1/q\", region: us-east-1"
                case .ses: "ses: true, from: a@mag.example, to: b@mag.example, region: us-east-1"
                }
            return "{ \(keys), timeout: \(timeoutSeconds)s }"
        }

        func environment(_ url: String) -> [String: String] {
            [
                "TOKEN": "12:t0ken", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_ENDPOINT_URL": url,
            ]
        }
    }

    /// An answer, what becomes of the message, and what the record says has to be done, or happened.
    struct Row {
        let name: String
        let answer: JSON
        let word: String
        var said = ""
        var after: ClosedRange<Double>?
        /// How long the answer is waited for.
        var timeoutSeconds = 60
    }

    private static func status(_ status: Int, _ headers: [String: String] = [:], body: String = "") -> JSON {
        [
            "status": JSON(status), "headers": .object(JSONObject(headers.map { ($0, .string($1)) })),
            "body": .string(body),
        ]
    }

    /// In 1,000 seconds, as HTTP writes it.
    private static func date() -> String {
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = .gmt
        form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return form.string(from: Date.now.addingTimeInterval(1000))
    }

    private static func rows() -> [Row] {
        [
            Row(name: "200", answer: status(200, body: #"{"ok": true}"#), word: "done"),
            Row(
                name: "302", answer: status(302, ["Location": "/elsewhere"]), word: "park",
                said: "give the channel the address that it redirects to"),
            Row(name: "400", answer: status(400), word: "park", said: "correct what the channel sends"),
            Row(name: "401", answer: status(401), word: "park", said: "check the channel's credentials"),
            Row(name: "403", answer: status(403), word: "park", said: "check what the channel's credentials allow"),
            Row(name: "404", answer: status(404), word: "park", said: "check the channel's address"),
            Row(name: "410", answer: status(410), word: "park", said: "give the channel another, or remove it"),
            Row(name: "413", answer: status(413), word: "park", said: "shorten the reactor's message"),
            Row(name: "408", answer: status(408), word: "retry", said: "answered 408"),
            Row(name: "429", answer: status(429), word: "retry", said: "answered 429"),
            Row(
                name: "429-seconds", answer: status(429, ["Retry-After": "40"]), word: "retry", said: "answered 429",
                after: 40...40),
            Row(
                name: "429-date", answer: status(429, ["Retry-After": date()]), word: "retry", said: "answered 429",
                after: 600...1001),
            Row(name: "500", answer: status(500), word: "retry", said: "answered 500"),
            Row(
                name: "503", answer: status(503, ["Retry-After": "7"]), word: "retry", said: "answered 503",
                after: 7...7
            ),
            Row(name: "501", answer: status(501), word: "park", said: "check the channel's method and address"),
            Row(
                name: "silence", answer: "silence", word: "retry", said: "it was not done within 1 s",
                timeoutSeconds: 1),
            Row(name: "hangup", answer: "hangup", word: "retry", said: "hung up"),
            Row(name: "garbage", answer: "garbage", word: "retry", said: "not a sound HTTP answer"),
        ]
    }

    @Test("mean the same to every channel", arguments: Way.allCases)
    func table(way: Way) async throws {
        let server = try AnswersStandIn()
        for row in Self.rows() {
            try await server.plan(row.name, row.answer)
            let url = server.base + "/" + row.name
            let channel = try server.channel(
                way.yaml(url, timeoutSeconds: row.timeoutSeconds), environment: way.environment(url))
            let answer = await channel.deliver(TestMessage.make(channel: "c", form: channel.form, at: .now()))
            let (word, reason, after) = answer.parts
            #expect(word == row.word, "\(row.name): \(reason)")
            #expect(row.said.isEmpty || reason.contains(row.said), "\(row.name): \(reason)")
            #expect(
                after == nil ? row.after == nil : row.after?.contains(after ?? -1) == true,
                "\(row.name): \(after ?? -1)")
            #expect(answer.status == row.answer["status"]?.intValue, "\(row.name)")
            let isTold = [way.environment(url)["TOKEN"] ?? "", "/" + row.name].contains { reason.contains($0) }
            #expect(!isTold, "a URL or a token stands in \(reason)")
            #expect(try await server.got(row.name).isEmpty == false, "\(row.name): nothing was sent")
        }
    }

    @Test("that nothing answers at all is no reason to give up")
    func nobody() async throws {
        let server = try AnswersStandIn()
        for way in Way.allCases {
            let url = "http://127.0.0.1:1/SECRET"
            let channel = try server.channel(way.yaml(url), environment: way.environment(url))
            let answer = await channel.deliver(TestMessage.make(channel: "c", form: channel.form, at: .now()))
            #expect(answer.parts.word == "retry" && answer.parts.reason.contains("nothing accepts connections"))
            #expect(!answer.parts.reason.contains("SECRET"))
        }
    }
}
