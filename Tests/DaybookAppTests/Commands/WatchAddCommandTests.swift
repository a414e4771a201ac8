import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("daybook watch add", .timeLimit(.minutes(5)))
struct WatchAddCommandTests {
    private static let books = #"{"books":[{"isbn":"1","title":"A","id":"x"},{"isbn":"2","title":"B","id":"y"}]}"#

    /// A web server over a folder, which ends with its standard input.
    private final class Pages: Sendable {
        let base: String
        private let process = Process()
        private let input = Pipe()

        init(_ folder: String) throws {
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "python3", "-c",
                """
                import functools, http.server, sys, threading
                class Quiet(http.server.SimpleHTTPRequestHandler):
                    def log_message(self, *words): pass
                server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
                threading.Thread(target=server.serve_forever, daemon=True).start()
                print(server.server_address[1], flush=True)
                sys.stdin.read()
                """, folder,
            ]
            let output = Pipe()
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            base = "http://127.0.0.1:\(port.trimmingCharacters(in: .whitespacesAndNewlines))"
        }

        deinit { try? input.fileHandleForWriting.close() }
    }

    @Test("writes what it recognised behind what is there, and it can be looked at at once")
    func adds() async throws {
        let scratch = try Scratch("# mine\nwatches: {}   # none\n")
        try scratch.write(Self.books, to: "books.json")
        let pages = try Pages(scratch.folder)
        let said = await scratch.daybook("watch", "add", pages.base + "/books.json", "--every", "1h")
        #expect(said.status == .done && said.output.contains("Added books to") && said.output.contains("line 3"))
        #expect(said.output.contains("daybook check books"))
        let text = try scratch.read("daybook.yaml")
        #expect(text.hasPrefix("# mine\nwatches:   # none\n  books:\n    kind: items\n    every: 1h\n"))
        #expect(await scratch.daybook("check").status == .done)
        #expect(try await scratch.daybook("items", "list", "--json").rows().map { $0["key"] } == ["x", "y"])

        let other = await scratch.daybook("watch", "add", pages.base + "/books.json?sort=title")
        #expect(other.status == .done && other.output.contains("books-2"))
        #expect(try scratch.read("daybook.yaml").hasPrefix(text))
    }

    @Test("a page that is watched already is watched twice only under a name that was given")
    func sameURL() async throws {
        let scratch = try Scratch("watches: {}\n")
        try scratch.write(Self.books, to: "books.json")
        let pages = try Pages(scratch.folder)
        let url = pages.base + "/books.json"
        #expect(await scratch.daybook("watch", "add", url).status == .done)
        let text = try scratch.read("daybook.yaml")
        let again = await scratch.daybook("watch", "add", url)
        #expect(again.status == .usage && again.errors.contains(#"a watch of this URL already, "books" on line 2"#))
        #expect(try scratch.read("daybook.yaml") == text)
        #expect(await scratch.daybook("watch", "add", url, "--name", "more").status == .done)
    }

    @Test("a file that is wrong elsewhere is said to be, since nothing can be checked until it is mended")
    func wrongElsewhere() async throws {
        let scratch = try Scratch("watches: {}\nchannels: { c: { terminl: true } }\n")
        try scratch.write(Self.books, to: "books.json")
        let pages = try Pages(scratch.folder)
        let said = await scratch.daybook("watch", "add", pages.base + "/books.json")
        #expect(said.status == .done && said.output.contains("Next: put that right, then daybook check books"))
        #expect(said.errors.contains(#"channels.c.terminl: unknown key; did you mean "terminal"?"#))
    }

    @Test("whoever is told of other watches only is named where the new one has nobody")
    func untold() async throws {
        let reactors = "channels: { c: { terminal: true } }\nreactors: { r: { on: session.*, to: c } }\n"
        let scratch = try Scratch("watches: {}\n" + reactors)
        try scratch.write(Self.books, to: "books.json")
        let pages = try Pages(scratch.folder)
        let said = await scratch.daybook("watch", "add", pages.base + "/books.json")
        #expect(said.status == .done && said.errors.contains("watches.books: no reactor is told of changes of books"))
    }

    @Test("a schedule takes its preset and any other page is watched for its text; both can be looked at at once")
    func recognises() async throws {
        let scratch = try Scratch("watches: {}\n")
        try scratch.write(
            """
            <schedule><conference><title>Camp</title></conference><day date="2027-08-01"><room name="Tent">
            <event id="7" guid="g-7"><title>Mud</title><room>Tent</room></event></room></day></schedule>
            """, to: "schedule.xml")
        try scratch.write("<html><title>News</title><p>Nothing yet.</p></html>", to: "news.html")
        let pages = try Pages(scratch.folder)
        let schedule = await scratch.daybook("watch", "add", pages.base + "/schedule.xml", "--name", "camp")
        #expect(schedule.status == .done && schedule.output.contains("preset: frab-xml"), "\(schedule.errors)")
        let news = await scratch.daybook("watch", "add", pages.base + "/news.html")
        #expect(news.status == .done && news.output.contains("kind: page"), "\(news.errors)")
        #expect(await scratch.daybook("check").status == .done)
        let talks = try await scratch.daybook("sessions", "list", "--json").rows()
        #expect(talks.map { $0["key"] } == ["g-7"] && talks[0]["fields"]?["title"] == "Mud")
        #expect(await scratch.daybook("pages", "show", "news").output.contains("Nothing yet."))
    }

    @Test("makes a whole file where there is none, with what init says in it")
    func makesFile() async throws {
        let scratch = try Scratch()
        try FileManager.default.removeItem(atPath: scratch.path("daybook.yaml"))
        try scratch.write(Self.books, to: "books.json")
        let pages = try Pages(scratch.folder)
        #expect(await scratch.daybook("watch", "add", pages.base + "/books.json", "--name", "mine").status == .done)
        let text = try scratch.read("daybook.yaml")
        #expect(text.contains("  mine:\n") && text.contains("# Ways to tell somebody.") && !text.contains("days:"))
        #expect(await scratch.daybook("config", "check").status == .done)
        #expect(FileManager.default.fileExists(atPath: scratch.path("data/log")))
    }

    @Test("refuses what cannot be right, and then writes nothing")
    func refuses() async throws {
        let scratch = try Scratch(
            "watches:\n  a: { kind: items, fetch: { url: \"http://h/\" }, items: li, key: a, fields: { t: b } }\n")
        let before = try scratch.read("daybook.yaml")
        try scratch.write(Self.books, to: "books.json")
        let pages = try Pages(scratch.folder)
        let url = pages.base + "/books.json"
        let cases: [([String], DaybookApp.ExitStatus, String)] = [
            ([url, "--name", "a"], .usage, "already"), ([url, "--name", "a/b"], .usage, "letters"),
            (["http://me:secret@h/"], .usage, "reference"), (["ftp://h/"], .usage, "https://"),
            ([url, "--every", "soon"], .usage, "10m"), ([url, "--every", "1ms"], .usage, "at least 1s"),
            ([pages.base + "/none"], .world, "the server answered 404; nothing is there, check the URL"),
            (["http://127.0.0.1:1/"], .world, "--force"), (["https://h/{page}"], .usage, "placeholder"),
        ]
        for (arguments, status, words) in cases {
            let said = await scratch.watchAdd(arguments)
            #expect(said.status == status && said.errors.contains(words), "\(arguments): \(said.errors)")
            #expect(!said.errors.contains("secret"))
        }
        #expect(try scratch.read("daybook.yaml") == before)
    }
}

extension Scratch {
    fileprivate func watchAdd(_ arguments: [String]) async -> Said {
        let recorder = Recorder()
        let console = recorder.console
        let all = ["watch", "add"] + arguments + ["--config", path("daybook.yaml")]
        let status = await DaybookApplication().run(all, console: console)
        console.flush()
        return Said(status: status, output: recorder.output, errors: recorder.errors)
    }
}
