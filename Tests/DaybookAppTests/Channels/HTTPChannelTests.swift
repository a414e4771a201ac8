// The general channel over HTTP, and its presets: what goes out, and what the services' own ways of answering mean.

import CanonicalJSON
import Foundation
import Reactors
import Testing

@testable import DaybookApp

@Suite("Channels over HTTP", .timeLimit(.minutes(5)))
struct HTTPChannelTests {
    /// What breaks a body that does not quote it.
    private static let nasty = "\"Größe\" \\ <b>&amp;</b> {{text}} @everyone\nsecond line 👩‍👩‍👧"
    private static let environment = ["TOKEN": "12:t0ken"]
    private static let presets: [(name: String, yaml: String)] = [
        ("slack", "preset: slack, with: { url: \"URL\" }"),
        ("discord", "preset: discord, http: \"URL/{webhook}/{token}\", with: { webhook: 1, token: \"${env:TOKEN}\" }"),
        ("ntfy", "preset: ntfy, with: { server: \"URL\", topic: shelf }"),
        (
            "telegram",
            "preset: telegram, http: \"URL/bot{token}/sendMessage\", with: { token: \"${env:TOKEN}\", chat: -5 }"
        ),
        ("matrix", "preset: matrix, with: { server: \"URL\", room: \"!r/x:y\", token: \"${env:TOKEN}\" }"),
    ]

    private func channel(_ preset: String, _ server: AnswersStandIn) throws -> any Channel {
        let yaml = try #require(Self.presets.first { $0.name == preset }).yaml
        return try server.channel(
            "{ \(yaml.replacing("URL", with: server.base + "/" + preset)) }", environment: Self.environment)
    }

