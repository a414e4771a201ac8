// Bits that flip in a log, and files that are cut: noticed, named, decided rightly.

import CanonicalJSON
import Dispatch
import EventLog
import Foundation
import Synchronization
import Testing

@testable import LogSimulation

@Suite(.timeLimit(.minutes(10)))
struct FlipTests {
    @Test("one bit of every byte of a log of 1 MiB flipped: each is noticed, its block named, and the next block found")
    func everyByte() async throws {
        let campaign = try FlipCampaign(bytes: 1 << 20)
        let (flips, problems) = await withCheckedContinuation { answer in
            DispatchQueue.global().async { answer.resume(returning: Self.flip(campaign)) }
        }
        #expect(problems.isEmpty, "\(problems.prefix(5))")
        #expect(flips == campaign.size && flips >= 1 << 20)
    }

    private static func flip(_ campaign: FlipCampaign) -> (Int, [String]) {
        let found = Mutex<(Int, [String])>((0, []))
        DispatchQueue.concurrentPerform(iterations: 16) { slice in
            let range = campaign.blockCount * slice / 16..<campaign.blockCount * (slice + 1) / 16
            let (flips, problems) = (try? campaign.problems(blocks: range) { [UInt8($0 * 7 % 8)] }) ?? (0, ["\(range)"])
            found.withLock { $0 = ($0.0 + flips, $0.1 + problems) }
        }
        return found.withLock { $0 }
    }

    @Test("through all layers too: a verification names the block, and everything else is read")
    func allLayers() throws {
        let campaign = try FlipCampaign(bytes: 40_000)
        var random = SeededRandom(2)
        for _ in 0..<40 {
            let problems = try campaign.problems(flipping: random.below(campaign.size), bit: UInt8(random.below(8)))
            #expect(problems.isEmpty, "\(problems)")
        }
    }
}
