import CanonicalJSON
import Testing

@testable import Reactors

/// What parsing a line comes to: the answer, or why it is none.
private func read(_ line: String, mask: SecretMask = SecretMask([String]())) -> Result<
    ProgramAnswer, ProgramAnswer.Garbage
> {
    do throws(ProgramAnswer.Garbage) {
        return .success(try ProgramAnswer.parse(Array(line.utf8), to: "7-abc", mask: mask))
    } catch {
        return .failure(error)
    }
}

@Suite("A line of a program's output")
struct ProgramAnswerTests {
    @Test(
        "says what became of the event",
        arguments: [
            (#"{"outcome":"done"}"#, ProgramAnswer.done(events: [])),
            (#" { "outcome" : "done" , "id" : "7-abc" } "#, .done(events: [])),
            (#"{"outcome":"done","events":[]}"#, .done(events: [])),
            (#"{"outcome":"done","events":[{"type":"a.b"}]}"#, .done(events: [["type": "a.b"]])),
            (#"{"outcome":"retry"}"#, .retry(after: nil, reason: "the program gave no reason")),
            (#"{"outcome":"retry","after":30,"reason":"busy"}"#, .retry(after: 30, reason: "busy")),
            (#"{"outcome":"retry","after":0.5}"#, .retry(after: 0.5, reason: "the program gave no reason")),
            (#"{"outcome":"skip","reason":"seen"}"#, .skip(reason: "seen")),
            (#"{"outcome":"park","reason":"no such room"}"#, .park(reason: "no such room")),
        ])
    func answers(line: String, answer: ProgramAnswer) {
        #expect(read(line) == .success(answer))
    }

    @Test(
        "says nothing where it is not understood as a whole",
        arguments: [
            ("{}", #"where "outcome" has to be done, retry, skip or park"#),
            ("null", "which is no JSON object"), ("[]", "which is no JSON object"), ("done", "which is no JSON"),
            ("", "which is no JSON"), (#"{"outcome":"done""#, "which is no JSON"),
            (#"{"outcome":"Done"}"#, #"where "outcome" has to be done, retry, skip or park"#),
            (#"{"outcome":true}"#, #"where "outcome" has to be done, retry, skip or park"#),
            (#"{"outcome":"done","id":"8-abc"}"#, #"whose "id" is not the event's, 7-abc"#),
            (#"{"outcome":"done","id":7}"#, #"whose "id" is not the event's, 7-abc"#),
            (#"{"outcome":"done","id":null}"#, #"whose "id" is not the event's, 7-abc"#),
            (#"{"outcome":"done","reason":"x"}"#, #"where "reason" means nothing; with done there can be "events""#),
            (
                #"{"outcome":"retry","afer":30}"#,
                #"where "afer" means nothing; with retry there can be "after" and "reason""#
            ),
            (#"{"outcome":"retry","after":-1}"#, #"where "after" is no number of seconds"#),
            (#"{"outcome":"retry","after":"30s"}"#, #"where "after" is no number of seconds"#),
            (#"{"outcome":"skip","events":[]}"#, #"where "events" means nothing; with skip there can be "reason""#),
            (#"{"outcome":"done","events":{}}"#, #"where "events" is no list"#),
            (#"{"outcome":"park","reason":{}}"#, #"where "reason" is no text"#),
            (#"{"outcome":"retry","outcome":"done"}"#, "where a key stands twice"),
            (#"{"outcome":"done","events":[{"type":"a.b","type":"a.c"}]}"#, "where a key stands twice"),
            (#"{"outcome":"done","outcome":"done""#, "which is no JSON"),
        ])
    func garbage(line: String, reason: String) {
        guard case .failure(let garbage) = read(line) else {
            Issue.record("\(line) passed for an answer")
            return
        }
        #expect(garbage.reason == "answered \(Excerpt.of(Array(line.utf8))), \(reason)")
    }

    @Test("of which the reasons are shown without secrets and not without end")
    func reasons() {
        let mask = SecretMask(["hunter22"])
        #expect(read(#"{"outcome":"park","reason":"no hunter22"}"#, mask: mask) == .success(.park(reason: "no ***")))
        let long = String(repeating: "x", count: 5000)
        guard case .success(.skip(let reason)) = read(#"{"outcome":"skip","reason":"\#(long)"}"#) else {
            Issue.record("a long reason is a reason")
            return
        }
        #expect(reason.count == 1000 && reason.hasSuffix("…"))
        guard case .failure(let garbage) = read("login hunter22 failed", mask: mask) else { return }
        #expect(garbage.reason == #"answered "login *** failed", which is no JSON"#)
    }

    @Test(
        "is shown with everything odd made visible",
        arguments: [
            ([0x68, 0x69], "\"hi\""), ([0x1B, 0x5B, 0x32, 0x4A], #""\x1B[2J""#),
            ([0xFF, 0x00, 0x0A], #""\xFF\x00\n""#),
            (Array("Zürich 🎷".utf8), "\"Zürich 🎷\""), ([0xC3], #""\xC3""#), ([0x22, 0x5C], #""\"\\""#),
            (Array("a\u{202E}b".utf8), #""a\u{202E}b""#), ([], "\"\""),
            (Array(repeating: 0x61, count: 81), "\"" + String(repeating: "a", count: 80) + "…\""),
        ] as [([UInt8], String)])
    func excerpts(bytes: [UInt8], shown: String) {
        #expect(Excerpt.of(bytes) == shown)
    }
}

@Suite("What a program writes")
struct ProgramOutputTests {
    @Test("is taken line by line, however it comes; blank lines say nothing")
    func lines() throws {
        var lines = AnswerLines()
        var found: [String] = []
        for byte in Array("\n  \r\n{\"a\":1}\r\nsecond\n\nthird".utf8) {
            try lines.take([byte])
            while let line = lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(found == ["{\"a\":1}\r", "second"])
        #expect(String(decoding: lines.rest, as: UTF8.self) == "third" && !lines.isBlank)
        lines.reset()
        #expect(lines.isBlank && lines.next() == nil)
    }

    @Test("is a flood beyond 1 MiB, also as blank lines; an answer of that length is none")
    func flood() throws {
        for byte in [UInt8(ascii: "x"), UInt8(ascii: "\n")] {
            var lines = AnswerLines()
            try lines.take(Array(repeating: byte, count: 1 << 20))
            #expect(lines.next() == nil)
            #expect(throws: AnswerLines.Flood.self) { try lines.take([byte]) }
        }
    }

    @Test("on standard error is handed out line by line, harmless, bounded, the last line kept")
    func standardError() {
        var errors = StandardError(mask: SecretMask(["hunter22"]))
        #expect(errors.take(Array("one\n\u{1B}[2Jtwo\nTOKEN=hun".utf8)) == ["one", "\\u{1B}[2Jtwo"])
        #expect(errors.take(Array("ter22 \n\n".utf8)) == ["TOKEN=***"])
        #expect(errors.last == "TOKEN=***")
        #expect(errors.take(Array("    raise \n\tfrom\n".utf8)) == ["    raise", " from"] && errors.last == "from")
        #expect(errors.take(Array("not ended".utf8)).isEmpty)
        #expect(errors.end() == "not ended" && errors.last == "not ended" && errors.end() == nil)
        errors.reset()
        #expect(errors.last == nil)
        #expect(errors.take(Array(String(repeating: "line\n", count: 80).utf8)).count == StandardError.linesMax)
        #expect(errors.dropped == 80 - StandardError.linesMax && errors.last == "line")
    }

    @Test("on standard error without a line's end costs no memory, and a secret at the cut does not show")
    func longLine() {
        var errors = StandardError(mask: SecretMask(["hunter22"]))
        let filler = Array(repeating: UInt8(ascii: "x"), count: StandardError.lineMax - 5)
        #expect(errors.take(filler + Array("hunter22".utf8)).isEmpty)
        for _ in 0..<100 { #expect(errors.take(filler).isEmpty) }
        let line = errors.take([0x0A]).first ?? ""
        #expect(line == String(repeating: "x", count: filler.count) + "***…")
    }

    @Test(
        "never shows a secret, not even one line of it",
        arguments: [
            ("a hunter22 b", false, "a *** b"), ("hunter22hunter22", false, "******"), ("hunter2", false, "hunter2"),
            ("see hunter2", true, "see ***"), ("see h", true, "see ***"), ("see x", true, "see x"),
            ("hunter22 and more", false, "***"), ("room 12", false, "room 12"), ("key: second", false, "key: ***"),
        ])
    func masks(text: String, isCut: Bool, shown: String) {
        let mask = SecretMask(["hunter22", "hunter22 and more", "12", "first\r\nsecond\n"])
        #expect(String(decoding: mask.masked(Array(text.utf8), isCut: isCut), as: UTF8.self) == shown)
    }

    @Test("in its end, said as a person would")
    func ends() {
        #expect(ProgramEnd(waitStatus: 0) == .exited(status: 0) && ProgramEnd(waitStatus: 0).isSuccess)
        #expect(ProgramEnd(waitStatus: 3 << 8).description == "ended with status 3")
        #expect(ProgramEnd(waitStatus: 9).description == "was ended by signal 9 (Killed)")
        #expect(ProgramEnd(waitStatus: 0x80 | 11).description == "was ended by signal 11 (Segmentation fault)")
    }

    @Test("or does not write, and why there will be another try")
    func faults() {
        func fault(_ end: ExchangeEnd, _ last: String? = nil) -> String? {
            end.fault(of: "./p", timeout: .milliseconds(1500), lastError: last)
        }
        #expect(fault(.answered(.done(events: []))) == nil)
        #expect(fault(.silent) == "./p did not answer within 1.5 s and was ended")
        #expect(
            fault(.ended(.exited(status: 1)), "no room")
                == "./p ended with status 1 without an answer; the last it said: no room")
        #expect(fault(.closedOutput) == "./p closed its standard output without an answer and was ended")
        #expect(
            fault(.flood(beginning: Array("yes".utf8)))
                == "./p wrote more than 1 MiB without an answer, beginning with \"yes\"")
        #expect(ExchangeEnd.ended(.exited(status: 0)).isEndBetweenEvents(answeredBefore: 1))
        #expect(!ExchangeEnd.ended(.exited(status: 0)).isEndBetweenEvents(answeredBefore: 0))
        #expect(!ExchangeEnd.ended(.exited(status: 1)).isEndBetweenEvents(answeredBefore: 1))
        #expect(!ExchangeEnd.silent.isEndBetweenEvents(answeredBefore: 1))
    }
}
