import ArgumentParser
import Foundation
import Testing

@testable import DaybookApp

@Suite("Documents")
struct DocumentsTests {
    @Test("docs/commands.md holds the help of every command as it is")
    func commandReference() throws {
        try expectGenerated(CommandReference.markdown, mark: "commands", in: "docs/commands.md")
    }

    @Test(
        "every command's help has an example",
        arguments: CommandReference.commands.map { $0.path.joined(separator: " ") })
    func examples(path: String) throws {
        let command = try #require(CommandReference.commands.first { $0.path.joined(separator: " ") == path })
        let discussion = command.type.configuration.discussion
        #expect(
            discussion.contains("Example")
                && discussion.contains("daybook \(path)".trimmingCharacters(in: .whitespaces)))
    }

    @Test("docs/stock-history.svg is the plot of nineteen days of a card")
    func stockPlot() throws {
        try expectGenerated(StockPlot(try card(name: "GeForce RTX 3070, 8 GB")).svg, file: "docs/stock-history.svg")
    }

    @Test("links between the pages lead somewhere")
    func links() throws {
        let docs = try FileManager.default.contentsOfDirectory(atPath: projectRoot.appending(path: "docs").path())
        for page in ["README.md", "CONTRIBUTING.md"] + docs.filter({ $0.hasSuffix(".md") }).map({ "docs/" + $0 }) {
            let url = projectRoot.appending(path: page)
            let text = try String(contentsOf: url, encoding: .utf8)
            for link in text.matches(of: /\]\(([^)#]+)(#[^)]*)?\)/).map({ String($0.1) }) where !link.contains("://") {
                let target = url.deletingLastPathComponent().appending(path: link)
                #expect(
                    FileManager.default.fileExists(atPath: target.path()),
                    "\(page) links to \(link), which is not there")
            }
        }
    }

    @Test("completions are generated for the common shells", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async {
        let said = Recorder()
        let console = said.console
        let status = await DaybookApplication().run(["--generate-completion-script", shell], console: console)
        console.flush()
        #expect(status == .done)
        #expect(said.output.contains("sessions"))
    }
}
