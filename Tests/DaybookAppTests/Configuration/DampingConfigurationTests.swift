// A reactor's digest, quiet and damp: what they become, and what is said about wrong ones.

import Foundation
import Reactors
import Testing

@testable import DaybookApp

@Suite("Damping in the configuration")
struct DampingConfigurationTests {
    private func yaml(_ reactor: String) -> String {
        "watches:\n\(soundWatch)\nchannels: { team: { terminal: true } }\nreactors:\n  r: { on: session.*, \(reactor) }\n"
    }

    @Test("every key has its meaning")
    func everyKey() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let text =
            "to: team, digest: 15m, quiet: 22:00-07:00, timezone: Europe/Berlin, digest-subject: s, digest-message: m"
        let reactor = try #require(try parse(yaml(text)).reactors.first)
        #expect(reactor.damping == Damping(digestSeconds: 900, quiet: QuietHours("22:00-07:00", in: berlin)))
        #expect(reactor.digestSubject?.text == "s" && reactor.digestMessage?.text == "m")
        let damped = try #require(try parse(yaml("to: team, damp: 3 in 1h")).reactors.first)
        #expect(damped.damping == Damping(flapping: Damping.Flapping(count: 3, seconds: 3600)))
        #expect(try parse(yaml("to: team")).reactors.first?.damping == nil)
        let utc = try #require(try parse(yaml("to: team, quiet: 1:00-2:00")).reactors.first)
        #expect(utc.damping?.quiet == QuietHours("01:00-02:00", in: try #require(TimeZone(identifier: "UTC"))))
    }

    @Test(
        "what is wrong is told with what would be right",
        arguments: [
            ("to: team, digest: soon", "digest: expected a duration"),
            ("to: team, digest: 0s", "digest: expected a duration from 100ms to 7d"),
            ("to: team, digest: 8d", "digest: expected a duration from 100ms to 7d"),
            ("to: team, quiet: night", "quiet: expected two different times of day such as 22:00-07:00"),
            ("to: team, quiet: 22:00-22:00", "quiet: expected two different times of day"),
            ("to: team, damp: 3", "damp: expected how many changes in how long, such as 3 in 1h"),
            ("to: team, damp: 0 in 1h", "damp: expected how many changes"),
            ("to: team, damp: 3 in 1h, digest: 15m", "only one of"),
            ("to: team, timezone: Europe/Berlin", "\"timezone\" means something only beside \"quiet\""),
            ("to: team, digest-message: x", "digest-message: this means something only beside"),
            ("exec: /bin/cat, quiet: 22:00-07:00", "quiet: nothing is held back from a program that reacts itself"),
        ])
    func wrong(reactor: String, sentence: String) throws {
        let problems = problems(yaml(reactor))
        #expect(problems.contains { $0.contains(sentence) }, "\(problems)")
    }
}
