import CanonicalJSON
import EventLog
import Foundation
import Synchronization
import Testing
import Transport

@testable import Reactors

private func message(_ body: String, kind: String = "session.updated", isLate: Bool = false) -> RenderedMessage {
    RenderedMessage(
        key: "7-abc", kind: kind, subject: "w/K", time: Timestamp(millisecondsSinceEpoch: 0), body: Array(body.utf8),
        type: "text/plain", isLate: isLate)
}

extension ChannelAnswer {
    fileprivate var word: String {
        switch outcome {
        case .done: "done"
        case .retry(let after, _): after.map { "retry after \(Int($0))" } ?? "retry"
        case .skip: "skip"
        case .park: "park"
        case .interrupted: "interrupted"
        }
    }
}

@Suite("The terminal")
struct TerminalChannelTests {
    /// What is written for a message.
    func written(_ message: RenderedMessage, isColoured: Bool) async -> String {
        let output = Mutex<[UInt8]>([])
        let channel = TerminalChannel(isColoured: isColoured) { bytes in output.withLock { $0 += bytes } }
        #expect(await channel.deliver(message).word == "done")
        return output.withLock { String(decoding: $0, as: UTF8.self) }
    }

    @Test("gets a line")
    func line() async {
        #expect(await written(message("w/K changed"), isColoured: false) == "w/K changed\n")
    }

    @Test("is coloured by kind where it may be")
    func colours() async {
        #expect(
            await written(message("text", kind: "session.withdrawn"), isColoured: true) == "\u{1B}[31mtext\u{1B}[0m\n")
        #expect(await written(message("text", kind: "other"), isColoured: true) == "text\n")
    }

    @Test("is not driven by what a template put in unescaped")
    func controls() async {
        #expect(await written(message("a\u{1B}[2Jb\nc"), isColoured: false) == "a\\u{1B}[2Jb\nc\n")
    }

    @Test("says what is late")
    func late() async {
        #expect(
            await written(message("x", isLate: true), isColoured: false) == "(late, from 1970-01-01T00:00:00.000Z) x\n")
    }

    @Test("that is gone is tried again")
    func gone() async {
        struct Closed: Error {}
        let channel = TerminalChannel(isColoured: false) { _ in throw Closed() }
        #expect(await channel.deliver(message("x")).word == "retry")
    }
}

@Suite("A file")
struct FileChannelTests {
    @Test("gets a line for each message, and further lines of one indented")
    func lines() async throws {
        try await withFolder { folder in
            let path = folder + "/news.txt"
            let channel = FileChannel(path: path)
            #expect(await channel.deliver(message("one\ntwo")).word == "done")
            #expect(await channel.deliver(message("three", isLate: true)).word == "done")
            let written = try text(path)
            #expect(written == "one\n  two\n(late, from 1970-01-01T00:00:00.000Z) three\n")
        }
    }

    @Test("as JSON Lines gets the events as they are, and late ones say so")
    func json() async throws {
        try await withFolder { folder in
            let path = folder + "/news.ndjson"
            let channel = FileChannel(path: path, format: .json)
            #expect(channel.form == .cloudEvent)
            _ = await channel.deliver(message(#"{"id":"7-abc","type":"x"}"#))
            _ = await channel.deliver(message(#"{"id":"7-abc","type":"x"}"#, isLate: true))
            let written = try text(path)
            #expect(written == #"{"id":"7-abc","type":"x"}"# + "\n" + #"{"id":"7-abc","late":true,"type":"x"}"# + "\n")
        }
    }

    @Test("a line torn by a crash does not swallow the next one")
    func torn() async throws {
        try await withFolder { folder in
            let path = folder + "/news.txt"
            try Data("half a li".utf8).write(to: URL(fileURLWithPath: path))
            _ = await FileChannel(path: path).deliver(message("whole"))
            let written = try text(path)
            #expect(written == "half a li\nwhole\n")
        }
    }

    @Test("that cannot be written is tried again, and the reason names it")
    func unwritable() async {
        let answer = await FileChannel(path: "/nonexistent/news.txt").deliver(message("x"))
        guard case .retry(nil, let reason) = answer.outcome else {
            Issue.record("it was \(answer.word)")
            return
        }
        #expect(reason.contains("/nonexistent/news.txt") && reason.contains("No such file"))
    }

    @Test("messages sent at once stay whole lines")
    func concurrent() async throws {
        try await withFolder { folder in
            let path = folder + "/news.txt"
            let channel = FileChannel(path: path)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        _ = await channel.deliver(message("\(number) " + String(repeating: "x", count: 3000)))
                    }
                }
            }
            let lines = try text(path).split(separator: "\n")
            #expect(Set(lines.compactMap { $0.split(separator: " ").first }).count == 40)
            #expect(lines.allSatisfy { $0.hasSuffix("x") })
        }
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
}

@Suite("The table of answers")
struct AnswerTableTests {
    @Test(
        "statuses",
        arguments: [
            (200, "done"), (202, "done"), (204, "done"), (301, "park"), (304, "park"), (400, "park"), (401, "park"),
            (404, "park"), (408, "retry"), (410, "park"), (413, "park"), (422, "park"), (429, "retry"), (500, "retry"),
            (501, "park"),
            (502, "retry"), (503, "retry"), (504, "retry"),
        ])
    func statuses(_ status: Int, _ word: String) {
        #expect(AnswerTable.answer(.status(status)).word == word)
        #expect(AnswerTable.answer(.fault(.status(status, retryAfter: nil))).word == word)
        #expect(AnswerTable.answer(.status(status)).status == status)
    }

    @Test("Retry-After is handed on", arguments: [429, 503])
    func retryAfter(_ status: Int) {
        #expect(AnswerTable.answer(.fault(.status(status, retryAfter: 40))).word == "retry after 40")
        #expect(AnswerTable.answer(.fault(.status(status, retryAfter: 90_000))).word == "retry after 90000")
    }

    @Test(
        "a mail server's replies: 4yz for now, 5yz for good, and what is to be done",
        arguments: [
            (250, "done", ""), (421, "retry", "the mail server answered 421: no"), (450, "retry", "450"),
            (451, "retry", "451"), (452, "retry", "452"),
            (535, "park", "535: no; check the channel's user and password"),
            (530, "park", "user and password"), (550, "park", "550: no; check the addresses in from and to"),
            (552, "park", "shorten the reactor's message"), (554, "park", "ask whoever runs the mail server"),
        ])
    func replies(_ code: Int, _ word: String, _ said: String) {
        let answer = AnswerTable.answer(reply: MailReply(code: code, text: "no"))
        #expect(answer.word == word && answer.status == code)
        switch answer.outcome {
        case .retry(_, let reason), .park(let reason): #expect(reason.contains(said))
        default: break
        }
    }

    @Test(
        "faults",
        arguments: [
            (Fault.hungUp, "retry"), (.timeout(.answering, seconds: 15), "retry"),
            (.connectFailed(host: "h", port: 1), "retry"), (.nameNotFound(host: "h"), "retry"),
            (.certificate(host: "h", reason: "expired"), "park"), (.invalidURL("x"), "park"),
            (.cancelled, "interrupted"),
        ])
    func faults(_ fault: Fault, _ word: String) {
        #expect(AnswerTable.answer(.fault(fault)).word == word)
    }
}
