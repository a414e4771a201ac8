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
