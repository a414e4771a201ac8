import CanonicalJSON
import Reactors
import Testing

@testable import DaybookApp

@Suite("Watches whose changes nobody hears of")
struct UntoldWatchTests {
    private func untold(_ reactors: String) throws -> [String] {
        try parse("watches:\n\(soundWatch)\nchannels: { c: { terminal: true } }\n\(reactors)").untold.map(\.description)
    }

    @Test(
        "are named where there are reactors, and none of them takes what such a watch has to tell",
        arguments: [
            ("on: item.*", true), ("on: [run.failed, alarm.changed]", true), ("on: session.updated", false),
            ("on: [item.*, '*.added']", false), ("on: '*'", false),
        ])
    func named(on: String, isUntold: Bool) throws {
        let words = try untold("reactors: { r: { \(on), to: c } }\n")
        let sentence =
            "daybook.yaml:2: watches.talks: no reactor is told of changes of talks; put session.* into the `on:` of one"
        #expect(words == (isUntold ? [sentence] : []))
    }

    @Test("are fine in a daybook without reactors, which is there to be asked")
    func noReactors() throws { #expect(try untold("").isEmpty) }

    @Test("config check says so, and a warning is no error")
    func check() async throws {
        let scratch = try Scratch(
            "watches:\n\(soundWatch)\nchannels: { c: { terminal: true } }\nreactors: { r: { on: item.*, to: c } }\n")
        let said = await scratch.daybook("config", "check")
        #expect(said.status == .done && said.errors.contains("no reactor is told of changes of talks"))
        let row = try #require(try await scratch.daybook("config", "check", "--json").rows().first)
        #expect(row["ok"] == true && row["warnings"]?.arrayValue?.first?["key"] == "watches.talks")
    }

    @Test("there are none in what init and watch add write, whatever the kind; and its alarms have a channel")
    func template() throws {
        let kinds = [
            "kind: sessions, items: li, key: a, fields: { t: b }", "kind: items, items: li, key: a, fields: { t: b }",
            "kind: page", "preset: schema.org",
        ]
        for kind in kinds {
            let watch = ["  w: { fetch: { url: \"https://example.org/\" }, \(kind) }"]
            let configuration = try parse(ConfigurationTemplate.text(watches: watch, data: nil))
            #expect(configuration.untold.isEmpty, "\(kind)")
            #expect(configuration.alarms.map(\.actions[.alarm]) == [["screen"]], "\(kind)")
        }
    }
}
