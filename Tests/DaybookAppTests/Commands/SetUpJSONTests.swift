import CanonicalJSON
import Testing

@testable import DaybookApp

@Suite("JSON of what has no answer of its own", .timeLimit(.minutes(5)))
struct SetUpJSONTests {
    @Test("config check says what there is, or what is wrong and where")
    func configuration() async throws {
        let right = try Scratch("watches:\n  news: { kind: page, fetch: { url: \"https://a.example/\" } }\n")
        let said = await right.daybook("config", "check", "--json")
        #expect(said.status == .done && said.errors == "")
        #expect(
            try said.rows() == [
                ["ok": true, "problems": [], "warnings": [], "watches": ["news"], "channels": [], "reactors": []]
            ])
        let wrong = try Scratch("watches:\n  news: { kind: pag }\n")
        let refused = await wrong.daybook("config", "check", "--json")
        #expect(refused.status == .usage && refused.errors == "")
        let row = try #require(try refused.rows().first)
        #expect(row["ok"] == false && row["problems"]?.arrayValue?.first?["line"] == 2)
        #expect(row["problems"]?.arrayValue?.first?["key"]?.stringValue?.hasPrefix("watches.news") == true)
    }

    @Test("init says where things are, and whether it wrote the file")
    func initialised() async throws {
        let scratch = try Scratch()
        let data = scratch.path("elsewhere")
        let said = await scratch.daybook("init", "--json", "--data", data)
        #expect(
            try said.rows() == [
                ["config": .string(scratch.path("daybook.yaml")), "written": false, "data": .string(data)]
            ])
    }
}
