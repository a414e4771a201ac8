import CanonicalJSON
import Testing

@testable import DaybookApp

@Suite("daybook sessions list and diff", .timeLimit(.minutes(5)))
struct ListCommandTests {
    private static let configuration = """
        watches:
          re:
            kind: sessions
            fetch: { url: "https://example.org/" }
            items: .talk
            key: "@id"
            fields: { title: h3, abstract: p }

        """

    private static func talk(_ key: String, _ data: JSON, at time: String = "2026-11-21T10:00:00Z") -> String {
        let type = data == .null ? "session.absent" : "session.observed"
        let data = data == .null ? "{}" : data.canonicalText
        return #"{"type":"\#(type)","subject":"\#(key)","time":"\#(time)","data":\#(data)}"#
    }

    private func filled() async throws -> Scratch {
        let scratch = try Scratch(Self.configuration)
        let said = try await scratch.importSessions([
            Self.talk("re/A-1", ["title": "Ångström units", "room": "Hall 1", "seats": 30]),
            Self.talk("re/A-2", ["title": "=cmd|calc", "room": "Hall 2", "seats": 200]),
            Self.talk("re/A-3", ["title": "Gone", "room": "Hall 1", "seats": 5]),
            Self.talk("other/A-1", ["title": "Elsewhere", "room": "\u{1b}[31mRed", "speakers": ["Ada", "Bo"]]),
            Self.talk("re/A-3", .null, at: "2026-11-21T11:00:00Z"),
            Self.talk("re/A-2", ["title": "=cmd|calc", "room": "Hall 3", "seats": 200], at: "2026-11-21T12:00:00Z"),
            Self.talk("re/A-4", ["title": "New"], at: "2026-11-21T12:00:00Z"),
        ])
        try #require(said.status == .done)
        return scratch
    }

