import CanonicalJSON
import EventLog
import Testing

@testable import Reactors

@Suite("Reading what was told before", .timeLimit(.minutes(5)))
struct ReadingUpTests {
    /// A daybook that has told some changes and has lost reactors.sqlite, and the deliveries that it knew.
    private func forgetful(_ folder: String) async throws -> (Book, [Delivery]) {
        let book = try Book(folder)
        let out = ScriptedChannel(["w/A": [.park(reason: "gone")]])
        try await book.look(["A": "1", "B": "1", "C": "1"])
        try await book.dispatch([telling()], ["out": out])
        try await book.look(["A": "2", "B": "2", "C": "2"])
        try await book.dispatch([telling()], ["out": out])
        let deliveries = try book.deliveries()
        #expect(deliveries.count == 3)
        try book.forget()
        return (book, deliveries)
    }

    @Test("is done in parts, and whoever goes on begins where the last one ended", arguments: [1, 2, 3, 7, 100])
    func parts(size: UInt64) async throws {
        try await withFolder { folder in
            let (book, deliveries) = try await forgetful(folder)
            let end = try book.log.end()
            var reached: UInt64 = 0
            while reached < end {
                // Each by another, as after a kill.
                let store = try DeliveryStore(log: book.log, eventsAtOnce: size)
                #expect(try store.reached() == reached)
                reached = min(reached + size, end)
                #expect(try store.takeInPart() == (reached == end))
            }
            #expect(try DeliveryStore(log: book.log).takeInPart())
            #expect(try book.deliveries() == deliveries)
        }
    }

    @Test("what others have read meanwhile is not read again")
    func together() async throws {
        try await withFolder { folder in
            let (book, deliveries) = try await forgetful(folder)
            let stores = try (0..<2).map { _ in try DeliveryStore(log: book.log, eventsAtOnce: 2) }
            for store in stores { #expect(try !store.takeInPart()) }
            #expect(try stores.map { try $0.reached() } == [4, 4])
            for store in stores { try store.catchUp() }
            #expect(try book.deliveries() == deliveries)
        }
    }

    @Test("is not waited for where a dispatcher starts, which knows its reactors from the log")
    func start() async throws {
        try await withFolder { folder in
            let (book, _) = try await forgetful(folder)
            let end = try book.log.end()
            let dispatcher = try book.dispatcher([telling()], ["out": ScriptedChannel()])
            #expect(try await dispatcher.start())
            #expect(try DeliveryStore(log: book.log).reached() == 0)
            #expect(try book.log.end() == end, "nothing was started anew")
        }
    }

    @Test("ends when the dispatcher is stopped, which tells nothing; what was read stays")
    func stopped() async throws {
        try await withFolder { folder in
            let (book, _) = try await forgetful(folder)
            // More than one part.
            let drafts = (0..<20_000).map { book.draft("session.observed", "w/\($0)", ["title": "1"]) }
            try await book.log.append(drafts, isDivisible: true)
            let out = ScriptedChannel()
            let dispatcher = try book.dispatcher([telling()], ["out": out])
            try await dispatcher.start()
            let driving = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await dispatcher.run()
            }
            #expect(try await driving.value == DispatchReport() && out.told.isEmpty)
            #expect(try DeliveryStore(log: book.log).reached() == 1 << 14)
        }
    }
}
