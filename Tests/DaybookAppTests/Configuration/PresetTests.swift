import CanonicalJSON
import Extraction
import Foundation
import Ingestors
import Testing

@testable import DaybookApp

@Suite("Presets")
struct PresetTests {
    private func watch(_ lines: String...) -> String {
        "watches:\n  talks:\n    preset: frab-xml\n    fetch: { url: \"https://example.org/schedule.xml\" }\n"
            + lines.map { "    \($0)\n" }.joined()
    }

    @Test("a watch with a preset needs no more than an address; the preset's keys are on record with it")
    func alone() throws {
        let configuration = try parse(watch())
        let settings = configuration.watchSettings[0]
        #expect(settings.kind == .sessions && settings.items == "event" && settings.keys == ["@guid", "@id"])
        #expect(settings.fields.contains { $0.name == "persons" && $0.all })
        #expect(configuration.normalisedText.contains("preset: \"frab-xml\""))
        #expect(
            configuration.normalisedText.contains("items: \"event\"") && !configuration.normalisedText.contains("about")
        )
    }

    @Test("what the watch says itself wins: keys, fields by name and as a whole, headers; null drops")
    func wins() throws {
        let settings = try parse(
            watch(
                "kind: items", "key: \"@id\"",
                "fields: { title: \"> name\", abstract: null, persons: [a, b], extra: b }")
        ).watchSettings[0]
        #expect(settings.kind == .items && settings.keys == ["@id"] && settings.items == "event")
        let fields = Dictionary(uniqueKeysWithValues: settings.fields.map { ($0.name, $0) })
        #expect(fields["title"]?.selectors == ["> name"] && fields["abstract"] == nil && fields["extra"] != nil)
        #expect(fields["persons"]?.selectors == ["a", "b"] && fields["persons"]?.all == false)
        #expect(fields["room"]?.selectors == ["> room"])
    }

    @Test("a file of one's own: tables are taken together, keys that stand for one another are not")
    func ownFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "presets-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let preset = """
            kind: items
            every: 1h
            items: li
            key: "@id"
            next: a
            fields: { a: b }
            fetch: { retries: 1, headers: { X-A: "1", X-B: "2" } }
            expect: { drop: 10%, confirm: 5 }
            """
        try Data(preset.utf8).write(to: folder.appending(path: "mine.yaml"))
        let yaml = """
            watches:
              w:
                preset: ./mine.yaml
                cron: "0 8 * * *"
                next: null
                fetch: { url: "https://example.org/", headers: { X-B: "3" } }
                expect: { confirm: 2 }
            """
        let configuration = try Configuration.parse(
            yaml, file: "daybook.yaml", folder: folder.path(), secrets: secrets())
        let settings = configuration.watchSettings[0]
        #expect(settings.fetch.retries == 1 && settings.expect.drop == 0.1 && settings.expect.confirm == 2)
        #expect(settings.fetch.headers.map { "\($0.name) \($0.value.reveal())" }.sorted() == ["X-A 1", "X-B 3"])
        #expect(settings.next == nil)
        if case .cron? = settings.schedule {} else { Issue.record("the preset's every is gone") }

        try Data("kind: items\nitmes: li\nfetch: { rate: often }\n".utf8).write(to: folder.appending(path: "mine.yaml"))
        #expect {
            _ = try Configuration.parse(yaml, file: "daybook.yaml", folder: folder.path(), secrets: secrets())
        } throws: {
            "\($0)" == """
                ./mine.yaml:2: itmes: unknown key; did you mean "items"?
                ./mine.yaml:3: fetch.rate: expected a rate such as 1/2s, got "often"
                """
        }
    }

    @Test("where a watch's own key and one of the preset do not go together, the preset is named")
    func together() {
        let yaml = """
            watches:
              w:
                preset: frab-xml
                items: "jq:.x"
                key: "jq:.id"
                fetch: { url: "https://example.org/" }

            """
        let said = problems(yaml)
        #expect(said.count == 1 && said[0].hasPrefix("daybook.yaml:3: watches.w.fields."), "\(said)")
        #expect(said[0].contains("is no jq, but the items are read with it; write \"jq:…\""), "\(said)")
        #expect(said[0].hasSuffix("; what the watch does not say itself is said by the preset frab-xml"), "\(said)")
    }

    @Test(
        "what is wrong is told where it can be put right",
        arguments: [
            ("preset: frab-xlm", #"preset: there is no preset "frab-xlm"; did you mean "frab-xml"?"#),
            (
                "preset: zzzzzzzz",
                #"preset: there is no preset "zzzzzzzz"; there is apple-refurb, bestbuy, frab-xml, newegg, schema.org, shopify and walmart, and a file of your own is named by its path, such as ./mine.yaml"#
            ),
            (
                "preset: ./nowhere.yaml",
                "preset: the file ./nowhere.yaml cannot be read (relative paths begin where daybook.yaml is)"
            ),
            ("preset: [a]", "preset: expected a text, got a list"),
        ])
    func wrong(line: String, said: String) {
        let sound = "    fetch: { url: \"https://example.org/\" }\n"
        let found = problems("watches:\n  talks:\n    \(line)\n\(sound)")
        #expect(found.contains("daybook.yaml:3: watches.talks.\(said)"))
        // What is missing beside a preset that is not there may be in it.
        #expect(found.count == 1 || line.contains("["))
    }

    @Test("what only shows in the whole is told of the whole, and a field that nobody has cannot be dropped")
    func whole() {
        #expect(
            problems(watch("topics: { url: \"https://example.org/\", items: a, id: \"@id\" }")) == [
                "daybook.yaml:4: watches.talks.fetch.url: there are \"topics\", and the URL has no {topic} in which one would stand"
            ])
        #expect(problems(watch("fields: { nobody: null }")).first?.contains("fields.nobody: expected") == true)
        #expect(
            problems("watches:\n  w:\n    preset: frab-xml\n") == [
                "daybook.yaml:2: watches.w: the key \"fetch\" is missing: a table of keys is due"
            ])
    }

    @Test("every preset in the folder comes with the program, says what it reads, and is right")
    func builtIn() throws {
        let folder = projectRoot.appending(path: "Sources/DaybookApp/Presets")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".yaml") }
        #expect(Set(files) == Set(Preset.builtIn.map { $0.name + ".yaml" }))
        for preset in Preset.builtIn {
            #expect(
                try preset.text == String(contentsOf: folder.appending(path: preset.name + ".yaml"), encoding: .utf8))
            #expect(preset.about != nil && preset.kind != nil)
            guard case .success = preset.entries(for: .watch, secrets()) else {
                Issue.record("\(preset.name): \(preset.entries(for: .watch, secrets()))")
                continue
            }
        }
    }

    @Test("presets list and show print them, and what is no preset ends with 1")
    func commands() async throws {
        let scratch = try Scratch()
        #expect(await scratch.daybook("presets", "list").status == .usage, "it needs no configuration, and takes none")
        func run(_ arguments: String...) async -> (DaybookApp.ExitStatus, Recorder) {
            let recorder = Recorder()
            let console = recorder.console
            let status = await DaybookApplication().run(["presets"] + arguments, console: console)
            console.flush()
            return (status, recorder)
        }
        #expect(await run("list").1.output.contains("frab-xml"))
        let rows = try await run("list", "--json").1.lines.map { try JSON.parse($0) }
        #expect(rows.contains { $0["preset"] == "frab-xml" && $0["kind"] == "sessions" })
        #expect(rows.contains { $0["preset"] == "newegg" && $0["kind"] == "stock" })
        let frab = try #require(Preset.builtIn.first { $0.name == "frab-xml" })
        #expect(await run("show", "frab-xml").1.output == frab.text)
        let (status, said) = await run("show", "frabxml")
        #expect(status == .no && said.errors.contains(#"did you mean "frab-xml"?"#))
    }
}

/// Small files in the form of each program that writes such schedules.
@Suite("The preset frab-xml")
struct FrabTests {
    private func read(_ xml: String) throws -> [ReadItem] {
        let yaml = "watches:\n  w: { preset: frab-xml, fetch: { url: \"https://example.org/2017/schedule.xml\" } }\n"
        guard case .items(let rules) = try parse(yaml).watches[0].rules else { return [] }
        return try rules.read(
            Array(xml.utf8), mediaType: "application/xml", baseURL: "https://example.org/2017/schedule.xml"
        ).items
    }

    @Test("frab's")
    func frab() throws {
        let items = try read(
            """
            <schedule><conference><title>Camp</title></conference><day date="2017-12-27"><room name="Hall 1">
            <event href="https://example.org/e/7.html" id="7" guid="b036385c">
              <logo>/logos/7.png</logo><date>2017-12-27T11:00:00+01:00</date><start>11:00</start><duration>00:30</duration>
              <room>Hall 1</room><slug>camp-7-opening</slug><title> Opening:\u{a0}
                 go </title><subtitle/><track>Community</track><type>lecture</type><language>de</language>
              <abstract>Short.&#13;
              Words.</abstract><description>Long &amp; wide</description>
              <recording><license>CC BY</license><optout>false</optout></recording>
              <persons><person id="1">Ann Ard</person><person id="2">Bo Berg</person></persons>
              <links><link href="https://example.org/x">x</link></links>
              <attachments><attachment href="/a.pdf?1">Slides</attachment></attachments>
            </event></room></day></schedule>
            """)
        let expected = """
            {"abstract":"Short. Words.","attachments":["https://example.org/a.pdf?1"],"date":"2017-12-27T11:00:00+01:00",\
            "description":"Long & wide","duration":"00:30","language":"de","license":"CC BY","links":["https://example.org/x"],\
            "logo":"https://example.org/logos/7.png","optout":"false","persons":["Ann Ard","Bo Berg"],"room":"Hall 1",\
            "slug":"camp-7-opening","start":"11:00","title":"Opening: go","track":"Community","type":"lecture",\
            "url":"https://example.org/e/7.html"}
            """
        #expect(items.map(\.key) == ["b036385c"])
        #expect(items.first.map { JSON.object($0.fields).canonicalText } == expected)
    }

    @Test("pentabarf's, as FOSDEM has it: numbers alone, events beside rooms, empty elements")
    func pentabarf() throws {
        let items = try read(
            """
            <?xml version="1.0" encoding="UTF-8"?><schedule><day index="1" date="2007-02-25">
            <event id="0"><start>15:00</start><title>AIGLX</title><type></type><persons><person id="1">K H</person></persons>
            <links><link href="http://video.example/1.ogg">Video</link></links><end></end></event>
            <room name="H"><event id="5"><title></title><abstract>&lt;p&gt;x&lt;/p&gt;</abstract></event></room></day></schedule>
            """)
        #expect(items.map(\.key) == ["0", "5"])
        #expect(items[0].fields["title"] == "AIGLX" && items[0].fields["type"] == nil && items[0].fields["end"] == nil)
        #expect(items[1].fields["title"] == nil && items[1].fields["abstract"] == "<p>x</p>")
    }

    @Test("pretalx's: a schema's namespace, guids and codes, links of its own")
    func pretalx() throws {
        let items = try read(
            """
            <?xml version='1.0' encoding='utf-8' ?>
            <?xml-stylesheet href="x.xsl" type="text/xsl"?>
            <schedule xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                xsi:noNamespaceSchemaLocation="https://c3voc.de/schedule/schema.xsd">
            <generator name="pretalx" version="2024.1"/><day index='1'><room name='Main' guid='r'>
            <event guid='9d1e' id='34' code='XYZ123'><room>Main</room><title>Talk</title><persons>
            <person id='3' guid='p'>Cy</person></persons><url>https://example.org/talk/XYZ123/</url>
            <feedback_url>https://example.org/talk/XYZ123/feedback/</feedback_url>
            <recording><license/><optout>true</optout><url>https://media.example/v</url></recording>
            <links/><attachments/></event></room></day></schedule>
            """)
        #expect(items.map(\.key) == ["9d1e"])
        let fields = try #require(items.first?.fields)
        #expect(fields["url"] == "https://example.org/talk/XYZ123/" && fields["recording"] == "https://media.example/v")
        #expect(fields["feedback"] == "https://example.org/talk/XYZ123/feedback/" && fields["optout"] == "true")
        #expect(fields["license"] == nil && fields["links"] == nil && fields["persons"] == ["Cy"])
    }
}
