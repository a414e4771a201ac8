import Foundation
import Testing

@testable import DaybookApp

/// Whole histories of shops, by the program as it is run, against what tools/testing/stock_history.py works out from the files alone.
@Suite("Histories of shops", .timeLimit(.minutes(10)))
struct StockHistoriesTests {
    @Test("every version of made-up histories, as tools/testing/stock_history.py works them out from the files")
    func histories() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", projectRoot.appending(path: "tools/testing/stock_history.py").path(), "--daybook",
            try BuiltDaybook.program().path(), "--versions", "18",
        ]
        process.standardOutput = output
        try process.run()
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
        #expect(said.matches(of: /, 0 differences/).count == 2, "\(said)")
        // Of what makes such histories difficult there is something in both.
        #expect(
            said.matches(of: /[1-9][0-9]* suspect, [1-9][0-9]* failed, .* [1-9][0-9]* listed in two ways/).count == 2)
    }
}
