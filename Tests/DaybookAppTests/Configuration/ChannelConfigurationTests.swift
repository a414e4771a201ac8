// Channels over HTTP and by mail in daybook.yaml: what they need, and what is said of what is wrong.

import Reactors
import Testing
import Transport

@testable import DaybookApp

@Suite("Channels in the configuration")
struct ChannelConfigurationTests {
    private static let environment = ["T": "12:t0ken", "URL": "https://hooks.example/SECRET"]

    private func yaml(_ channel: String) -> String { "watches: {}\nchannels: { c: { \(channel) } }\n" }

    @Test(
        "what is wrong is told in a sentence, before anything starts",
        arguments: [
            ("preset: slack", "c.http: {url} has no value; give it one under \"with\""),
            (
                "with: { a: b }, http: \"https://x.example/{a}\", file: x",
                "c: only one of file and http can be; remove the other"
            ),
            ("preset: slcak", "c.preset: there is no preset \"slcak\"; did you mean \"slack\"?"),
            ("preset: newegg", "c.preset: the preset \"newegg\" is for a watch, not for a channel"),
            ("preset: telegram, with: { chat: 5 }", "c.http: {token} has no value; give it one under \"with\""),
            (
                "preset: ntfy, with: { topic: t, toppic: u }",
                "c.with.toppic: neither http nor headers nor body has a place for this value"
            ),
            (
                "preset: ntfy, with: { topic: t, server: nowhere }",
                "c.http: with the values of \"with\" in it this is no usable URL"
            ),
            (
                "http: \"https://x.example/{id}\", with: { id: 5 }",
                "c.with.id: {id} stands for the message's id already; choose another name"
            ),
            ("http: ftp://x.example", "c.http: expected a URL such as https://example.org/, got \"ftp://x.example\""),
            ("http: \"${env:T}\"", "c.http: the references in it do not make a usable URL of it"),
            (
                "http: \"https://x.example\", body: '{\"a\": {{text}}}'",
                "c.body: the body does not come out as JSON with a message in it; put every {{…}} between double quotes, with two "
                    + "braces and not three"
            ),
            ("http: \"https://x.example\", method: GET", "c.method: expected one of POST, PUT or PATCH, got \"GET\""),
            ("file: x, body: y", "c: the key \"body\" means something only beside \"http\""),
            (
                "file: x, timeout: 3s",
                "c: the key \"timeout\" means something only beside \"webhook\", \"http\", \"smtp\", \"ses\", \"sns\", \"sqs\" or \"exec\""
            ),
            ("http: \"https://x.example\", timeout: 0s", "c.timeout: expected a duration that is longer than nothing"),
            ("smtp: \"smtps://m.example\", from: a@b.example", "c: the key \"to\" is missing: who the mail is to"),
            (
                "smtp: m.example, from: a@b.example, to: c@d.example",
                "c.smtp: expected a mail server such as smtps://mail.example"
            ),
            (
                "smtp: \"smtp://me:pw@m.example\", from: a@b.example, to: c@d.example",
                "c.smtp: a user or a password does not stand in the URL; give them as user and password"
            ),
            (
                "smtp: \"smtps://m.example\", from: nobody, to: c@d.example",
                "c.from: \"nobody\" is no mail address; write ann@mag.example or Ann <ann@mag.example>"
            ),
            (
                "smtp: \"smtps://m.example\", from: a@b.example, to: [c@d.example, \"x@y z\"]",
                "c.to[2]: \"x@y z\" is no mail address; write ann@mag.example or Ann <ann@mag.example>"
            ),
            (
                "smtp: \"smtp://m.example\", tls: none, user: me, password: \"${env:T}\", from: a@b.example, to: c@d.example",
                "c.password: with tls: none everybody on the way could read the password; remove tls, or the password"
            ),
            (
                "smtp: \"smtps://m.example\", user: me, from: a@b.example, to: c@d.example",
                "c.user: user and password are given together or not at all"
            ),
            (
                "smtp: \"smtps://m.example\", tls: none, from: a@b.example, to: c@d.example",
                "c.tls: smtps:// is always encrypted; remove this, or write smtp://"
            ),
        ])
    func wrong(channel: String, said: String) {
        let told = problems(yaml(channel), secrets: secrets(Self.environment))
        #expect(told == ["daybook.yaml:2: channels.\(said)"])
    }

    @Test(
        "a mail server's port and encryption follow from its URL, and only a server on this machine is spoken to in the clear unasked",
        arguments: [
            ("smtps://m.example", nil, 465, .fromTheStart), ("smtp://m.example", nil, 587, .startTLS),
            ("smtp://m.example:25", "none", 25, MailRequest.Encryption.none), ("smtp://localhost", nil, 25, .none),
            ("smtp://127.0.0.1:2525", nil, 2525, .none), ("smtp://[::1]:2525", nil, 2525, .none),
            ("smtp://localhost", "required", 25, .startTLS), ("smtp://127.0.0.1.evil.example", nil, 587, .startTLS),
        ] as [(String, String?, Int, MailRequest.Encryption)])
    func servers(url: String, tls: String?, port: Int, encryption: MailRequest.Encryption) throws {
        let key = tls.map { ", tls: \($0)" } ?? ""
        let text = yaml("smtp: \"\(url)\", from: a@b.example, to: c@d.example\(key)")
        guard case .smtp(_, let server, _) = try parse(text).channels[0].definition else {
            Issue.record("no channel for mail")
            return
        }
        #expect(server.port == port && server.encryption == encryption)
    }

    @Test("what is on record has references and no secret, and the preset's own keys")
    func recorded() throws {
        let configuration = try parse(
            yaml("preset: telegram, with: { token: \"${env:T}\", chat: 5 }"), secrets: secrets(Self.environment))
        let text = configuration.normalisedText
        #expect(
            text.contains("token: \"${env:T}\"") && text.contains("chat: \"5\"")
                && text.contains("bot{token}/sendMessage"))
        #expect(!text.contains("t0ken") && configuration.warnings.isEmpty)
        #expect(!"\(configuration)".contains("t0ken"))
        let literal = try parse(yaml("preset: matrix, with: { server: \"https://m.example\", room: r, token: t0ken }"))
        #expect(!literal.normalisedText.contains("t0ken") && literal.warnings.count == 1)
        let mail = try parse(
            yaml(
                "smtp: \"smtps://m.example\", user: me, password: \"${env:T}\", from: a@b.example, to: \"{{fields.owner}}\""
            ),
            secrets: secrets(Self.environment))
        #expect(mail.normalisedText.contains("password: \"${env:T}\"") && !mail.normalisedText.contains("t0ken"))
        #expect(!"\(mail)".contains("t0ken"))
    }

    @Test("the presets for channels are right, are listed and say what they need")
    func presets() async throws {
        for preset in Preset.channels {
            guard case .success(let entries) = preset.entries(for: .channel, secrets()) else {
                Issue.record("\(preset.name) is not right")
                continue
            }
            #expect(entries.contains { $0.name == "about" } && entries.contains { $0.name == "shorten" })
            #expect(try await said("show", preset.name) == preset.text)
        }
        let list = try await said("list")
        #expect(["slack", "discord", "ntfy", "telegram", "matrix", "newegg"].allSatisfy { list.contains($0) })
    }

    private func said(_ arguments: String...) async throws -> String {
        let recorder = Recorder()
        let console = recorder.console
        let status = await DaybookApplication().run(["presets"] + arguments, console: console)
        console.flush()
        try #require(status == .done)
        return recorder.output
    }
}
