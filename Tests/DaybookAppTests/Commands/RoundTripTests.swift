// What leaves a log and comes into another: which of an event stays as it was, and that others read it as the CloudEvent it is.

import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("Events out and in", .timeLimit(.minutes(5)))
struct RoundTripTests {
    private static let cause = "0195f3a0-0000-7000-8000-000000000001.1"
    private static let evidence = "sha256:" + String(repeating: "ab", count: 32)

    /// Of several families, with every optional attribute, text that has to be escaped, and numbers at their limits.
    private static let events = [
        observed("x/a", title: "one"),
        #"{"type":"session.observed","subject":"x/\"ü\" \\ 🗓","time":"2026-11-21T10:00:00.5Z","causationid":"\#(cause)","#
            + #""evidence":"\#(evidence)","dataschema":"daybook:session.observed/3","data":{"n":[1e+21,-0.5,1e-7,null,true]}}"#,
        observed("x/a", title: #"two\nlines"#, at: "2026-11-21T11:00:00Z"),
        #"{"type":"notification.delivered","subject":"d/1","time":"2026-11-21T12:00:00Z","data":{"channel":"mail"}}"#,
        #"{"type":"foreign.made-up.long","subject":"y","data":{"n":1152921504606846976,"deep":{"a":[[[]]]}}}"#,
    ]

    /// A log with these events, and its export.
    private func log(of lines: [String]) async throws -> (Scratch, [String]) {
        let scratch = try Scratch()
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "in.ndjson")
        let said = await scratch.daybook("log", "import", scratch.path("in.ndjson"), "--trusted")
        #expect(said.status == .done, "\(said.errors)")
        let exported = await scratch.daybook("log", "export")
        #expect(exported.status == .done)
        return (scratch, exported.lines)
    }

    private func without(_ keys: [String], _ lines: [String]) throws -> [JSON] {
        try lines.map { line in
            guard case .object(var members) = try JSON.parse(line) else { return .null }
            for key in keys { members[key] = nil }
            return .object(members)
        }
    }

    @Test("a whole export, imported, is the same but for when it was recorded")
    func whole() async throws {
        let (_, first) = try await log(of: Self.events)
        let (other, second) = try await log(of: first)
        #expect(first.count == Self.events.count)
        #expect(try without(["recordedtime"], second) == without(["recordedtime"], first))
        let verified = try await other.daybook("log", "verify", "--json").rows()
        let problems = try #require(verified.first?["problems"]?.arrayValue)
        #expect(problems.count == 1, "an export carries no evidence, so what one event names is missing: \(problems)")
    }

    @Test("of a part, sequences and revisions are given anew; who it is, when, why and what it says stay")
    func part() async throws {
        let (scratch, all) = try await log(of: Self.events)
        let exported = await scratch.daybook("log", "export", "--from", "2")
        #expect(exported.lines == Array(all[2...]))
        let (_, part) = try await log(of: exported.lines)
        let given = ["sequence", "revision", "recordedtime"]
        #expect(try without(given, part) == without(given, Array(all[2...])))
        let rows = try part.map { try JSON.parse($0) }
        try #require(rows.count == 3)
        #expect(rows.map { $0["sequence"] } == (0..<3).map { .string("0000000000000000000\($0)") })
        #expect(try rows[0]["revision"] == 1 && JSON.parse(all[2])["revision"] == 2)
    }

    @Test("the source is the import's, whatever the line says; an id that is not of our form is given anew")
    func given() async throws {
        let foreign = #"{"type":"a.b","source":"/elsewhere","id":"order-17","subject":"s","data":{}}"#
        let (_, lines) = try await log(of: [foreign])
        let row = try JSON.parse(lines[0])
        #expect(row["source"]?.stringValue?.hasPrefix("/import/") == true)
        #expect(row["id"] != "order-17" && row["id"]?.stringValue?.hasSuffix(".1") == true)
    }

    @Test("what is there already is refused, since its ids are taken, and nothing is there twice")
    func again() async throws {
        let (scratch, lines) = try await log(of: Self.events)
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "again.ndjson")
        let said = await scratch.daybook("log", "import", scratch.path("again.ndjson"), "--trusted")
        #expect(said.status == .usage && said.errors.contains("numbers within a run only grow"))
        #expect(await scratch.daybook("log", "export").lines == lines)
    }

    @Test("the CloudEvents SDK reads an export, every attribute and all data, and import takes what it writes")
    func sdk() async throws {
        let (_, lines) = try await log(of: Self.events)
        let written = try throughSDK(lines)
        #expect(written.count == lines.count)
        let (_, back) = try await log(of: written)
        #expect(try without(["recordedtime"], back) == without(["recordedtime"], lines))
    }

    private func throughSDK(_ lines: [String]) throws -> [String] {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = projectRoot.appending(path: "tools/testing/cloudevents")
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // A few lines: they fit into a pipe.
        input.fileHandleForWriting.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "the SDK, which tools/test installs, reads every event")
        return text.split(separator: "\n").map(String.init)
    }
}
