// What the process uses, how large the daybook is and how long questions take, at one moment of the year.

import CLinux
import CanonicalJSON
import DaybookApp
import EventLog
import Foundation
import GRDBSQLite
import Projections

struct Measurement {
    let at: Timestamp
    /// Of the simulated time.
    let fraction: Double
    /// Since the beginning, in real time.
    let seconds: Double
    let looks: Int
    let cpuSeconds: Double
    /// Bytes in memory (VmRSS).
    let resident: Int
    /// Bytes allocated and not freed.
    let heap: Int
    /// Of these, SQLite's, which are mostly its caches of pages.
    let sqlite: Int
    let descriptors: Int
    let threads: Int
    let events: UInt64
    let logBytes: Int
    let dataBytes: Int
    let listSeconds: Double
    let historySeconds: Double
    let statusSeconds: Double

    /// - Parameter item: whose history is asked for.
    init(_ place: Place, at: Timestamp, fraction: Double, seconds: Double, looks: Int, item: String) throws {
        self.at = at
        self.fraction = fraction
        self.seconds = seconds
        self.looks = looks
        cpuSeconds = Double(clock()) / Double(CLOCKS_PER_SEC)
        resident = Self.status("VmRSS:") * 1024
        threads = Self.status("Threads:")
        heap = daybook_heap_bytes()
        sqlite = Int(sqlite3_memory_used())
        // One of them reads the folder.
        descriptors = (try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) - 1
        events = try place.log.end()
        logBytes = Self.size(of: place.log.dataDirectory + "/log")
        dataBytes = Self.size(of: place.log.dataDirectory)
        listSeconds = try Self.median { _ = try place.engine.read("items") { try ItemQuery($0).list().count } }
        historySeconds = try Self.median { _ = try place.engine.read("items") { try ItemQuery($0).history(item) } }
        statusSeconds = try Self.median { _ = try place.engine.read("runs") { try RunQuery($0).watches() } }
    }

    private static func status(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static func size(of folder: String) -> Int {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.reduce(0) { sum, name in
            let found = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            guard found?[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + (found?[.size] as? Int ?? 0)
        }
    }

    private static func median(_ body: () throws -> Void) throws -> Double {
        let seconds = try (0..<5).map { _ in try ContinuousClock().measure(body) / .seconds(1) }
        return seconds.sorted()[2]
    }

    var json: JSON {
        [
            "at": .string(at.description), "fraction": .number(fraction), "seconds": .number(seconds),
            "looks": JSON(looks), "cpuSeconds": .number(cpuSeconds), "resident": JSON(resident), "heap": JSON(heap),
            "sqlite": JSON(sqlite),
            "descriptors": JSON(descriptors), "threads": JSON(threads), "events": JSON(Int(events)),
            "logBytes": JSON(logBytes), "dataBytes": JSON(dataBytes), "listSeconds": .number(listSeconds),
            "historySeconds": .number(historySeconds), "statusSeconds": .number(statusSeconds),
        ]
    }
}

/// The measurements as rows, printed as they come.
struct MeasurementTable {
    private var last: Measurement?

    func printHeadings() {
        Swift.print(
            "      day     looks  looks/s  CPU ms  RSS MB  heap MB  SQLite MB  fds  threads   events   log MB  data MB  list ms  history ms  status ms"
        )
        fflush(nil)
    }

    mutating func print(_ row: Measurement) {
        let seconds = row.seconds - (last?.seconds ?? 0)
        let looks = Double(row.looks - (last?.looks ?? 0))
        let cpu = row.cpuSeconds - (last?.cpuSeconds ?? 0)
        let cells: [(String, Int)] = [
            (String(row.at.description.prefix(10)), 10), ("\(row.looks)", 8), (text(looks / seconds, 0), 7),
            (text(cpu / looks * 1e3, 2), 6), (text(Double(row.resident) / 1e6, 1), 6),
            (text(Double(row.heap) / 1e6, 1), 7), (text(Double(row.sqlite) / 1e6, 1), 9),
            ("\(row.descriptors)", 3), ("\(row.threads)", 7),
            ("\(row.events)", 7), (text(Double(row.logBytes) / 1e6, 1), 7), (text(Double(row.dataBytes) / 1e6, 1), 7),
            (text(row.listSeconds * 1e3, 1), 7), (text(row.historySeconds * 1e3, 2), 10),
            (text(row.statusSeconds * 1e3, 2), 9),
        ]
        Swift.print(
            cells.map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }.joined(separator: "  "))
        fflush(nil)
        last = row
    }

    private func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
