import Foundation
import Testing

@testable import Importing

@Suite("Reading lines")
struct LineReaderTests {
    private func lines(of text: String) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "lines-\(UUID()).txt")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let reader = try LineReader(path: file.path())
        var lines: [String] = []
        while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }

    @Test(
        "a line ends at its newline or at the end of the file",
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\na\n", ["", "", "a"]),
            ("a\r\nb", ["a\r", "b"]),
        ] as [(String, [String])])
    func ends(text: String, expected: [String]) throws {
        #expect(try lines(of: text) == expected)
    }

    @Test("lines longer than the buffer come whole")
    func long() throws {
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines(of: "a\n\(long)\nb") == ["a", long, "b"])
    }

    @Test("a line beyond the limit is refused")
    func tooLong() {
        #expect(throws: ImportError.self) {
            try lines(of: String(repeating: "x", count: LineReader.lineBytesMax + 100_000))
        }
    }

    @Test("a file that is not there is said so")
    func missing() {
        #expect { _ = try LineReader(path: "/nowhere/events.ndjson") } throws: {
            guard case .unopenable("/nowhere/events.ndjson", _)? = $0 as? ImportError else { return false }
            return true
        }
    }
}
