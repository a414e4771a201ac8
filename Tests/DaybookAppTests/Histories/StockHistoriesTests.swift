import Foundation
import Testing

@testable import DaybookApp

/// Whole histories of shops, by the program as it is run, against what tools/testing/stock_history.py works out from the files alone.
@Suite("Histories of shops", .timeLimit(.minutes(10)))
struct StockHistoriesTests {
    @Test("every version of made-up histories, as tools/testing/stock_history.py works them out from the files")
    func histories() async throws {
        let (status, said) = try await run([
            "python3", projectRoot.appending(path: "tools/testing/stock_history.py").path(), "--daybook",
            try BuiltDaybook.program().path(), "--versions", "18",
        ])
        #expect(status == 0, "\(said)")
        #expect(said.matches(of: /, 0 differences/).count == 2, "\(said)")
        // Of what makes such histories difficult there is something in both.
        #expect(
            said.matches(of: /[1-9][0-9]* suspect, [1-9][0-9]* failed, .* [1-9][0-9]* listed in two ways/).count == 2)
    }

    /// On a thread of its own: the few that all tests share would be one less for as long as it takes.
    private func run(_ arguments: [String]) async throws -> (status: Int32, said: String) {
        try await withCheckedThrowingContinuation { answer in
            Thread.detachNewThread {
                answer.resume(
                    with: Result {
                        let process = Process()
                        let output = Pipe()
                        process.executableURL = URL(filePath: "/usr/bin/env")
                        process.arguments = arguments
                        process.standardOutput = output
                        try process.run()
                        let said = try output.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
                    })
            }
        }
    }
}
