// Mail to a real server, read back as Python's email library reads it, and to one that misbehaves.

import CanonicalJSON
import EventLog
import Foundation
import Testing
import Transport

@testable import Reactors

/// A program of tools/testing that serves until its standard input ends.
private final class Served {
    /// The first line that it printed.
    let line: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ program: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        process.executableURL = root.appending(path: "tools/testing/" + program)
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        line = Self.readLine(output.fileHandleForReading)
        try #require(!line.isEmpty, "\(program) did not start")
    }

    deinit { process.terminate() }

    func ask(_ question: String) throws -> JSON {
        try input.fileHandleForWriting.write(contentsOf: Data((question + "\n").utf8))
        return try JSON.parse(Array(Self.readLine(output.fileHandleForReading).utf8))
    }

    /// Ends it, and gives what else it printed.
    func end() throws -> String {
        try input.fileHandleForWriting.close()
        return String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    private static func readLine(_ handle: FileHandle) -> String {
        var line = Data()
        while case let piece = handle.availableData, !piece.isEmpty {
            line += piece
            if line.last == UInt8(ascii: "\n") { break }
        }
        return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}

private func client(trusting authorities: String? = nil) -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.proxies = .none
    configuration.authorities = authorities
    return HTTPClient(configuration: configuration)
}

private func message(_ notice: Notice, isLate: Bool = false) -> RenderedMessage {
    RenderedMessage(
        key: "7-abc", kind: "alarm.changed", subject: "mugs", time: Timestamp(millisecondsSinceEpoch: 0),
        body: notice.bytes, type: Notice.type, isLate: isLate)
}

private func told(_ answer: ChannelAnswer) -> (word: String, reason: String) {
    switch answer.outcome {
    case .done: ("done", "")
    case .retry(_, let reason): ("retry", reason)
    case .park(let reason): ("park", reason)
    case .skip, .interrupted: ("other", "")
    }
}

@Suite("Mail to a real server", .timeLimit(.minutes(5)))
struct SMTPChannelTests {
    private let change: JSON = ["kind": "alarm.changed", "fields": ["owner": "bob@mail.test"]]

    /// A channel to the server that `told` describes.
    private func channel(
        _ told: JSON, _ encryption: MailRequest.Encryption, to: [String], password: String? = nil,
        trusted: Bool = true
    ) throws -> SMTPChannel {
        let user = try #require(told["user"]?.stringValue)
        let secret = try #require(password ?? told["password"]?.stringValue)
        let port = try #require(told[encryption == .fromTheStart ? "smtps" : "submission"]?.intValue)
        let letter = LetterDefinition(
            from: try MailAddress("Daybook Größe <ann@mail.test>"), to: try to.map { try MessageTemplate($0) })
        return SMTPChannel(
            letter,
            server: MailServer(
                host: "localhost", port: port, encryption: encryption, login: .init(user: user, password: secret)),
            client: client(trusting: trusted ? told["authorities"]?.stringValue : nil),
            now: { Timestamp(millisecondsSinceEpoch: 1_795_725_800_000) })
    }

