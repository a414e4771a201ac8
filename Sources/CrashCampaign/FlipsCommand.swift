// Every bit of a log of 1 MiB, block by block, on all cores.

import Dispatch
import Glibc
import LogSimulation
import Synchronization

struct FlipsCommand {
    init?(_ arguments: [String]) {
        if !arguments.isEmpty { return nil }
    }

    static func usage() -> Int32 {
        print("usage: tools/fuzz flips")
        return 2
    }

    func run() -> Int32 {
        do {
            let campaign = try FlipCampaign(bytes: 1 << 20)
            let (flips, problems) = try flipAll(campaign)
            problems.prefix(20).forEach { print($0) }
            print(
                "\(flips) flips in a log of \(campaign.size) bytes and \(campaign.blockCount) blocks; "
                    + "\(problems.count) not noticed, or not named, or not read around")
            return problems.isEmpty && flips == campaign.size * 8 ? 0 : 1
        } catch {
            print("\(error)")
            return 1
        }
    }

    private func flipAll(_ campaign: FlipCampaign) throws -> (Int, [String]) {
        let found = Mutex<(flips: Int, problems: [String])>((0, []))
        let slices = 64
        DispatchQueue.concurrentPerform(iterations: slices) { slice in
            let count = campaign.blockCount
            let range = count * slice / slices..<count * (slice + 1) / slices
            let (flips, problems) =
                (try? campaign.problems(blocks: range) { _ in Array(0..<8) }) ?? (
                    0, ["blocks \(range) could not be read"]
                )
            found.withLock { $0 = ($0.flips + flips, $0.problems + problems) }
            print("blocks \(range): \(flips) flips")
            fflush(nil)
        }
        return found.withLock { ($0.flips, $0.problems) }
    }
}
