// The first example of README.md and the one of docs/configuration.md about a page: what they say comes is what comes.

import Foundation
import Testing
import Transport

@testable import DaybookApp

@Suite("Examples of a page", .timeLimit(.minutes(5)))
struct PageExamplesTests {
    @Test(
        "the message comes as the document has it",
        arguments: [("README.md", "## A watch of your own"), ("docs/configuration.md", "## A page")])
    func message(document: String, heading: String) async throws {
        let page = try String(contentsOf: projectRoot.appending(path: document), encoding: .utf8)
        let part = page[try #require(page.range(of: "\n\(heading)\n")).upperBound...]
        let (yaml, message) = (try block("yaml", of: part), try block("text", of: part))
        let site = try ChangingSite()
        let scratch = try Scratch(yaml.replacing("https://example.org", with: site.base))
        try await site.put("/news", venue("nine", visitors: 12))
        #expect(await scratch.daybook("check").output.hasPrefix("news: its text is new ("))
        try await site.put("/news", venue("nine", visitors: 14))
        #expect(await scratch.daybook("check").output.hasPrefix("news: nothing changed ("))
        try await site.put("/news", venue("ten", visitors: 3))
        let said = await scratch.daybook("check").output
        #expect(said.hasPrefix("news: its text changed ("))
        #expect(said.contains("\n" + message), "\(document) shows another message than \(said)")
        let lines = message.split(separator: "\n").dropFirst(2).map { "    \($0)" }.joined(separator: "\n")
        for command in ["history", "diff"] {
            #expect(await scratch.daybook("pages", command, "news").output.contains("\n    lines 1-3\n\(lines)\n"))
        }
    }

    private func venue(_ hour: String, visitors: Int) -> String {
        """
        <!DOCTYPE html><title>Venue news</title><body><nav>Home</nav><main><h1>News</h1><p>The venue opens at \(hour).</p>
        <p>Bring a badge.</p><p>\(visitors) visitors online</p></main></body>
        """
    }

    private func block(_ language: String, of text: Substring) throws -> String {
        let begin = try #require(text.range(of: "\n```\(language)\n")).upperBound
        return String(text[begin..<(try #require(text[begin...].range(of: "```\n"))).lowerBound])
    }
}

/// tools/testing/changing_site.py: pages that a test writes. It ends with its standard input.
///
/// `@unchecked Sendable`: set once and never changed.
private final class ChangingSite: @unchecked Sendable {
    let base: String
    private let process = Process()
    private let input = Pipe()
    private let client = HTTPClient(configuration: .init(proxies: .none))

    init() throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", projectRoot.appending(path: "tools/testing/changing_site.py").path()]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        base = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(base.hasPrefix("http://"), "the site did not start")
    }

    deinit { process.terminate() }

    func put(_ path: String, _ body: String) async throws {
        _ = try await client.send(HTTPRequest(url: base + path, method: "PUT", body: Array(body.utf8)))
    }
}
