import Reactors
import Testing

@Suite("Standard Webhooks signatures")
struct WebhookSignatureTests {
    let published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test("the published example comes out")
    func example() throws {
        let signature = try WebhookSecret(published).signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("while keys are exchanged, each signs")
    func severalKeys() throws {
        let other = "whsec_" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
        let both = try WebhookSecret(published + " " + other).signature(id: "a", timestamp: 1, body: [])
        let parts = both.split(separator: " ").map(String.init)
        #expect(parts.count == 2)
        for (part, key) in zip(parts, [published, other]) {
            let alone = try WebhookSecret(key).signature(id: "a", timestamp: 1, body: [])
            #expect(part == alone)
        }
    }

    @Test(
        "what is no key is refused without being repeated",
        arguments: ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***", "whsec_c2hvcnQ=", "hunter2hunter2"])
    func refused(_ text: String) {
        let error = #expect(throws: ReactorError.self) { try WebhookSecret(text) }
        #expect(text.isEmpty || error.map { !"\($0)".contains(text) } == true)
    }

    @Test("a secret does not show itself")
    func hidden() throws {
        let secret = try WebhookSecret(published)
        #expect("\(secret)" == "whsec_…")
        #expect(String(reflecting: secret) == "whsec_…")
    }
}
