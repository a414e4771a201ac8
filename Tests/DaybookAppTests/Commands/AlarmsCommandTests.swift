import CanonicalJSON
import Testing

@testable import DaybookApp

@Suite("daybook alarms")
struct AlarmsCommandTests {
    /// A watch that nobody answers, and who is told.
    private static let broken = """
        watches:
          w: { kind: items, fetch: { url: "http://127.0.0.1:1/", retries: 0 }, items: "li", key: "@id", fields: { t: "b" } }
        channels: { log: { file: ./log.txt } }
        reactors: { r: { on: item.added, to: log } }
        default-alarm: { failures: 2 }
        alarms:
          errors:
            { metric: run.errors, watch: w, statistic: sum, period: 1h, threshold: ">= 1", missing: ignore, on-alarm: log }
          slow: { metric: run.duration, statistic: average, period: 1h, threshold: "> 30" }

        """

    private func states(_ scratch: Scratch) async throws -> [String] {
        let said = await scratch.daybook("alarms", "list", "--json")
        #expect(said.status == .done)
        return try said.rows().map { "\($0["alarm"]?.stringValue ?? "") \($0["state"]?.stringValue ?? "")" }
    }

    @Test("what goes wrong raises an alarm, which is told once; a watch that goes on failing raises one by itself")
    func raised() async throws {
        let scratch = try Scratch(Self.broken)
        #expect(await scratch.daybook("check").status == .world)
        #expect(try await states(scratch) == ["errors ALARM", "slow INSUFFICIENT_DATA"])
        #expect(await scratch.daybook("check").status == .world)
        #expect(await scratch.daybook("check").status == .world)
        #expect(try await states(scratch) == ["errors ALARM", "failing:w ALARM", "slow INSUFFICIENT_DATA"])
        let told = try scratch.read("log.txt").split(separator: "\n").map { String($0.prefix(25)) }
        #expect(told.count == 2 && told[0].contains("alarm errors is ALARM"), "\(told)")
        #expect(
            try scratch.read("log.txt").contains(
                "alarm failing:w is ALARM: 2 looks in a row failed: 1 of 1 pages failed: http://127.0.0.1:1/: nothing accepts"
            ))
        let status = await scratch.daybook("status")
        #expect(status.output.contains("! alarm errors, raised") && status.output.contains("! alarm failing:w, raised"))
    }

    @Test("a row says why, since when and by which value")
    func rows() async throws {
        let scratch = try Scratch(Self.broken)
        _ = await scratch.daybook("check")
        let row = try #require(try await scratch.daybook("alarms", "list", "--json").rows().first)
        #expect(row["reason"] == "1 of the last 1 datapoint was >= 1: the sum of run.errors of w over 1h was 1")
        #expect(row["value"] == 1 && row["since"]?.stringValue?.hasSuffix("Z") == true && row["configured"] == true)
        let history = try await scratch.daybook("alarms", "history", "errors", "--json").rows()
        #expect(history.map { $0["state"] } == ["ALARM"] && history[0]["was"] == "INSUFFICIENT_DATA")
        #expect(await scratch.daybook("alarms", "history", "slow").status == .no)
        #expect(await scratch.daybook("alarms", "list").output.contains("errors  ALARM"))
    }

    @Test("a silenced alarm changes and tells nobody")
    func silenced() async throws {
        let scratch = try Scratch(Self.broken)
        let said = await scratch.daybook("alarms", "silence", "errors", "--for", "2h", "--reason", "moving", "--json")
        #expect(said.status == .done)
        #expect(try said.rows().first?["reason"] == "moving")
        _ = await scratch.daybook("check")
        let row = try #require(try await scratch.daybook("alarms", "list", "--json").rows().first)
        #expect(row["state"] == "ALARM" && row["silenced"]?["reason"] == "moving")
        let held = try await scratch.daybook("deliveries", "list", "--reactor", "alarms", "--json").rows()
        #expect(held.map { $0["state"] } == ["held"])
        #expect(held.first?["error"]?.stringValue?.hasSuffix(": moving") == true)
    }

    @Test(
        "what cannot be silenced is told in a sentence",
        arguments: [
            ("eror", "2h", DaybookApp.ExitStatus.no, "there is no alarm \"eror\""),
            ("errors", "soon", .usage, "--for: \"soon\" is not a duration"),
        ])
    func wrong(name: String, length: String, status: DaybookApp.ExitStatus, sentence: String) async throws {
        let scratch = try Scratch(Self.broken)
        let said = await scratch.daybook("alarms", "silence", name, "--for", length, "--reason", "x")
        #expect(said.status == status && said.errors.contains(sentence), "\(said.errors)")
    }
}
