import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("daybook stock history", .timeLimit(.minutes(5)))
struct StockHistoryCommandTests {
    private static let configuration = """
        watches:
          macs: { preset: apple-refurb, fetch: { url: "https://refurb.example/macs.json" } }
          more: { preset: apple-refurb, fetch: { url: "https://refurb.example/more.json" } }

        """

    /// Two things, a minute apart: one goes and comes back cheaper, the other stays.
    private func imported() async throws -> Scratch {
        let scratch = try Scratch(Self.configuration)
        func list(_ models: [String: Int]) -> String {
            let rows = models.sorted { $0.key < $1.key }.map {
                #"{"model":"\#($0)","name":"Mac <\#($0)>","price":\#($1),"store":"tw","url":"https://refurb.example/\#($0)"}"#
            }
            return "[\(rows.joined(separator: ","))]\n"
        }
        let versions = [["A1": 100, "B2": 50], ["B2": 50], ["A1": 80, "B2": 50], ["A1": 80, "B2": 50, "C3": 5]]
        let repository = try scratch.repository(versions.map { ("macs.json", list($0)) })
        try #require(await scratch.daybook("import", "macs", "--git", repository).status == .done)
        try #require(await scratch.daybook("import", "more", "--git", repository).status == .done)
        return scratch
    }

    @Test("draws above the versions, up to the last look, in no more columns than there are")
    func drawn() async throws {
        let scratch = try await imported()
        let said = await scratch.daybook(["stock", "history", "macs/A1"], width: 72)
        #expect(said.status == .done)
        #expect(said.lines[0] == "Mac <A1>" && said.lines[1] == "in stock 67 % of 3 minutes; now in stock")
        #expect(said.output.contains("100 TWD ┤") && said.output.contains(" 80 TWD ┤"))
        let first = try #require(said.lines.firstIndex { $0.hasPrefix("version 1  macs") })
        #expect(said.lines[..<first].allSatisfy { displayWidth($0) <= 72 })
        #expect(said.lines[first...].count { $0.hasPrefix("version ") } == 3)
        let then = await scratch.daybook("stock", "history", "macs/A1", "--as-of", "2017-12-21T16:01:30Z")
        #expect(then.lines[1] == "in stock 100 % of 60 seconds; now out of stock")
    }

    @Test("gives JSON as it is, one version a line, and narrow terminals the versions alone")
    func plain() async throws {
        let scratch = try await imported()
        let rows = try await scratch.daybook("stock", "history", "macs/A1", "--json").rows()
        #expect(rows.map { $0["state"] } == ["present", "absent", "present"])
        let narrow = await scratch.daybook(["stock", "history", "macs/A1"], width: 30)
        #expect(narrow.lines.first?.hasPrefix("version 1") == true)
    }

    @Test("--svg writes the picture instead, beside the lines of --json")
    func svg() async throws {
        let scratch = try await imported()
        let path = scratch.path("a1.svg")
        let said = await scratch.daybook("stock", "history", "macs/A1", "--svg", path)
        #expect(said.status == .done && said.lines == ["Wrote a plot of macs/A1 to \(path)."])
        let svg = try scratch.read("a1.svg")
        #expect(svg.contains("<title id=\"plot-title\">Mac &lt;A1&gt;</title>"))
        let json = await scratch.daybook("stock", "history", "macs/A1", "--svg", path, "--json")
        #expect(try json.rows().count == 3)
        #expect(try scratch.read("a1.svg") == svg)
    }

    @Test("a picture that cannot be written, or would have to hold two items, is refused in a sentence")
    func refused() async throws {
        let scratch = try await imported()
        let nowhere = await scratch.daybook("stock", "history", "macs/A1", "--svg", scratch.path("none/a1.svg"))
        #expect(nowhere.status == .world && nowhere.errors.contains("cannot write \(scratch.path("none/a1.svg"))"))
        let two = await scratch.daybook("stock", "history", "A1", "--svg", scratch.path("a1.svg"))
        #expect(two.status == .usage && two.errors.contains("macs, more") && two.errors.contains("--watch"))
        #expect(await scratch.daybook("stock", "history", "Z9", "--svg", scratch.path("a1.svg")).status == .no)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("a1.svg")))
        let both = await scratch.daybook("stock", "history", "A1")
        #expect(both.lines.count { $0 == "Mac <A1>" } == 2)
    }
}
