// Workloads from a seed on, for so many minutes; or one workload, or one crash point of it, told call by call.

import Glibc
import LogSimulation
import Synchronization

struct CrashCommand {
    private var minutes: Double?
    private var seed: UInt64?
    private var call: Int?
    private var mistake: SimulatedMistake?
    private var operations: Int?
    private var isTraced = false

    /// Nil where the arguments are none of its.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            if option == "--trace" {
                isTraced = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch option {
            case "--minutes": minutes = Double(value)
            case "--seed": seed = UInt64(value)
            case "--call": call = Int(value)
            case "--operations": operations = Int(value)
            case "--mistake": mistake = SimulatedMistake(rawValue: value)
            default: return nil
            }
        }
    }

    static func usage() -> Int32 {
        print(
            """
            usage: tools/fuzz crash [--minutes N] [--seed S]     workloads from seed S (1) on, for N minutes (1)
                   tools/fuzz crash --seed S --trace             that one alone, with every call
                   tools/fuzz crash --seed S --call C            that one alone, and of it the crash before call C
                   … --operations N                              with workloads of N operations (10)
                   … --mistake M                                 with a mistake made beneath the log, to see that it is found:
                                                                 \(SimulatedMistake.allCases.map(\.rawValue).joined(separator: ", "))
            """)
        return 2
    }

    func run() -> Int32 {
        var campaign = CrashCampaign(mistake: mistake)
        if let operations { campaign.operations = operations }
        if let seed, minutes == nil {
            campaign.run(seed: seed, only: call, trace: isTraced ? { print($0) } : nil)
        } else {
            keepOn(&campaign)
        }
        print(campaign.summary)
        return campaign.failures.isEmpty ? 0 : 1
    }

    private func keepOn(_ campaign: inout CrashCampaign) {
        let started = now()
        let end = started + (minutes ?? 1) * 60
        var told = started
        campaign.run(from: seed ?? 1) { campaign in
            if now() - told >= 10 {
                told = now()
                print("\(Int(told - started)) s: \(campaign.progress)")
                fflush(nil)
            }
            return now() >= end || campaign.failures.count >= 10
        }
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension CrashCampaign {
    var progress: String {
        "\(workloads) workloads, \(calls) calls, \(distinct.count) distinct crash points, \(failures.count) failures"
    }

    var summary: String {
        let kinds = byOperation.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.prefix(12)
        let table = kinds.map { "  \($0.value) in: \($0.key)" }
        return (failures.map(\.description) + [progress] + table).joined(separator: "\n")
    }
}