    @Test("conditions, order and limit cut it to what is wanted")
    func filtered() async throws {
        let scratch = try await filled()
        func keys(_ arguments: String...) async throws -> [String?] {
            try await scratch.daybook(["sessions", "list", "--json"] + arguments).rows().map {
                $0["key"]?.stringValue
            }
        }
        #expect(try await keys("--watch", "re") == ["A-1", "A-2", "A-3", "A-4"])
        #expect(try await keys("--where", "room~hall", "--state", "present") == ["A-1", "A-2"])
        #expect(try await keys("--where", "room~hall", "--where", ".fields.seats > 20") == ["A-1", "A-2"])
        #expect(try await keys("--sort", "seats:desc", "--limit", "2") == ["A-2", "A-1"])
        #expect(
            try await keys("--where", "watch=re", "--sort", "room", "--sort", "key:desc") == [
                "A-3", "A-1", "A-2", "A-4",
            ])
        #expect(try await keys("--where", "abstract~x") == [], "configured, though no item has it")
        #expect(try await keys("--as-of", "2026-11-21T10:30:00Z", "--where", "state=absent") == [])
        let table = await scratch.daybook("sessions", "list", "--watch", "re", "--sort", "seats:desc", "--limit", "1")
        #expect(table.lines.count == 3 && table.lines.last == "1 of 3 sessions")
    }

    @Test("columns are shown in the order that one asks for them, in all forms")
    func columns() async throws {
        let scratch = try await filled()
        let columns = ["sessions", "list", "--watch", "other", "--columns", "room, speakers,key"]
        #expect(
            await scratch.daybook(columns).lines == ["ROOM      SPEAKERS  KEY", "␛[31mRed  Ada, Bo   A-1", "1 session"])
        #expect(
            await scratch.daybook(columns + ["--csv"]).output == "room,speakers,key\n\u{1b}[31mRed,\"Ada, Bo\",A-1\n")
        #expect(
            await scratch.daybook(columns + ["--json"]).lines
                == [#"{"room":"\u001b[31mRed","speakers":["Ada","Bo"],"key":"A-1"}"#])
        let onTerminal = await scratch.daybook(columns + ["--csv"], width: 80)
        #expect(onTerminal.lines.last == "␛[31mRed,\"Ada, Bo\",A-1")
        let narrow = await scratch.daybook(["sessions", "list", "--columns", "title,room,key"], width: 20)
        #expect(narrow.lines.dropLast().allSatisfy { displayWidth($0) <= 20 })
    }

    @Test("CSV has every member and every field, and no formula")
    func csv() async throws {
        let scratch = try await filled()
        let said = await scratch.daybook("sessions", "list", "--csv", "--watch", "re", "--where", "key=A-2")
        #expect(
            said.lines == [
                "watch,key,version,state,firstSeen,lastChanged,sequence,room,seats,title",
                "re,A-2,2,present,2026-11-21T10:00:00.000Z,2026-11-21T12:00:00.000Z,00000000000000000005,Hall 3,200,'=cmd|calc",
            ])
    }

    @Test("what cannot be meant is refused with a sentence, and with 2")
    func refused() async throws {
        let scratch = try await filled()
        for (arguments, sentence) in [
            (
                ["--where", "rom=x"],
                "no session has a field \"rom\"; did you mean \"room\"? The fields are room, seats, speakers, title;"
            ),
            (["--sort", "rooms:desc"], "no session has a field \"rooms\"; did you mean \"room\"?"),
            (["--columns", "key,tilte"], "no session has a field \"tilte\"; did you mean \"title\"?"),
            (["--where", ".a ="], "--where: the jq program"), (["--limit", "-1"], "--limit"),
            (["--csv", "--json"], "--csv and --json"),
            (["--watch", "rex"], "no watch \"rex\" is configured or on record; did you mean \"re\"?"),
            (["--watch", "xyzzy"], "no watch \"xyzzy\" is configured or on record; there are other, re"),
            (["--where", ".fields.seats | test(\"x\")"], "at other/A-1"),
        ] {
            let said = await scratch.daybook(["sessions", "list"] + arguments)
            #expect(said.status == .usage && said.errors.contains(sentence), "\(arguments): \(said.errors)")
        }
        let hint = await scratch.daybook("sessions", "list", "--where", ".room == \"Hall 1\"")
        #expect(hint.status == .done && hint.output == "No sessions match.\n")
        #expect(hint.errors == "daybook: a line has no .room; did you mean .fields.room?\n")
    }

    @Test("a watch that is configured but was never looked at has no items, and is no slip")
    func configuredOnly() async throws {
        let scratch = try Scratch(Self.configuration)
        _ = try await scratch.importSessions([observed("other/1", title: "One")])
        for command in ["list", "diff"] {
            let arguments = ["sessions", command, "--watch", "re"] + (command == "diff" ? ["--from", "0"] : [])
            #expect(await scratch.daybook(arguments).status == .done)
        }
        for arguments in [["show", "1"], ["history", "1"], ["diff", "1"], ["diff", "--from", "0"]] {
            let said = await scratch.daybook(["sessions"] + arguments + ["--watch", "othr"])
            #expect(said.status == .usage && said.errors.contains("did you mean \"other\"?"))
            #expect(await scratch.daybook(["items", "list", "--watch", "other"]).status == .done, "of another kind")
        }
        #expect(await scratch.daybook("sessions", "show", "1", "--watch", "re").status == .no)
    }

    @Test("a renamed watch is known by both names")
    func renamed() async throws {
        let scratch = try Scratch(Self.configuration)
        _ = try await scratch.importSessions(
            [
                observed("old/1", title: "One"),
                #"{"type":"watch.renamed","subject":"new","data":{"was":"old"}}"#,
            ], isTrusted: true)
        for name in ["old", "new"] {
            let said = await scratch.daybook("sessions", "list", "--watch", name, "--json")
            #expect(try said.rows().map { $0["watch"] } == ["new"])
            #expect(await scratch.daybook("items", "list", "--watch", name).status == .done)
        }
    }

    @Test("diff --from shows what came, went and changed, between any two moments")
    func moments() async throws {
        let scratch = try await filled()
        let said = await scratch.daybook("sessions", "diff", "--from", "2026-11-21T10:30:00Z")
        #expect(
            said.lines == [
                "changed  re/A-2  =cmd|calc", "  room: Hall 2 -> Hall 3", "went     re/A-3  Gone",
                "came     re/A-4  New",
                "1 came, 1 went, 1 changed from 2026-11-21T10:30:00Z to now",
            ])
        func kinds(_ arguments: String...) async throws -> [String] {
            try await scratch.daybook(["sessions", "diff", "--json"] + arguments).rows().map {
                "\($0["change"]?.stringValue ?? "") \($0["watch"]?.stringValue ?? "")/\($0["key"]?.stringValue ?? "")"
            }
        }
        #expect(try await kinds("--from", "3", "--to", "4") == ["went re/A-3"])
        #expect(try await kinds("--from", "4", "--to", "3") == ["came re/A-3"])
        #expect(try await kinds("--from", "recorded:2020-01-01", "--watch", "other") == ["came other/A-1"])
        #expect(try await kinds("A-2", "--from", "3") == ["changed re/A-2"])
        #expect(try await kinds("A-1", "--from", "3") == [])
        let none = await scratch.daybook("sessions", "diff", "--from", "1m ago")
        #expect(none.status == .done && none.output == "Nothing differs from 1m ago to now\n")
    }

    @Test(
        "diff refuses what does not go together, with 2",
        arguments: [
            [], ["--to", "3"], ["A-1", "1", "2", "--from", "3"], ["--from", "3", "--as-of", "4"],
            ["--from", "yesterday"],
            ["--from", "3", "--to", "soon"], ["A-1", "one"],
        ])
    func wrongDiffs(arguments: [String]) async throws {
        let scratch = try await filled()
        let said = await scratch.daybook(["sessions", "diff"] + arguments)
        #expect(said.status == .usage && !said.errors.isEmpty)
    }

    @Test("diff of a key that nobody knows says so, with 1")
    func unknownKey() async throws {
        let scratch = try await filled()
        let said = await scratch.daybook("sessions", "diff", "Z-9", "--from", "3")
        #expect(said.status == .no && said.errors.contains("no session \"Z-9\" is known"))
    }
}
