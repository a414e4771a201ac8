// Finding an event's block without a walk through its segment: never behind it, never far before it, and over damage too.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite struct BlockSearchTests {
    let folder = TemporaryFolder()
    private static let count: UInt64 = 3000

    /// A segment of commits of one event to two hundred, so that its blocks are of many sizes; the text hardly packs.
    private func grow() async throws -> (LogDirectory, any LogFile) {
        let log = try EventLog.open(folder.data, create: true)
        var drafts = Drafts()
        var random = SystemRandomNumberGenerator()
        while try log.end() < Self.count {
            let size = try min(Int(Self.count - log.end()), drafts.number % 200 + 1)
            try await log.append(
                (0..<size).map { _ in
                    let text = (0..<80).map { _ in String(random.next(), radix: 36) }.joined()
                    return drafts.next(data: ["text": .string(text)])
                })
        }
        log.close()
        let directory = LogDirectory(data: folder.data, files: SystemFileSystem())
        return (directory, try directory.files.open(directory.path(0), .write))
    }

    @Test("every event is found from a block at or before it, and not far before")
    func near() async throws {
        let (directory, file) = try await grow()
        let search = BlockSearch(directory: directory, file: file, segment: 0)
        for sequence in stride(from: UInt64(0), to: Self.count, by: 37) {
            let (offset, first) = try search.near(sequence)
            #expect(first <= sequence)
            var scanner = try directory.scanner(file, 0, offset: offset, expected: first)
            while scanner.expected <= sequence, case .block? = try scanner.next() {}
            #expect(scanner.expected > sequence)
            #expect(scanner.offset - offset <= 3 * Block.sizeMax)
        }
    }

    @Test("what is not there yet would come at the file's end")
    func beyond() async throws {
        let (directory, file) = try await grow()
        let (offset, first) = try BlockSearch(directory: directory, file: file, segment: 0).near(65_535)
        let size = try file.size()
        #expect(first < Self.count)
        #expect(size - offset <= 2 * Block.sizeMax)
    }

    @Test("damage in between hides nothing but itself")
    func damage() async throws {
        let (directory, file) = try await grow()
        try file.write([UInt8](repeating: 0, count: 20_000), at: file.size() / 2)
        for sequence in [100, 1000, 1400, 1600, 2000, 2999] as [UInt64] {
            let (offset, first) = try BlockSearch(directory: directory, file: file, segment: 0).near(sequence)
            #expect(first <= sequence)
            var scanner = try directory.scanner(file, 0, offset: offset, expected: first)
            let step = try scanner.next()
            guard case .block(let block)? = step else {
                Issue.record("no block at \(offset)")
                continue
            }
            #expect(block.header.first == first)
        }
    }
}
