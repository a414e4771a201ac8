// Folds a log into the newest title, room and abstract of each stream: fields are found on whichever core is free, and put
// together in the log's order.

import CanonicalJSON
import EventLog
import Foundation
import Projections

struct StreamFold {
    private let data: String

    init(data: String) { self.data = data }

    /// Where in an event's data the values lie, as JSON.
    private struct Fields: Sendable {
        var title = 0..<0
        var room = 0..<0
        var abstract = 0..<0

        init(_ data: UnsafeRawBufferPointer) throws {
            var members = try CanonicalMembers(data)
            while let member = try members.next() {
                switch member.key.count {
                case 6 where member.key.elementsEqual("\"room\"".utf8): room = Self.place(of: member.value, in: data)
                case 7 where member.key.elementsEqual("\"title\"".utf8): title = Self.place(of: member.value, in: data)
                case 10 where member.key.elementsEqual("\"abstract\"".utf8):
                    abstract = Self.place(of: member.value, in: data)
                default: break
                }
            }
        }

        private static func place(
            of value: UnsafeRawBufferPointer, in data: UnsafeRawBufferPointer
        ) -> Range<Int> {
            guard let base = data.baseAddress, let start = value.baseAddress else { return 0..<0 }
            return base.distance(to: start)..<base.distance(to: start) + value.count
        }
    }

    /// A stream's newest fields, where they lie: in a batch that stays as long as anything points into it.
    private struct Newest {
        var batch: EventBatch
        var index: Int
        var fields: Fields
    }

    /// `file` gets a line for each stream, for whoever compares.
    func run(writing file: String?) throws -> JSON {
        let began = ContinuousClock.now
        let log = try EventLog.open(data, create: false)
        var newest: [StreamID: Newest] = [:]
        try log.forEachBatch(before: log.end(), transform: Self.fields) { batch, found in
            for (index, (stream, fields)) in try found.get().enumerated() {
                newest[stream] = Newest(batch: batch, index: index, fields: fields)
            }
        }
        let seconds = (ContinuousClock.now - began).seconds
        if let file {
            let rows = newest.map { $0.subject + "\t" + Self.text($1) + "\n" }.sorted()
            try rows.joined().write(toFile: file, atomically: false, encoding: .utf8)
        }
        return ["streams": JSON(newest.count), "seconds": .number(seconds)]
    }

    @Sendable private static func fields(_ batch: EventBatch) -> Result<[(StreamID, Fields)], any Error> {
        Result {
            var found: [(StreamID, Fields)] = []
            found.reserveCapacity(batch.count)
            try batch.forEach { found.append(($0.stream, try Fields($0.data))) }
            return found
        }
    }

    private static func text(_ newest: Newest) -> String {
        let fields = newest.fields
        let values = newest.batch.withEvent(at: newest.index) { event in
            [fields.title, fields.room, fields.abstract].map { range in
                String(decoding: UnsafeRawBufferPointer(rebasing: event.data[range]), as: UTF8.self)
            }
        }
        return (values ?? []).joined(separator: "\t")
    }
}
