import CanonicalJSON
import DemoSite
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

/// The demo's site, looked at as one page.
@Suite("daybook pages", .timeLimit(.minutes(5)))
struct PagesCommandTests {
    private func configuration(_ address: String) -> String {
        """
        watches:
          storage:
            kind: page
            fetch: { url: "\(address)/sessions?topic=storage" }
            remove: .code
        channels:
          notes: { file: notes.txt }
          hook: { file: told.ndjson, format: json }
        reactors:
          tell: { on: "page.*", to: [notes, hook] }
        """
    }

    @Test("shows the page, its versions and what differs, and tells it")
    func changes() async throws {
        let step = Mutex(0)
        try await DemoSite.run(step: { step.withLock { $0 } }) { address in
            let scratch = try Scratch(configuration(address))
            #expect(await scratch.daybook("check").output.hasPrefix("storage: its text is new ("))
            #expect(await scratch.daybook("check").output.hasPrefix("storage: nothing changed ("))
            var moves = 0
            while try await scratch.daybook("pages", "history", "storage", "--json").rows().count < 2, moves < 20 {
                moves += 1
                step.withLock { $0 = moves }
                _ = await scratch.daybook("check")
            }
            let list = await scratch.daybook("pages", "list")
            #expect(list.lines.first?.contains("KEY") == false && list.lines[1].hasPrefix("storage  2 "))
            let shown = await scratch.daybook("pages", "show", "storage")
            #expect(shown.lines[0] == "storage  present  version 2" && shown.output.contains("\n  text\n    "))
            let diff = await scratch.daybook("pages", "diff", "storage")
            #expect(diff.output.contains("\n    - ") || diff.output.contains("\n    + "))
            let history = try await scratch.daybook("pages", "history", "storage", "--json").rows()
            let entry = try #require(history.last?["changes"]?.arrayValue?.first { $0["field"] == "text" })
            #expect(entry["diff"]?["hunks"]?.arrayValue?.isEmpty == false)
            #expect(try scratch.read("notes.txt").hasPrefix("storage “"))
            let told = try JSON.parse(
                try #require(try scratch.read("told.ndjson").split(separator: "\n").first.map(String.init)))
            #expect(told["type"] == "page.updated" && told["subject"] == "storage/page")
            let sent = told["data"]?["changes"]?.arrayValue?.first { $0["field"] == "text" }
            #expect(sent == entry)
            let audit = await scratch.daybook("audit", "storage/page")
            #expect(audit.lines.count == 4 && audit.output.contains("lines)"))
        }
    }

    @Test("says what it does not know")
    func unknown() async throws {
        let scratch = try Scratch(configuration("http://127.0.0.1:1"))
        #expect(await scratch.daybook("check").status == .world)
        #expect(await scratch.daybook("pages", "list").output == "No pages are known.\n")
        let said = await scratch.daybook("pages", "show", "storage")
        #expect(said.status == .no && said.errors.contains(#"no page "storage" is known; daybook pages list shows"#))
    }
}
