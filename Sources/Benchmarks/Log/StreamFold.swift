// Folds a log into the newest title, room and abstract of each stream, on all cores: whoever is free takes a batch and adds it to a
// part of its own; the parts are put together at the end.

import CanonicalJSON
import EventLog
import Foundation
import Projections
import Synchronization

struct StreamFold {
    private let data: String

    init(data: String) { self.data = data }

    /// `file` gets a line for each stream, for whoever compares.
    func run(writing file: String?) throws -> JSON {
        let began = ContinuousClock.now
        let log = try EventLog.open(data, create: false)
        let parts = FoldParts()
        try log.forEachBatch(before: log.end(), transform: parts.add) { _, added in try added.get() }
        let sessions = parts.merged()
        let seconds = (ContinuousClock.now - began).seconds
        if let file {
            let rows = sessions.rows.map { $0 + "\n" }.sorted()
            try rows.joined().write(toFile: file, atomically: false, encoding: .utf8)
        }
        return ["streams": JSON(sessions.count), "seconds": .number(seconds)]
    }
}

/// The parts that are being made, each in the hands of one thread at a time.
final class FoldParts: Sendable {
    private let idle = Mutex<[SendablePart]>([])

    /// Sendable although a fold is not: from `take` to `give` one thread has it.
    private final class SendablePart: @unchecked Sendable {
        var fold = SessionFold()
    }

    @Sendable func add(_ batch: EventBatch) -> Result<Void, any Error> {
        let part = idle.withLock { $0.popLast() } ?? SendablePart()
        defer { idle.withLock { $0.append(part) } }
        return Result { try part.fold.add(batch) }
    }

    func merged() -> SessionFold {
        let parts = idle.withLock { $0 }
        guard var whole = parts.first?.fold else { return SessionFold() }
        for part in parts.dropFirst() { whole.add(part.fold) }
        return whole
    }
}

/// What is newest in some of a log's events; it does not matter in which order they come.
struct SessionFold {
    /// A session's newest event: where its fields lie, in a batch that stays as long as anything points into it.
    private struct Newest {
        var sequence: UInt64
        var batch: EventBatch
        var fields: SessionFields
    }

    private var subjects = SubjectTable()
    private var newest: [Newest] = []

    var count: Int { newest.count }

    mutating func add(_ batch: EventBatch) throws {
        try batch.forEach { event in
            let number = subjects.number(of: event.subject.raw)
            let fields = try SessionFields(event.data)
            take(Newest(sequence: event.sequence, batch: batch, fields: fields), number)
        }
    }

    mutating func add(_ other: SessionFold) {
        for number in 0..<other.count {
            let subject = Array(other.subjects.subject(number).utf8)
            let own = subject.withUnsafeBytes { subjects.number(of: $0) }
            take(other.newest[number], own)
        }
    }

    private mutating func take(_ candidate: Newest, _ number: Int) {
        if number == newest.count {
            newest.append(candidate)
        } else if newest[number].sequence < candidate.sequence {
            newest[number] = candidate
        }
    }

    /// Subject, title, room and abstract, the latter as JSON.
    var rows: [String] {
        newest.enumerated().map { number, session in
            let event = Int(session.sequence - session.batch.first)
            let texts = session.batch.withEvent(at: event) { session.fields.texts(in: $0.data) } ?? []
            return ([subjects.subject(number)] + texts).joined(separator: "\t")
        }
    }
}

/// Where in an event's data the values lie, as JSON.
struct SessionFields {
    private var title: Range<UInt32> = 0..<0
    private var room: Range<UInt32> = 0..<0
    private var abstract: Range<UInt32> = 0..<0

    init(_ data: UnsafeRawBufferPointer) throws {
        var members = try CanonicalMembers(data)
        while let member = try members.next() {
            if Self.equal(member.key, "\"room\"") {
                room = Self.place(of: member.value, in: data)
            } else if Self.equal(member.key, "\"abstract\"") {
                abstract = Self.place(of: member.value, in: data)
            } else if Self.equal(member.key, "\"title\"") {
                title = Self.place(of: member.value, in: data)
                // Keys are in their order: neither of the others can follow.
                break
            }
        }
    }

    private static func equal(_ key: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        guard key.count == name.utf8CodeUnitCount, let base = key.baseAddress else { return false }
        return memcmp(base, name.utf8Start, key.count) == 0
    }

    private static func place(of value: UnsafeRawBufferPointer, in data: UnsafeRawBufferPointer) -> Range<UInt32> {
        guard let base = data.baseAddress, let start = value.baseAddress else { return 0..<0 }
        let offset = UInt32(base.distance(to: start))
        return offset..<offset + UInt32(value.count)
    }

    func texts(in data: UnsafeRawBufferPointer) -> [String] {
        [title, room, abstract].map { range in
            let bytes = data[Int(range.lowerBound)..<Int(range.upperBound)]
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes), as: UTF8.self)
        }
    }
}
