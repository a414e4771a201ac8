import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import DaybookApp

/// What the log of an earlier day comes to today. `tools/snapshots` shows the difference where there is one.
@Suite("Recorded histories", .timeLimit(.minutes(5)))
struct RecordedHistoriesTests {
    /// A copy of the history's log, in a data folder of its own: nothing but the segments.
    private func data(of name: String, in scratch: Scratch) throws -> String {
        let data = scratch.path("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: "\(RecordedHistories.folder)/\(name)/log", toPath: "\(data)/log")
        return data
    }

    @Test("come to the states and changes that stand beside them in snapshots/", arguments: RecordedHistories.names)
    func states(name: String) async throws {
        let scratch = try Scratch()
        let log = try EventLog.open(try data(of: name, in: scratch), create: false)
        let files = try await HistoryText.files(of: log, in: scratch.path("projections"))
        if let folder = ProcessInfo.processInfo.environment["DAYBOOK_SNAPSHOTS_TO"] {
            return try write(files, to: "\(folder)/\(name)/projections")
        }
        let expected = try RecordedHistories.expected(of: name)
        #expect(Set(files.keys) == Set(expected.keys))
        for (file, text) in files.sorted(by: { $0.key < $1.key }) {
            let (lines, due) = (lines(text), lines(expected[file] ?? ""))
            let place = zip(lines, due).prefix { $0.utf8.elementsEqual($1.utf8) }.count
            #expect(
                place == lines.count && place == due.count,
                "snapshots/\(name)/projections/\(file) differs from line \(place + 1) on: see tools/snapshots")
        }
    }

    private func write(_ files: [String: String], to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
    }

    private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    @Test("are sound logs; only the evidence that they name is not kept here", arguments: RecordedHistories.names)
    func sound(name: String) async throws {
        let scratch = try Scratch()
        let verified = await scratch.daybook("log", "verify", "--json", "--data", try data(of: name, in: scratch))
        let problems = try #require(try verified.rows().first?["problems"]?.arrayValue)
        let files = problems.compactMap { $0["file"]?.stringValue }
        #expect(files.count == problems.count && files.allSatisfy { $0.hasPrefix("blobs/") })
    }

    @Test("have between them what projections have rules for")
    func variety() throws {
        let text = try RecordedHistories.names.flatMap { try RecordedHistories.expected(of: $0).values }.joined()
        for word in [
            "session.added", "session.updated", "session.withdrawn", "session.returned", "item.withdrawn",
            "page.updated",
            "run.failed", "run.suspect", "run.recovered", #""origin":"first-look""#, #""origin":"live""#,
            #""origin":"import""#, #""hunks""#, #""watch":"conference""#,
        ] {
            #expect(text.contains(word), "no history has \(word)")
        }
    }
}