    @Test("text and HTML arrive as they were, under headers that are right, the same id on every try")
    func delivered() async throws {
        let server = try Served("mail_server")
        let settings = try JSON.parse(Array(server.line.utf8))
        let subject = "„Größe“ \u{1F9C1} " + String(repeating: "sehr lang ", count: 12) + "\r\nBcc: eve@mail.test"
        let text =
            "alarm <mugs> & more\n.\n..two dots\n- alt: ü\n+ neu: \u{1F9C1} https://x.example/?a=1&b=2\nFrom here\n"
            + String(repeating: "x", count: 2000)
        let notice = Notice(subject: subject, text: text, change: change)
        for encryption in [MailRequest.Encryption.fromTheStart, .startTLS] {
            let channel = try channel(
                settings, encryption, to: ["Ann <ann@mail.test>", "{{fields.owner}}", "ann@mail.test"])
            let answer = await channel.deliver(message(notice))
            #expect(told(answer) == ("done", "") && answer.status == 250)
        }
        let mails = try #require(try server.ask("4").arrayValue)
        #expect(
            mails.compactMap { $0["to"]?.stringValue }.sorted() == [
                "ann@mail.test", "ann@mail.test", "bob@mail.test", "bob@mail.test",
            ])
        for mail in mails {
            #expect(mail["defects"] == [] && mail["type"] == "multipart/alternative")
            #expect(mail["text"]?.stringValue == text)
            let html = mail["html"]?.stringValue ?? ""
            #expect(
                html.contains("alarm &lt;mugs&gt; &amp; more")
                    && html.contains("neu: \u{1F9C1} <a href=\"https://x.example/?a=1&amp;b=2\">"))
            let headers = try #require(mail["headers"])
            let shown = SafeText.visible(subject).trimmingCharacters(in: .whitespaces)
            #expect(headers["subject"] == [.string(shown)] && shown.contains("\u{1F9C1}"))
            #expect(headers["from"] == ["Daybook Größe <ann@mail.test>"])
            #expect(headers["to"] == ["Ann <ann@mail.test>, bob@mail.test"])
            #expect(headers["message-id"] == ["<7-abc@mail.test>"] && headers["auto-submitted"] == ["auto-generated"])
            #expect(headers["date"] == ["Thu, 26 Nov 2026 20:43:20 +0000"] && headers["bcc"] == nil)
            #expect(mail["head"]?.stringValue?.utf8.allSatisfy { $0 < 0x80 } == true)
        }
    }

    @Test(
        "what the server refuses for good is parked, what it refuses for now is tried again, and neither reaches half of the recipients"
    )
    func refused() async throws {
        let server = try Served("mail_server")
        let settings = try JSON.parse(Array(server.line.utf8))
        let fine = Notice(subject: "one", text: "text", change: change)
        let nobody = told(
            await (try channel(settings, .startTLS, to: ["bob@mail.test", "nobody@mail.test"])).deliver(message(fine)))
        #expect(nobody.word == "park" && nobody.reason.contains("550") && nobody.reason.contains("check the addresses"))
        let later = told(
            await (try channel(settings, .startTLS, to: ["bob@mail.test"])).deliver(
                message(Notice(subject: "not now", text: "text"))))
        #expect(later.word == "retry" && later.reason.contains("451"), "\(later)")
        let stranger = told(
            await (try channel(settings, .fromTheStart, to: ["bob@mail.test"], password: "secret word")).deliver(
                message(fine)))
        #expect(
            stranger.word == "park" && stranger.reason.contains("check the channel's user and password"), "\(stranger)")
        #expect(!stranger.reason.contains("secret word"))
        let untrusted = told(
            await (try channel(settings, .startTLS, to: ["bob@mail.test"], trusted: false)).deliver(message(fine)))
        #expect(untrusted.word == "park" && untrusted.reason.contains("the certificate of localhost"), "\(untrusted)")
        let late = told(
            await (try channel(settings, .startTLS, to: ["bob@mail.test"])).deliver(message(fine, isLate: true)))
        #expect(late.word == "done")
        #expect(try server.ask("1").arrayValue?.map { $0["headers"]?["subject"] } == [["late: one"]])
    }

    @Test("a recipient that comes out as no address parks the mail, and nothing is sent")
    func badRecipient() async throws {
        let letter = LetterDefinition(
            from: try MailAddress("a@b.example"), to: [try MessageTemplate("{{fields.owner}}")])
        let server = MailServer(host: "127.0.0.1", port: 1, encryption: .none)
        let channel = SMTPChannel(letter, server: server, client: client())
        for owner in ["", "x@y.example\r\nRCPT TO:<z@y.example>", "a@b.example,c@d.example"] {
            let answer = told(
                await channel.deliver(
                    message(Notice(subject: "s", text: "t", change: ["fields": ["owner": .string(owner)]]))))
            #expect(answer.word == "park" && answer.reason.contains("is no mail address"))
        }
    }
}

@Suite("Mail to a server that misbehaves", .timeLimit(.minutes(5)))
struct UnsoundMailServerTests {
    private func answer(_ recipient: String, port: Int, _ encryption: MailRequest.Encryption = .none) async throws -> (
        word: String, reason: String
    ) {
        let letter = LetterDefinition(from: try MailAddress("a@b.example"), to: [try MessageTemplate(recipient)])
        let channel = SMTPChannel(
            letter, server: MailServer(host: "127.0.0.1", port: port, encryption: encryption), client: client(),
            timeout: .seconds(1))
        return told(await channel.deliver(message(Notice(subject: "s", text: "t"))))
    }

    @Test(
        "by the table",
        arguments: [
            ("ann@c.example", "done", ""), ("421@c.example", "retry", "421"), ("450@c.example", "retry", "450"),
            ("550@c.example", "park", "550: 5.0.0 as asked; check the addresses"), ("552@c.example", "park", "552"),
            ("data451@c.example", "retry", "451: not this"),
            ("data554@c.example", "park", "554: not this; ask whoever"),
            ("hangup@c.example", "retry", ""), ("garbage@c.example", "retry", ""),
            ("silence@c.example", "retry", "not done within 1 s"),
        ])
    func table(recipient: String, word: String, said: String) async throws {
        let server = try Served("smtp_standin.py")
        let answer = try await answer(recipient, port: try #require(Int(server.line)))
        #expect(answer.word == word && (said.isEmpty || answer.reason.contains(said)), "\(answer)")
    }

    @Test("a server that does not offer STARTTLS, or none at all, is told nothing, and the mail is tried again")
    func unencrypted() async throws {
        let server = try Served("smtp_standin.py")
        let port = try #require(Int(server.line))
        for encryption in [MailRequest.Encryption.startTLS, .fromTheStart] {
            let answer = try await answer("ann@c.example", port: port, encryption)
            #expect(answer.word == "retry" && answer.reason.contains("no encrypted connection"), "\(answer)")
        }
        let commands = try server.end()
        #expect(
            commands.contains("EHLO") && !commands.contains("MAIL") && !commands.contains("AUTH")
                && !commands.contains("DATA"))
        #expect(try await answer("ann@c.example", port: 1).word == "retry")
    }
}
