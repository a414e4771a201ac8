// The definitions themselves, and what is made of them: schema, reference, template.

import CanonicalJSON
import DemoSite
import Foundation
import Ingestors
import Reactors
import Testing

@testable import DaybookApp

@Suite("The definitions of daybook.yaml")
struct DefinitionTests {
    /// Every table of the file with its keys.
    private static let tables: [TableDefinition] = [
        .file, .evidence, .watch, .pageWatch, .topics, .fetch, .field, .expect, .watchKey, .availability,
        .availabilityRule, .channel, .shortening, .answerReading, .reactor,
    ]

    @Test("Each key is there once, is explained, and has a default and an example that it would take itself")
    func keys() {
        for table in DefinitionTests.tables {
            #expect(Set(table.keys.map(\.name)).count == table.keys.count, "\(table.title)")
            for key in table.current {
                #expect(!key.about.isEmpty, "\(table.title): \(key.name)")
                if let standard = key.standard {
                    #expect(StandardValue.of(standard, key.type) != nil, "\(key.name): \(standard)")
                }
                guard let example = key.example, !example.contains("${") else { continue }
                #expect(StandardValue.of(example, key.type) != nil, "\(key.name): \(example)")
            }
        }
    }

    @Test("The schema allows the keys that there are and no others")
    func schema() throws {
        let schema = try JSON.parse(ConfigurationSchema.json)
        #expect(schema["$schema"]?.stringValue == "https://json-schema.org/draft/2020-12/schema")
        let watches = try #require(schema["properties"]?["watches"]?["additionalProperties"])
        #expect(watches["properties"]?["kind"]?["enum"] == ["sessions", "items", "stock", "page"])
        #expect(
            watches["allOf"]?.arrayValue?.map { $0["if"]?["properties"]?["kind"]?["enum"] } == [
                ["sessions", "items", "stock"], ["page"],
            ])
        let tables = watches["allOf"]?.arrayValue?.compactMap { $0["then"] } ?? []
        #expect(
            tables.last?["anyOf"] == [["required": ["preset"]], ["required": ["kind", "fetch"]]]
                && tables.last?["properties"]?["items"] == nil)
        let watch = try #require(tables.first)
        #expect(Set(watch["properties"]?.objectValue?.keys ?? []) == Set(TableDefinition.watch.current.map(\.name)))
        #expect(watch["properties"]?["workers"] == nil && watch["additionalProperties"]?.boolValue == false)
        #expect(
            watch["anyOf"] == [
                ["required": ["preset"]], ["required": ["kind", "fetch", "items", "key", "fields"]],
            ])
        #expect(watch["properties"]?["expect"]?["properties"]?["confirm"]?["default"] == 3)
    }

    @Test(
        "The patterns of the schema are the values that are taken",
        arguments: [
            (DurationText.pattern, "10m", "10 m"), (DurationText.pattern, "1h30m", ""),
            (RateText.pattern, "1/2s", "1/"), (SizeText.pattern, "32MB", "32"),
            (BoundsText.pattern, "1..", "1-2"), (ShareText.pattern, "20%", "0.2"),
        ])
    func patterns(pattern: String, sound: String, wrong: String) throws {
        let expression = try Regex(pattern)
        #expect(try expression.wholeMatch(in: sound) != nil)
        #expect(try expression.wholeMatch(in: wrong) == nil)
    }

    @Test("docs/configuration.md holds the reference as the definitions have it")
    func reference() throws {
        try expectGenerated(ConfigurationReference.markdown, mark: "reference", in: "docs/configuration.md")
    }

    @Test("The examples of docs/configuration.md are right")
    func documentation() throws {
        let page = try String(contentsOf: projectRoot.appending(path: "docs/configuration.md"), encoding: .utf8)
        let examples = page.matches(of: /```yaml\n([^`]*)```/).map { String($0.1) }
        #expect(examples.count >= 3)
        let source = secrets(["CATALOG_TOKEN": "t", "TEAM_HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        for example in examples {
            #expect(problems(example, secrets: source) == [], "\(example)")
        }
    }

    @Test("The examples of docs/channels.md are right, and are one for each channel that there is")
    func channels() throws {
        let page = try String(contentsOf: projectRoot.appending(path: "docs/channels.md"), encoding: .utf8)
        var environment = ["AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"]
        for name in ["DISCORD_TOKEN", "NTFY_TOPIC", "TELEGRAM_TOKEN", "MATRIX_TOKEN", "TICKETS_TOKEN", "MAIL_PASSWORD"]
        {
            environment[name] = "t0ken"
        }
        environment["SLACK_WEBHOOK"] = "https://hooks.slack.com/services/T/B/x"
        environment["WEBHOOK_SECRET"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let examples = page.matches(of: /```yaml\n([^`]*)```/).map { String($0.1) }
        for example in examples {
            #expect(problems(example, secrets: secrets(environment)) == [], "\(example)")
        }
        let all = examples.joined()
        for way in TableDefinition.waysToTell where way != "exec" {
            #expect(all.contains("\(way): "), "\(way)")
        }
        for preset in Preset.channels { #expect(all.contains("preset: \(preset.name)"), "\(preset.name)") }
    }

    @Test("What init writes is right as it stands, and its commented keys are too")
    func template() throws {
        #expect(problems(configurationTemplate) == [])
        let configuration = try parse(configurationTemplate)
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.watches.map(\.name) == ["days"] && configuration.reactors.map(\.name) == ["tell"])
        let source = secrets([
            "CATALOG_TOKEN": "t", "WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "NTFY_TOPIC": "t",
            "MAIL_PASSWORD": "p",
        ])
        let uncommented = configurationTemplate.replacing(/(?m)^( +)#   (?=[a-z]+:)/, with: { $0.1 })
            .replacing("    every: 10m\n", with: "")
        #expect(uncommented.contains("\n    rate: 1/2s") || uncommented.contains("\n      rate: 1/2s"))
        #expect(problems(uncommented, secrets: source) == [])
    }

    @Test("The demo's daybook.yaml is right, and the template's watch is the demo's but for its times")
    func demo() throws {
        let demo = try parse(DemoSite.configuration(for: "http://127.0.0.1:8080"))
        #expect(demo.warnings.isEmpty && demo.watches.count == 1)
        let template = try parse(configurationTemplate)
        #expect(template.watches[0].fetch.url == demo.watches[0].fetch.url)
        #expect(template.watchSettings[0].items == demo.watchSettings[0].items)
    }
}

@Suite("A changed key")
struct KeyChangeTests {
    private let yaml = "watches:\n\(soundWatch)\n"

    @Test("It is refused unless rekey says that it is meant")
    func refused() throws {
        let before = try parse(yaml).normalisedText
        #expect(try parse(yaml).refusals(after: before).isEmpty)
        let changed = yaml.replacing("key: \"@id\"", with: "key: \".code\"")
        #expect(
            try parse(changed).refusals(after: before).map(\.description) == [
                #"daybook.yaml:6: watches.talks.key: it was "@id" before, and another key makes every item another one; say rekey: true if that is meant"#
            ])
        #expect(try parse(changed + "    rekey: true\n").refusals(after: before).isEmpty)
    }

    @Test("A watch that is new, and a text that cannot be read, refuse nothing")
    func nothing() throws {
        let configuration = try parse(yaml)
        #expect(configuration.refusals(after: "watches: {}\n").isEmpty)
        #expect(configuration.refusals(after: "{{{").isEmpty)
        #expect(configuration.refusals(after: "").isEmpty)
    }
}
