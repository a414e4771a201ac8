import Foundation
import Testing

@testable import Projections

@Suite("Sorting versions by item")
struct VersionRunsTests {
    private let folder = NSTemporaryDirectory()

    @Test(
        "comes to the same in any memory: item by item, and for each in the order in which they came", arguments: 0..<12
    )
    func sorts(seed: Int) throws {
        var chance = Chance(seed)
        var expected: [[String]] = Array(repeating: [], count: 20)
        let path = folder + "runs-\(UUID())"
        let runs = VersionRuns(path: path, byteCount: [100, 300, 2000, 100_000][seed % 4])
        for sequence in 0..<300 {
            let item = chance.below(20)
            let text = String(repeating: "é", count: chance.one(in: 20) ? chance.below(2000) : chance.below(20))
            let told = chance.below(3)
            expected[item].append("\(item) \(sequence) \(-sequence) \(told == 1) \(told == 0 ? "" : text) \(told)")
            try Array(text.utf8).withUnsafeBytes { text in
                let state: StateTold =
                    [.same, .splice(Splice(prefix: sequence, suffix: item, middle: text)), .whole(text)][told]
                try runs.add(
                    LoadedVersion(
                        sequence: UInt64(sequence), time: Int64(-sequence), isPresent: told == 1, state: state),
                    to: Int64(item))
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        var found: [String] = []
        try runs.drain { item, version in
            var text = ""
            var told = 0
            switch version.state {
            case .same: break
            case .splice(let splice):
                (text, told) = (String(decoding: splice.middle, as: UTF8.self), 1)
                #expect(splice.prefix == Int(version.sequence))
                #expect(splice.suffix == Int(item))
            case .whole(let whole): (text, told) = (String(decoding: whole, as: UTF8.self), 2)
            }
            found.append("\(item) \(version.sequence) \(version.time) \(version.isPresent) \(text) \(told)")
        }
        #expect(found == expected.flatMap { $0 })
        try runs.drain { _, _ in Issue.record("they are gone") }
    }

    @Test("says what is wrong where there is no place for the file")
    func noPlace() throws {
        let runs = VersionRuns(path: folder + "nowhere-\(UUID())/runs", byteCount: 50)
        let version = LoadedVersion(sequence: 0, time: 0, isPresent: true, state: .same)
        #expect(throws: ProjectionError.self) { for _ in 0..<2 { try runs.add(version, to: 1) } }
    }
}
