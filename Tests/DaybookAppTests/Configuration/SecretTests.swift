// Secrets: references are followed, values are never shown.

import Ingestors
import Reactors
import Testing
import Transport

@testable import DaybookApp

private let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

@Suite("Secrets")
struct SecretTests {
    private func hook(_ secret: String) -> String {
        "watches: {}\nchannels:\n  hook: { webhook: \"https://example.org/\", secret: \"\(secret)\" }\n"
    }

    /// What a webhook signs with tells which key it has, which itself it does not tell.
    private func signature(of configuration: Configuration) -> String? {
        guard case .webhook(_, let secret, _)? = configuration.channels.first?.definition else { return nil }
        return secret?.signature(id: "1", timestamp: 1, body: [])
    }

    @Test("A secret is taken from the environment, or from a file without its last line break")
    func references() throws {
        let environment = try parse(hook("${env:HOOK}"), secrets: secrets(["HOOK": key]))
        let file = try parse(hook("${file:./hook.key}"), secrets: secrets(files: ["./hook.key": key + "\n"]))
        let signature = try WebhookSecret(key).signature(id: "1", timestamp: 1, body: [])
        #expect(self.signature(of: environment) == signature)
        #expect(self.signature(of: file) == signature)
        #expect(environment.warnings.isEmpty)
    }

    @Test("A reference stays one in the normalised text; a secret written out is masked there, and warned of")
    func normalised() throws {
        let reference = try parse(hook("${env:HOOK}"), secrets: secrets(["HOOK": key]))
        #expect(reference.normalisedText.contains(#"secret: "${env:HOOK}""#))
        let literal = try parse(hook(key))
        #expect(signature(of: literal) != nil)
        #expect(literal.normalisedText.contains(#"secret: "***""#))
        #expect(!literal.normalisedText.contains("MfKQ"))
        #expect(
            literal.warnings.map(\.description) == [
                "daybook.yaml:3: channels.hook.secret: a secret is written out here; better a reference, ${env:NAME} or ${file:PATH}"
            ])
    }

    @Test(
        "A reference that leads nowhere is refused by name",
        arguments: [
            ("${env:HOOK}", "the environment variable HOOK is not set"),
            ("${env:EMPTY}", "the environment variable EMPTY is empty"),
            ("${file:nowhere}", "the file nowhere cannot be read (relative paths begin where daybook.yaml is)"),
            ("${HOOK}", #"expected a reference such as ${env:NAME} or ${file:PATH}, got "${HOOK}""#),
            ("${env:}", #"expected a reference such as ${env:NAME} or ${file:PATH}, got "${env:}""#),
            ("${env:HOOK", "a reference without its closing brace; write ${env:NAME} or ${file:PATH}"),
        ])
    func unresolvable(reference: String, said: String) {
        #expect(
            problems(hook(reference), secrets: secrets(["EMPTY": ""])) == [
                "daybook.yaml:3: channels.hook.secret: \(said)"
            ])
    }

    @Test("Headers take references beside other text; those whose name says so are masked where written out")
    func headers() throws {
        let yaml = """
            watches:
              w:
                kind: items
                fetch:
                  url: "https://example.org/"
                  headers: { Authorization: "Bearer ${env:T}", X-Api-Key: plain-as-day, Accept-Language: de }
                items: li
                key: "@id"
                fields: { name: a }
            """
        let configuration = try parse(yaml, secrets: secrets(["T": "t0p"]))
        #expect(
            configuration.watches[0].fetch.headers.fields.map(\.value) == ["Bearer t0p", "plain-as-day", "de"])
        #expect(configuration.normalisedText.contains("Bearer ${env:T}"))
        #expect(!configuration.normalisedText.contains("plain-as-day"))
        #expect(configuration.normalisedText.contains(#""Accept-Language": "de""#))
        #expect(configuration.warnings.map(\.path) == ["watches.w.fetch.headers.X-Api-Key"])
        let broken = problems(yaml, secrets: secrets(["T": "a\r\nHost: evil"]))
        #expect(
            broken == [
                "daybook.yaml:6: watches.w.fetch.headers.Authorization: a header's value cannot hold line breaks or control characters"
            ])
    }

    @Test("A webhook's URL takes references, and what they lead to is not shown when it is wrong")
    func urls() {
        let yaml = "watches: {}\nchannels: { hook: { webhook: \"${env:URL}\" } }\n"
        #expect(problems(yaml, secrets: secrets(["URL": "https://hooks.example/T0P"])).isEmpty)
        #expect(
            problems(yaml, secrets: secrets(["URL": "T0P"]))
                == ["daybook.yaml:2: channels.hook.webhook: the references in it do not make a usable URL of it"])
    }

    @Test("A secret shows itself nowhere")
    func hidden() throws {
        let secret = Secret("T0P")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(Optional(secret) as Any)", "\([secret])"] {
            #expect(!text.contains("T0P"))
        }
        for yaml in [hook("${env:HOOK}"), hook(key)] {
            let configuration = try parse(yaml, secrets: secrets(["HOOK": key]))
            var all = ""
            dump(configuration.channels, to: &all)
            dump(configuration.warnings, to: &all)
            #expect(!all.contains("MfKQ") && !configuration.normalisedText.contains("MfKQ"))
        }
    }
}
