import CanonicalJSON
import EventLog
import Foundation
import Testing
import Transport

@testable import Reactors

/// tools/testing/webhook_receiver.py, with what it has got. Ends when this does, with its standard input.
private final class Receiver {
    struct Delivery: Decodable {
        let id: String
        let timestamp: Int
        let subject: String
        let type: String
        let late: String?
        let answer: String
        let signed: Bool
        let eventId: String
        let sha256: String
        let version: Int
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let base: String
    let client = Receiver.makeClient()
    /// For the test's own requests, so that deliveries begin on connections of their own.
    private let control = Receiver.makeClient()
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("tools/testing/webhook_receiver.py").path
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = line.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(base.hasPrefix("http://"), "the receiver did not start")
    }

    deinit { process.terminate() }

    private static func makeClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.proxies = .none
        return HTTPClient(configuration: configuration)
    }

    func plan(_ plan: JSON) async throws {
        _ = try await control.fetch(
            HTTPRequest(url: base + "/plan", method: "POST", body: plan.canonicalBytes), retries: 0)
    }

    func got() async throws -> [Delivery] {
        let body = try await control.fetch(HTTPRequest(url: base + "/got"), retries: 0).response.body
        return try body.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Delivery.self, from: Data($0))
        }
    }

    func channel(_ time: TestTime, path: String = "/hook") throws -> WebhookChannel {
        WebhookChannel(
            url: base + path, secret: try WebhookSecret(Self.secret), client: client, timeout: .seconds(10),
            now: { time.now })
    }
}

@Suite("Webhooks", .timeLimit(.minutes(5)), .serialized)
struct WebhookTests {
    @Test("each change arrives once, signed, as a CloudEvent whose id is the key")
    func delivered() async throws {
        try await withFolder { folder in
            let (book, receiver) = (try Book(folder), try Receiver())
            let channels = ["out": try receiver.channel(book.time)]
            try await book.look(["A": "1"])
            try await book.dispatch([telling()], channels)
            try await book.look(["A": "2", "B": "1"])
            try await book.look(["A": "3", "B": "1"])
            #expect(try await book.dispatch([telling()], channels).delivered == 3)
            let got = try await receiver.got()
            #expect(got.count == 3 && !got.contains { !$0.signed })
            #expect(Set(got.map(\.id)).count == 3 && got.allSatisfy { $0.id == $0.eventId })
            #expect(got.filter { $0.subject == "w/A" }.map(\.version) == [2, 3])
            #expect(Set(got.map(\.type)) == ["session.updated", "session.added"])
            #expect(try book.events(["notification.delivered"]).allSatisfy { $0.data["status"] == 204 })
            #expect(Set(try book.deliveries().map { $0.message?.digest.hex }) == Set(got.map(\.sha256)))
        }
    }

    @Test("a receiver that misbehaves gets the same id again, in order, no earlier than it asked for")
    func misbehaving() async throws {
        try await withFolder { folder in
            let (book, receiver) = (try Book(folder), try Receiver())
            let channels = ["out": try receiver.channel(book.time)]
            try await receiver.plan(["w/A": ["drop", "503 after 7", 500], "w/B": [410], "w/C": [302]])
            try await book.look(["A": "1", "B": "1", "C": "1"])
            try await book.dispatch([telling()], channels)
            // A by itself: on a connection that another delivery has left, libcurl would try a dropped one again unseen.
            try await book.look(["A": "2", "B": "1", "C": "1"])
            try await book.look(["A": "3", "B": "1", "C": "1"])
            let dropped = try await book.dispatch([telling()], channels)
            #expect(dropped.delivered == 2 && dropped.failed == 3 && dropped.parked == 0)
            try await book.look(["A": "3", "B": "2", "C": "2"])
            try await book.look(["A": "3", "B": "3", "C": "2"])
            let refused = try await book.dispatch([telling()], channels)
            #expect(refused.delivered == 1 && refused.failed == 0 && refused.parked == 2)

            let got = try await receiver.got()
            #expect(!got.contains { !$0.signed })
            let a = got.filter { $0.subject == "w/A" }
            #expect(a.map(\.answer) == ["drop", "503 after 7", "500", "204", "204"])
            #expect(a.map(\.version) == [2, 2, 2, 2, 3])
            #expect(Set(a.prefix(4).map(\.id)).count == 1 && Set(a.prefix(4).map(\.sha256)).count == 1)
            #expect(a[2].timestamp - a[1].timestamp >= 7)
            #expect(got.filter { $0.subject == "w/B" }.map(\.answer) == ["410", "204"])
            #expect(got.filter { $0.subject == "w/C" }.map(\.answer) == ["302"], "a redirect is not followed")

            let parked = try Deliveries(log: book.log).list(state: .parked)
            #expect(parked.map(\.status) == [410, 302])
            let failed = try book.events(["notification.failed"])
            #expect(failed.map { $0.data["status"] } == [nil, 503, 500])

            try await Deliveries(log: book.log).retry(parked[0].id, source: "/cli/me", now: book.time.now)
            try await book.dispatch([telling()], channels)
            let late = try #require(try await receiver.got().last)
            #expect(late.late == "true" && late.id == parked[0].notification.key && late.answer == "204")
        }
    }

    @Test("a URL is a secret: it is in no record and no reason")
    func secretURL() async throws {
        try await withFolder { folder in
            let (book, receiver) = (try Book(folder), try Receiver())
            try await book.look(["A": "1"])
            var addresses = [receiver.base + "/hook/SECRET?token=SECRET", "http://127.0.0.1:1/SECRET?token=SECRET"]
            addresses.append("http://user name.invalid/SECRET")
            for (index, address) in addresses.enumerated() {
                let channel = WebhookChannel(url: address, secret: nil, client: receiver.client, now: { book.time.now })
                let reactor = telling {
                    $0.name = "r\(index)"
                    $0.retry.attempts = 1
                }
                try await receiver.plan(["w/A": [500]])
                try await book.dispatch([reactor], ["out": channel])
                try await book.look(["A": "\(index) of these"])
                #expect(try await book.dispatch([reactor], ["out": channel]).parked == 1)
            }
            let lines = try (0..<book.log.end()).compactMap { try book.log.event(at: $0)?.line }
            #expect(!lines.isEmpty && !lines.contains { $0.contains("SECRET") })
        }
    }
}