    @Test(
        "a preset's request has its service's form, whatever stands in the text",
        arguments: [
            (
                "slack", "POST", "/slack",
                [
                    "text": .string(
                        nasty.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;"))
                ]
            ),
            ("discord", "POST", "/discord/1/12:t0ken", ["content": .string(nasty), "allowed_mentions": ["parse": []]]),
            (
                "ntfy", "POST", "/ntfy/",
                ["topic": "shelf", "title": "\"mugs\": ALARM", "message": .string(nasty), "sequence_id": "7-abc"]
            ),
            ("telegram", "POST", "/telegram/bot12:t0ken/sendMessage", ["chat_id": "-5", "text": .string(nasty)]),
            (
                "matrix", "PUT", "/matrix/_matrix/client/v3/rooms/!r%2Fx:y/send/m.room.message/7-abc",
                ["msgtype": "m.text", "body": .string(nasty)]
            ),
        ] as [(String, String, String, JSON)])
    func requests(preset: String, method: String, path: String, body: JSON) async throws {
        let server = try AnswersStandIn()
        let message = notice(headline: "\"mugs\": ALARM", text: Self.nasty)
        let answer = try await channel(preset, server).deliver(message)
        #expect(answer.parts.word == "done", "\(answer.parts.reason)")
        let got = try #require(try await server.got(preset).first)
        #expect(got.method == method && got.path == path)
        #expect(try JSON.parse(Array(got.body.utf8)) == body)
        #expect(got.headers["content-type"] == "application/json" && got.headers["idempotency-key"] == "7-abc")
        #expect(got.headers["authorization"] == (preset == "matrix" ? "Bearer 12:t0ken" : nil))
    }

    @Test(
        "a text is cut to what a service takes, between two characters, and says so",
        arguments: [
            ("slack", "text", 4000, false), ("discord", "content", 2000, false), ("ntfy", "message", 4096, true),
            ("telegram", "text", 4096, false), ("matrix", "body", 30_000, true),
        ])
    func limits(preset: String, key: String, max: Int, inBytes: Bool) async throws {
        let server = try AnswersStandIn()
        let family = "👩‍👩‍👧"
        let text = String(repeating: family, count: 5000)
        _ = try await channel(preset, server).deliver(notice(text: text))
        let body = try JSON.parse(Array(try #require(try await server.got(preset).first).body.utf8))
        let sent = try #require(body[key]?.stringValue)
        let size = inBytes ? sent.utf8.count : sent.utf16.count
        let one = inBytes ? family.utf8.count : family.utf16.count
        #expect(size <= max && size > max - one - 3 && sent.last == "…")
        #expect(sent.dropLast().allSatisfy { String($0) == family })
    }

    @Test(
        "a service's own words count: why it refused, how long to wait, and a refusal that says 200",
        arguments: [
            (
                "telegram", 429, [:],
                #"{"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 34", "parameters": {"retry_after": 34}}"#,
                "retry", 34, "the receiver answered 429: Too Many Requests: retry after 34"
            ),
            (
                "telegram", 200, [:],
                #"{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}"#, "park",
                nil, "the receiver answered 400: Bad Request: chat not found; correct what the channel sends"
            ),
            ("telegram", 200, [:], "<html>sign in</html>", "retry", nil, "whether the message was taken"),
            (
                "telegram", 403, [:],
                #"{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by 12:t0ken"}"#,
                "park", nil, "Forbidden: bot was blocked by ***; check what"
            ),
            ("discord", 204, [:], "", "done", nil, ""),
            (
                "discord", 429, ["Retry-After": "1"],
                #"{"message": "You are being rate limited.", "retry_after": 1.337, "global": false}"#,
                "retry", 1.337, "You are being rate limited."
            ),
            (
                "discord", 404, [:], #"{"message": "Unknown Webhook", "code": 10015}"#, "park", nil,
                "404: Unknown Webhook; check the channel's address"
            ),
            (
                "matrix", 429, ["Retry-After": "3"],
                #"{"errcode": "M_LIMIT_EXCEEDED", "error": "Too many", "retry_after_ms": 2000}"#, "retry", 3,
                "M_LIMIT_EXCEEDED: Too many"
            ),
            (
                "matrix", 429, [:], #"{"errcode": "M_LIMIT_EXCEEDED", "error": "Too many", "retry_after_ms": 2500}"#,
                "retry", 2.5, "M_LIMIT_EXCEEDED"
            ),
            (
                "matrix", 413, [:], #"{"errcode": "M_TOO_LARGE", "error": "event too large"}"#, "park", nil,
                "M_TOO_LARGE: event too large; the message is too long"
            ),
            (
                "slack", 410, [:], "channel_is_archived", "park", nil,
                "410: channel_is_archived; the address is out of use"
            ),
            ("slack", 429, ["Retry-After": "30"], "", "retry", 30, "answered 429"),
            (
                "ntfy", 429, [:], #"{"code": 42901, "http": 429, "error": "limit reached: too many requests"}"#,
                "retry", nil, "limit reached"
            ),
        ] as [(String, Int, [String: String], String, String, Double?, String)])
    func ownWords(
        preset: String, status: Int, headers: [String: String], body: String, word: String, after: Double?, said: String
    ) async throws {
        let server = try AnswersStandIn()
        let headers = JSON.object(JSONObject(headers.map { ($0, .string($1)) }))
        try await server.plan(preset, ["status": JSON(status), "headers": headers, "body": .string(body)])
        let parts = try await channel(preset, server).deliver(notice()).parts
        #expect(parts.word == word && parts.after == after, "\(parts)")
        #expect(said.isEmpty || parts.reason.contains(said), "\(parts)")
    }

    @Test("a message that is sent again by hand says that it is late")
    func late() async throws {
        let server = try AnswersStandIn()
        _ = try await channel("discord", server).deliver(notice(text: "one", isLate: true))
        #expect(try await server.got("discord").first?.body.contains("(late) one") == true)
    }

    @Test(
        "a body of one's own sees the change, the channel's values and the message, quoted as its type needs it",
        arguments: [
            (
                "",
                #"{"n": {{change}}{{version}}, "title": "{{title}}", "room": "{{with.room}}", "late": {{late}}, "all": [{{#changes}}"{{field}}",{{/changes}}""]}"#,
                #"{"n": 3, "title": "say \"hi\"", "room": "a&b", "late": false, "all": ["room",""]}"#
            ),
            (
                "headers: { Content-Type: application/x-www-form-urlencoded }, ",
                "title={{title}}&room={{with.room}}&text={{text}}",
                "title=say%20%22hi%22&room=a%26b&text=one%0Atwo"
            ),
            ("headers: { content-type: text/plain }, ", "{{title}} {{{with.room}}}", #"say "hi" a&b"#),
            (
                "headers: { Content-Type: text/xml }, ", "<m>{{title}} {{with.room}}</m>",
                "<m>say &quot;hi&quot; a&amp;b</m>"
            ),
        ])
    func bodies(headers: String, body: String, sent: String) async throws {
        let server = try AnswersStandIn()
        let change: JSON = [
            "kind": "session.updated", "version": 3, "changes": [["field": "room"]], "fields": ["title": "say \"hi\""],
        ]
        let yaml = "{ http: \"\(server.base)/own\", \(headers)with: { room: a&b }, body: '\(body)' }"
        let answer = try await server.channel(yaml).deliver(notice(text: "one\ntwo", change: change))
        #expect(answer.parts.word == "done", "\(answer.parts.reason)")
        #expect(try await server.got("own").first?.body == sent)
    }

    @Test("what is not quoted is never sent as broken JSON")
    func unquoted() async throws {
        let server = try AnswersStandIn()
        let yaml = "{ http: \"\(server.base)/own\", body: '{\"a\": {{version}}}' }"
        let answer = try await server.channel(yaml).deliver(notice(change: ["version": "three"]))
        #expect(answer.parts.word == "park" && answer.parts.reason.contains("does not come out as JSON"))
        #expect(try await server.got("own").isEmpty)
    }
}
