// Reads a folder of saved pages again and again on one thread: from bytes to items in canonical JSON.

import CanonicalJSON
import Extraction
import Foundation

/// Arguments: the folder, how many rounds, and the file that the items' titles are written to. Prints the CPU seconds of each round.
struct ExtractBenchmark {
    private let rounds: Int
    private let titlesFile: String
    private let pages: [(name: String, body: [UInt8])]
    private let rules: ItemRules

    struct Usage: Error, CustomStringConvertible {
        let description = "extract wants PAGES ROUNDS TITLES"
    }

    init(_ arguments: [String]) throws {
        guard arguments.count == 3, let rounds = Int(arguments[1]) else {
            throw Usage()
        }
        self.rounds = rounds
        titlesFile = arguments[2]
        pages = try FileManager.default.contentsOfDirectory(atPath: arguments[0]).sorted().map { name in
            (name, [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[0]).appendingPathComponent(name))))
        }
        rules = try ItemRules(
            items: ".sessionRow", key: "@id",
            fields: [
                ("code", FieldRule(select: ".abbreviation", match: #"^(\S+)"#)), ("title", FieldRule(".title")),
                ("abstract", FieldRule(select: ".abstract", remove: "a")), ("type", FieldRule(".type")),
                ("speakers", FieldRule(select: ".speakers", as: .lines)),
                ("room", FieldRule(select: ".sessionRoom", match: #"^\W*(.*)$"#)), ("status", FieldRule(".tooltip")),
            ])
    }

    func run() throws {
        var titles = ""
        try readAll { page, item, _ in titles += "\(page)\t\(item.key)\t\(item.fields["title"]?.stringValue ?? "")\n" }
        try titles.write(toFile: titlesFile, atomically: false, encoding: .utf8)
        for _ in 0..<rounds {
            let start = clock()
            var bytes = 0
            try readAll { bytes += $2.count }
            print(Double(clock() - start) / Double(CLOCKS_PER_SEC))
        }
    }

    /// `each` gets the page's name, the item, and its fields as JSON.
    private func readAll(_ each: (String, ReadItem, [UInt8]) -> Void) throws {
        var json: [UInt8] = []
        for (name, body) in pages {
            let page = try rules.read(body, mediaType: "text/html", charset: "utf-8", baseURL: "https://example.test/")
            for item in page.items {
                json.removeAll(keepingCapacity: true)
                item.fields.write(into: &json)
                each(name, item, json)
            }
        }
    }
}
