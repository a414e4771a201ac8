// Ten thousand crash points, and the proof that the campaign finds what it is there to find.

import Foundation
import Testing

@testable import LogSimulation

@Suite(.timeLimit(.minutes(10)))
struct CrashCampaignTests {
    /// Runs on a thread of its own: what computes for long must not hold up the pool.
    private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { answer in Thread.detachNewThread { answer.resume(returning: body()) } }
    }

    private static let pointsMin = 10_000

    @Test("at ten thousand crash points nothing acknowledged is lost, nothing half there, and nothing seen is gone")
    func tenThousand() async {
        async let first = onThread { Self.campaign(from: 1, points: Self.pointsMin / 2 + 400) }
        async let second = onThread { Self.campaign(from: 1_000_000, points: Self.pointsMin / 2 + 400) }
        let campaigns = await [first, second]
        for failure in campaigns.flatMap(\.failures) { Issue.record("\(failure)") }
        let distinct = campaigns[0].distinct.union(campaigns[1].distinct)
        #expect(distinct.count >= Self.pointsMin)
        let kinds = campaigns[0].byOperation
        for operation in Operation.table where operation.name.hasPrefix("append") {
            #expect(kinds[operation.name] ?? 0 > 0, "no crash point in: \(operation.name)")
        }
    }

    private static func campaign(from seed: UInt64, points: Int) -> CrashCampaign {
        var campaign = CrashCampaign()
        campaign.run(from: seed) { $0.distinct.count >= points || !$0.failures.isEmpty }
        return campaign
    }

    @Test("a seed is the same history every time, to the call")
    func deterministic() async {
        let histories = await onThread {
            (0..<2).map { _ in
                var calls: [String] = []
                var campaign = CrashCampaign()
                for seed in 1...6 as ClosedRange<UInt64> { campaign.run(seed: seed, trace: { calls.append($0) }) }
                return (calls, campaign.distinct)
            }
        }
        #expect(histories[0].0 == histories[1].0 && histories[0].1 == histories[1].1)
        #expect(histories[0].1.count > 100)
    }

    @Test("a mistake is found within the same ten thousand", arguments: SimulatedMistake.allCases)
    func mistakes(mistake: SimulatedMistake) async throws {
        let campaign = await onThread {
            var campaign = CrashCampaign(mistake: mistake)
            campaign.run(from: 1) { $0.distinct.count >= Self.pointsMin || !$0.failures.isEmpty }
            return campaign
        }
        let failure = try #require(campaign.failures.first, "\(mistake) was not found")
        // And its seed and call alone show it again.
        let again = await onThread {
            var again = CrashCampaign(mistake: mistake)
            again.run(seed: failure.seed, only: failure.call)
            return again
        }
        #expect(again.failures.contains { $0.call == failure.call && $0.problems == failure.problems })
        #expect(failure.description.contains(failure.command))
    }
}
