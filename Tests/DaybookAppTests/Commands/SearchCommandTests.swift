import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("daybook search", .timeLimit(.minutes(5)))
struct SearchCommandTests {
    private func filled() async throws -> Scratch {
        let scratch = try Scratch()
        _ = try await scratch.importSessions([
            observed("re/A-1", title: "Event sourcing"), observed("re/A-2", title: #"Lunch \u001b[31m sourcing"#),
            #"{"type":"session.absent","subject":"re/A-2","data":{}}"#,
            #"{"type":"item.observed","subject":"shop/lamp","data":{"name":"Lamp","text":"A source of light, and of much else"}}"#,
            #"{"type":"page.observed","subject":"news/page","data":{"text":["Sources say","nothing"]}}"#,
        ])
        return scratch
    }

    @Test("shows what has the words, best first, and what is absent as that")
    func shows() async throws {
        let scratch = try await filled()
        let said = await scratch.daybook("search", "sourcing")
        #expect(said.status == .done)
        #expect(
            said.lines == [
                "sessions  re/A-1  Event sourcing", "sessions  re/A-2  absent  Lunch ␛[31m sourcing", "2 found",
            ])
        let light = await scratch.daybook("search", "light")
        #expect(
            light.lines == ["items     shop/lamp  Lamp", "          A source of light, and of much else", "1 found"])
        let page = await scratch.daybook("search", "sources", "nothing")
        #expect(page.lines == ["pages     news", "          Sources say · nothing", "1 found"])
        let some = await scratch.daybook("search", "sourc*", "--limit", "1")
        #expect(some.lines.last == "1 of 4 found; --limit shows more")
        let rows = try await scratch.daybook("search", "sourc*", "--kind", "sessions", "--state", "absent", "--json")
            .rows()
        #expect(rows.map { $0["key"] } == ["A-2"] && rows[0]["matches"] == ["sourcing"])
    }

    @Test("on a terminal the words stand out, and nothing in a text steers it")
    func coloured() async throws {
        let scratch = try await filled()
        let recorder = Recorder(isTerminal: true, isColoured: true, width: 80)
        let console = recorder.console
        let arguments = ["search", "sourcing", "--config", scratch.path("daybook.yaml")]
        #expect(await DaybookApplication().run(arguments, console: console) == .done)
        console.flush()
        #expect(recorder.output.contains("Event \u{1b}[1;33msourcing\u{1b}[0m"))
        #expect(!recorder.output.contains("\u{1b}[31m sourcing"))
    }

    @Test("knows what has been appended since the last search, and how things are called now")
    func grows() async throws {
        let scratch = try await filled()
        #expect(await scratch.daybook("search", "sourcing").lines.count == 3)
        _ = try await scratch.importSessions(
            [
                observed("re/A-1", title: "Event storming"),
                #"{"type":"watch.renamed","subject":"new","data":{"was":"re"}}"#,
            ], isTrusted: true)
        let rows = try await scratch.daybook("search", "storming", "--watch", "re", "--json").rows()
        #expect(rows.map { $0["watch"] } == ["new"])
        #expect(try await scratch.daybook("search", "event", "--json").rows().count == 1)
    }

    @Test("nothing found is 1; no words, another kind, a watch with a slip in it are 2")
    func nothing() async throws {
        let scratch = try await filled()
        for (arguments, status, sentence) in [
            (["zzz"], ExitStatus.no, "nothing has this word"), (["zzz", "a"], .no, "nothing has all these words"),
            (["sourcing", "--watch", "shop"], .no, "in the watch \"shop\""),
            (["sourcing", "--watch", "shp"], .usage, "did you mean \"shop\"?"), (["!?"], .usage, "no letter or digit"),
            (["a", "--kind", "sesions"], .usage, "there are sessions, items, stock, pages"),
            (["a", "--limit", "0"], .usage, "--limit"),
            (["title:x", "OR", "\""], .no, "nothing has all these words"),
        ] {
            let said = await scratch.daybook(["search"] + arguments)
            #expect(said.status == status && said.errors.contains(sentence), "\(arguments): \(said.errors)")
        }
    }

    @Test("is rebuilt with the others once somebody has searched, and not before")
    func rebuilt() async throws {
        let scratch = try await filled()
        #expect(
            try await scratch.daybook("rebuild", "--json").rows().map { $0["projection"] } == [
                "sessions", "items", "stock", "pages", "runs", "metrics", "alarms",
            ])
        _ = await scratch.daybook("search", "a")
        let names = try await scratch.daybook("rebuild", "--json").rows().map { $0["projection"] }
        #expect(names == ["sessions", "items", "stock", "pages", "runs", "metrics", "alarms", "search"])
        #expect(await scratch.daybook("search", "sourcing").lines.last == "2 found")
    }
}
