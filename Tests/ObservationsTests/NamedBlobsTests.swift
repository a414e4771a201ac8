// Which blobs an event names, told from the event as the log has it.

import CanonicalJSON
import EventLog
import Foundation
import Observations
import Testing

@Suite struct NamedBlobsTests {
    private static let hex = String(repeating: "ab", count: 32)

    private func named(_ type: String, _ data: JSON, evidence: String? = nil) async throws -> Int {
        let folder = NSTemporaryDirectory() + "named-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try EventLog.open(folder, create: true)
        defer { log.close() }
        try await log.append([
            EventDraft(
                type: type, source: "/watches/w", subject: "w", id: EventID(run: .make(), number: 1), time: .now(),
                evidence: evidence, data: data)
        ])
        var count = 0
        try log.forEachBatch(from: 0) { batch in
            batch.forEach { count += NamedBlobs.of($0).count }
            return true
        }
        return count
    }

    @Test func everyTypeOfTheRegisterThatRefersToABlobNamesIt() async throws {
        for type in EventType.all {
            let example = try JSON.parse(type.example)
            let refers = ["blob", "message", "missedIn"].contains { example[$0] != nil }
            #expect(try await named(type.name, example) == (refers ? 1 : 0), "\(type.name)")
        }
    }

    @Test func evidenceIsNamedUnlessItIsElsewhere() async throws {
        #expect(try await named("item.observed", [:], evidence: "sha256:" + Self.hex) == 1)
        #expect(try await named("item.observed", [:], evidence: "git:" + Self.hex + ":a/b") == 0)
    }

    @Test func whatAPageSaysNamesNothing() async throws {
        #expect(try await named("item.observed", ["sha256": .string(Self.hex)]) == 0)
        #expect(try await named("item.observed", ["text": .string("sha256:" + Self.hex)]) == 0)
    }

    @Test func digestsOfSomethingElseNameNothing() async throws {
        let digest = JSON.string("sha256:" + Self.hex)
        #expect(try await named("reactor.started", ["choice": digest, "from": "00000000000000000000"]) == 0)
        #expect(try await named("ticket.opened", ["blob": digest, "note": digest]) == 0)
    }

    @Test func referencesMayStandDeep() async throws {
        let part: JSON = ["name": "a.pdf", "sha256": .string(Self.hex), "size": 3]
        #expect(try await named("submission.received", ["attachments": [part, part], "text": part]) == 3)
        #expect(try await named("run.completed", ["note": .string("sha256:" + Self.hex.dropLast())]) == 0)
    }
}
