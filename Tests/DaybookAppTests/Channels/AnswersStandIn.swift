// A service that answers as it is told to, and a channel to it as daybook.yaml describes one.

import CanonicalJSON
import EventLog
import Foundation
import Reactors
import Testing
import Transport

@testable import DaybookApp

/// tools/testing/answers_standin.py. Ends when this does, with its standard input.
final class AnswersStandIn {
    struct Got: Decodable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: String
    }

    let base: String
    let client = AnswersStandIn.makeClient()
    /// For the test's own requests, so that those of channels begin on connections of their own.
    private let control = AnswersStandIn.makeClient()
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", projectRoot.appending(path: "tools/testing/answers_standin.py").path()]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = line.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(base.hasPrefix("http://"), "the stand-in did not start")
    }

    deinit { process.terminate() }

    private static func makeClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.proxies = .none
        return HTTPClient(configuration: configuration)
    }

    /// What is answered to whatever comes for `/name`.
    func plan(_ name: String, _ answer: JSON) async throws {
        let plan = JSON.object(JSONObject([(name, answer)]))
        _ = try await control.fetch(
            HTTPRequest(url: base + "/plan", method: "POST", body: plan.canonicalBytes), retries: 0)
    }

    func got(_ name: String) async throws -> [Got] {
        let body = try await control.fetch(HTTPRequest(url: base + "/got/" + name), retries: 0).response.body
        return try body.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Got.self, from: Data($0)) }
    }

    /// A channel that the file describes in one line.
    func channel(_ yaml: String, environment: [String: String] = [:]) throws -> any Channel {
        let configuration = try parse("watches: {}\nchannels: { c: \(yaml) }\n", secrets: secrets(environment))
        return try #require(configuration.channels.first).definition.channel(
            named: "c", client: client, terminal: TerminalChannel(isColoured: false) { _ in },
            host: ProgramHost(data: "/nowhere"))
    }
}

/// A message for people, as the dispatcher hands it over.
func notice(
    headline: String = "mugs: ALARM", text: String = "alarm mugs is ALARM", change: JSON = ["kind": "alarm.changed"],
    isLate: Bool = false
) -> RenderedMessage {
    let body: JSON = ["subject": .string(headline), "text": .string(text), "change": change]
    return RenderedMessage(
        key: "7-abc", kind: "alarm.changed", subject: "mugs", time: Timestamp(millisecondsSinceEpoch: 0),
        body: body.canonicalBytes, type: "application/json", isLate: isLate)
}

extension ChannelAnswer {
    /// `done`, `retry`, `park`; what is said, and how long to wait.
    var parts: (word: String, reason: String, after: Double?) {
        switch outcome {
        case .done: ("done", "", nil)
        case .retry(let after, let reason): ("retry", reason, after)
        case .skip(let reason): ("skip", reason, nil)
        case .park(let reason): ("park", reason, nil)
        case .interrupted: ("interrupted", "", nil)
        }
    }
}
