// Blobs: named by their bytes, checked when read.

import Foundation
import Testing

@testable import EventLog

struct BlobTests {
    let folder = TemporaryFolder()

    private func stored() -> [String] {
        (FileManager.default.enumerator(atPath: folder.data + "/blobs")?.compactMap { $0 as? String } ?? [])
            .filter { $0.contains("/") }.sorted()
    }

    @Test("what is put is got, under its digest, compressed where that pays")
    func roundTrip() throws {
        let blobs = try openLog(folder).blobs
        let page = Array(String(repeating: "<p>again</p>", count: 100).utf8)
        var random = SystemRandomNumberGenerator()
        let noise = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
        for bytes in [page, noise, [], [1]] {
            let blob = try blobs.put(bytes)
            #expect(blob.size == bytes.count && blob.digest == Digest.sha256(bytes))
            #expect(try blobs.get(blob.digest) == bytes && blobs.contains(blob.digest))
        }
        let names = stored()
        #expect(names.count == 4 && names.filter { $0.hasSuffix(".gz") }.count == 1)
        #expect(names.allSatisfy { $0.prefix(2) == $0.dropFirst(3).prefix(2) })
        #expect(try blobs.get(Digest.sha256([9])) == nil && !blobs.contains(Digest.sha256([9])))
    }

    @Test("putting again changes nothing")
    func idempotent() throws {
        let blobs = try openLog(folder).blobs
        let page = [UInt8](repeating: 65, count: 1_000)
        _ = try blobs.put(page)
        _ = try blobs.put(page)
        _ = try openLog(folder).blobs.put(page)
        #expect(stored().count == 1)
    }

    @Test("a file that does not hold what it is named by is an error to read, and mended by putting again")
    func damaged() throws {
        let log = try openLog(folder)
        for (bytes, junk) in [
            ([UInt8](repeating: 65, count: 1_000), [UInt8]()), (Array("short".utf8), Array("other".utf8)),
        ] {
            let blob = try log.blobs.put(bytes)
            let path = try #require(stored().first { $0.contains(blob.digest.hex) })
            try Data(junk).write(to: URL(fileURLWithPath: folder.data + "/blobs/" + path))
            #expect(throws: LogError.self) { try log.blobs.get(blob.digest) }
            let again = try openLog(folder).blobs
            _ = try again.put(bytes)
            #expect(try again.get(blob.digest) == bytes)
        }
    }

    @Test("all blobs put before a commit cost one sync, and none later")
    func durable() async throws {
        let system = FaultyFileSystem()
        let log = try openLog(folder.data, files: system)
        var drafts = Drafts()
        try await log.append([drafts.next()])
        #expect(system.plan.count(.syncAll) == 0)
        for number in 0..<5 as Range<UInt8> { _ = try log.blobs.put([number]) }
        try await log.append([drafts.next()])
        try await log.append([drafts.next()])
        _ = try log.blobs.put([1])
        try await log.append([drafts.next()])
        #expect(system.plan.count(.syncAll) == 1)
    }
}
