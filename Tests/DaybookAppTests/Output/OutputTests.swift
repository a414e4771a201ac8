import Testing

@testable import DaybookApp

@Suite("Output")
struct OutputTests {
    @Test(
        "what could steer a terminal is shown, not obeyed",
        arguments: [
            ("plain é 漢", "plain é 漢"), ("\u{1b}[31mred", "␛[31mred"), ("a\u{7}b\u{7f}", "a␇b␡"),
            ("\u{9b}2J", "<9B>2J"),
            ("abc\u{202e}txt", "abc<202E>txt"), ("\u{61C}\u{FFF9}\u{E0041}", "<61C><FFF9><E0041>"),
            ("line\nbreak\ttab", "line␊break␉tab"),
        ])
    func escaping(text: String, shown: String) {
        #expect(displayable(text) == shown)
    }

    @Test(
        "columns are counted as a terminal counts them",
        arguments: [("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("", 0), ("😀", 2)])
    func widths(text: String, columns: Int) {
        #expect(displayWidth(text) == columns)
    }

    @Test(
        "text is cut to its columns with an ellipsis, never in half a character",
        arguments: [
            ("abcdef", 4, "abc…"), ("abcd", 4, "abcd"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢…"),
        ])
    func cutting(text: String, columns: Int, result: String) {
        #expect(cut(text, to: columns) == result)
    }

    @Test("a table lines its columns up and cuts nothing where there is no terminal")
    func table() {
        var table = Table("key", "title")
        table.add("A-1", "short")
        table.add("漢字漢字", Cell(String(repeating: "long ", count: 40)))
        let said = Recorder()
        let console = said.console
        table.print(to: console)
        console.flush()
        #expect(said.lines.map { String($0.prefix(11)) } == ["KEY       T", "A-1       s", "漢字漢字  long "])
        #expect(said.lines[2].count > 200)
    }

    @Test("on a terminal the last column is cut to what is left, and colours are used unless unwanted")
    func terminalTable() {
        var table = Table("key", "title")
        table.add(Cell("A-1", .bad), Cell(String(repeating: "x", count: 100)))
        let said = Recorder(isTerminal: true, isColoured: true, width: 40)
        let console = said.console
        table.print(to: console)
        console.flush()
        #expect(said.lines[1] == "\u{1b}[31mA-1\u{1b}[0m  " + String(repeating: "x", count: 34) + "…")
    }

    @Test(
        "numbers are grouped",
        arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")])
    func grouping(number: Int, text: String) {
        #expect(grouped(number) == text)
    }

    @Test(
        "sizes are said in powers of ten",
        arguments: [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (32_000_000, "32.0 MB")])
    func sizes(bytes: Int, text: String) {
        #expect(size(bytes) == text)
    }

    @Test("progress says how far, how fast and how long still")
    func progress() {
        let text = Progress.text("Verifying", done: 2_500, total: 10_000, unit: "events", seconds: 5, width: 8)
        #expect(text == "Verifying ██░░░░░░ 25 % (2,500 of 10,000 events, 500 events/s, 16 s left)")
        #expect(
            Progress.text("Importing", done: 7, total: 0, unit: "events", seconds: 0, width: 8) == "Importing: 7 events"
        )
    }
}
