import CanonicalJSON
import Testing

@testable import DaybookApp

@Suite("daybook channels")
struct ChannelsCommandTests {
    private static let yaml = """
        watches: {}
        channels:
          log: { file: ./log.txt }
          lines: { file: ./lines.ndjson, format: json }
          gone: { webhook: "http://127.0.0.1:1/" }

        """

    @Test("a test message goes through a channel and into no record")
    func delivered() async throws {
        let scratch = try Scratch(Self.yaml)
        let said = await scratch.daybook("channels", "test", "log")
        #expect(said.status == .done && said.output == "log took the test message.\n")
        #expect(try scratch.read("log.txt").contains("This is a test of the channel log. Nothing has changed."))
        let rows = try await scratch.daybook("channels", "test", "lines", "--json").rows()
        #expect(rows == [["channel": "lines", "outcome": "delivered"]])
        #expect(try JSON.parse(try scratch.read("lines.ndjson"))["type"] == "daybook.test")
        #expect(await scratch.daybook("log", "stats").status == .usage)
    }

    @Test("a service's own words are told, and its secrets are not")
    func service() async throws {
        let server = try AnswersStandIn()
        let scratch = try Scratch(
            """
            watches: {}
            channels:
              me: { preset: telegram, http: "\(server.base)/me/bot{token}", with: { token: "12:t0ken", chat: 5 } }
              mail: { smtp: "smtp://127.0.0.1:1", from: ann@mag.example, to: bob@mag.example }

            """)
        let row = try await scratch.daybook("channels", "test", "me", "--json").rows()
        #expect(row == [["channel": "me", "outcome": "delivered", "status": 200]])
        #expect(try await server.got("me").first?.body.contains("This is a test of the channel me.") == true)
        let refusal = #"{"ok": false, "error_code": 403, "description": "Forbidden: 12:t0ken"}"#
        try await server.plan("me", ["status": 403, "body": .string(refusal)])
        let said = await scratch.daybook("channels", "test", "me")
        #expect(
            said.status == .world && said.errors.contains("403: Forbidden: ***; check what the channel's credentials"))
        let mail = await scratch.daybook("channels", "test", "mail")
        #expect(mail.status == .world && mail.errors.contains("nothing accepts connections at 127.0.0.1 port 1"))
    }

    @Test("what does not work is told in a sentence, and a channel that is not there is a mistake")
    func failed() async throws {
        let scratch = try Scratch(Self.yaml)
        let said = await scratch.daybook("channels", "test", "gone")
        #expect(said.status == .world && said.errors.hasPrefix("daybook: gone did not take the test message: "))
        let row = await scratch.daybook("channels", "test", "gone", "--json")
        #expect(row.status == .world && row.errors.isEmpty)
        #expect(try row.rows().first?["outcome"] == "failed")
        let unknown = await scratch.daybook("channels", "test", "logs")
        #expect(unknown.status == .usage && unknown.errors.contains("has no channel \"logs\"; did you mean \"log\"?"))
    }
}
