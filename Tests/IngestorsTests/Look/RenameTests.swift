import CanonicalJSON
import EventLog
import Foundation
import Observations
import Testing

@testable import Ingestors

@Suite("Looking at a watch that was renamed", .timeLimit(.minutes(5)))
struct LookRenameTests {
    private func rename(_ was: String, to name: String, in book: Book) async throws {
        let draft = EventDraft(
            type: WatchRenamed.type, source: "/cli/test", subject: name, id: EventID(run: .make(), number: 1),
            time: book.time, data: try WatchRenamed(was: was).json())
        try await book.log.append([draft])
    }

    @Test("nothing is new under the new name but what is new")
    func goesOn() async throws {
        let book = try Book()
        try await book.site.put("shelf", shelf("A=1 B=1"))
        _ = try await book.look(try book.watch())
        try await rename("w", to: "v", in: book)
        let watch = try book.watch { $0.name = "v" }
        let same = try await book.look(watch)
        #expect(same.summary.changed == 0 && same.summary.absent == 0 && same.summary.unchanged == 2)
        #expect(same.summary.notModified == same.summary.requests)
        try await book.site.put("shelf", shelf("A=2"))
        let other = try await book.look(watch)
        #expect(other.summary.changed == 1 && other.summary.absent == 1)
        #expect(try book.events().suffix(3).map(\.subject) == ["v/A", "v/B", "v"])
        // A process that still has the old file sees the same watch.
        for definition in [watch, try book.watch(), watch] {
            let again = try await book.look(definition)
            #expect(again.summary.changed == 0 && again.summary.absent == 0)
        }
    }

    @Test("what is appended meanwhile under any name is noticed", arguments: ["w", "v"])
    func meanwhile(name: String) async throws {
        let book = try Book()
        try await rename("w", to: "v", in: book)
        let state = try RecordedState(of: "v", .items, in: book.log)
        func draft(_ subject: String) -> EventDraft {
            EventDraft(
                type: "item.observed", source: "/import/someone", subject: subject,
                id: EventID(run: .make(), number: 1), time: book.time, data: ["is": "1"])
        }
        try await book.log.append([draft("\(name)/A")])
        await #expect(throws: LogError.self) {
            try await book.log.append([draft("v/B")], conditions: state.untouched)
        }
    }

    @Test("misses in a row count on over the new name")
    func confirmation() async throws {
        let book = try Book()
        try await book.site.put("shelf", shelf((1...20).map { "K\($0)=1" }.joined(separator: " ")))
        let expect = Ingestors.Expectation(confirm: 3, confirmOver: 3_600)
        _ = try await book.look(try book.watch(expect: expect))
        try await book.site.put("shelf", shelf("K1=1"))
        for _ in 0..<2 {
            book.wait(seconds: 1_800)
            #expect(try await book.look(try book.watch(expect: expect)).outcome == .suspect)
        }
        try await rename("w", to: "v", in: book)
        book.wait(seconds: 1_800)
        #expect(try await book.look(try book.watch(expect: expect) { $0.name = "v" }).summary.absent == 19)
    }

    @Test("one process with the old name and one with the new never look at once")
    func lease() async throws {
        let book = try Book()
        try await book.site.put("shelf", shelf("A=1"))
        _ = try await book.look(try book.watch())
        try await rename("w", to: "v", in: book)
        let lease = open(book.folder + "/locks/watch-w", O_RDWR)
        defer { close(lease) }
        #expect(flock(lease, LOCK_EX | LOCK_NB) == 0)
        await #expect(throws: IngestError.self) { try await book.look(try book.watch { $0.name = "v" }) }
    }

    @Test("names are told from the log, over chains and back")
    func names() async throws {
        let book = try Book()
        for (was, name) in [("a", "b"), ("x", "y"), ("b", "c"), ("c", "a")] {
            try await rename(was, to: name, in: book)
        }
        let names = try WatchNames(of: "b", in: book.log)
        #expect(names.all == ["a", "b", "c"] && names.current == "a" && names.first == "a")
        #expect(try WatchNames(of: "x", in: book.log).current == "y")
        #expect(try WatchNames(of: "other", in: book.log).all == ["other"])
    }
}
