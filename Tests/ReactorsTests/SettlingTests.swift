import EventLog
import Testing

@testable import Reactors

/// Of a dispatcher that runs on, as a service's does, on the real clock.
@Suite("When all has been told", .timeLimit(.minutes(5)))
struct SettlingTests {
    private func running(
        _ channel: ScriptedChannel, _ body: (Book, Dispatcher) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            try await book.look(["A": "one", "B": "two"])
            let dispatcher = try Dispatcher(
                log: book.log, engine: book.engine, projections: ["sessions"], reactors: [telling()],
                channels: ["out": channel])
            try await dispatcher.start()
            let service = Task { try await dispatcher.run() }
            do { try await body(book, dispatcher) } catch {
                service.cancel()
                throw error
            }
            service.cancel()
            _ = try await service.value
        }
    }

    /// Asks until the loop is there to answer.
    private func settled(_ dispatcher: Dispatcher, _ book: Book, wait: Duration = .seconds(30)) async throws
        -> DispatchReport
    {
        while true {
            if let report = await dispatcher.settled(through: try book.log.end(), wait: wait) { return report }
            try await pause()
        }
    }

    @Test("one is told what was done meanwhile")
    func told() async throws {
        let out = ScriptedChannel()
        try await running(out) { book, dispatcher in
            try await book.look(["A": "one, again", "B": "two, again"])
            var delivered = 0
            while delivered < 2 { delivered += try await settled(dispatcher, book).delivered }
            #expect(delivered == 2 && out.told.count == 2)
        }
    }

    @Test("what is to be tried again later than one waits is not waited for, but counted")
    func later() async throws {
        let out = ScriptedChannel(["w/A": [.retry(after: 3600, reason: "later")]])
        try await running(out) { book, dispatcher in
            try await book.look(["A": "one, again", "B": "two, again"])
            var report = DispatchReport()
            while report.waiting != 1 || out.told.count < 2 {
                report = try await settled(dispatcher, book, wait: .seconds(5))
            }
            #expect(report.waiting == 1 && out.told.count == 2)
        }
    }

    @Test("one is not left waiting where nobody dispatches, or the loop ends")
    func nobody() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let out = ScriptedChannel(["w/A": [.retry(after: 3600, reason: "later")]])
            let dispatcher = try book.dispatcher([telling()], ["out": out])
            #expect(await dispatcher.settled(through: 10, wait: .seconds(3600)) == nil)
        }
        var asking: Task<DispatchReport?, Never>?
        try await running(ScriptedChannel()) { book, dispatcher in
            // Beyond the log's end: only the end of the loop answers.
            let end = try book.log.end() + 1000
            asking = Task { await dispatcher.settled(through: end, wait: .seconds(3600)) }
        }
        #expect(await asking?.value == nil)
    }

    @Test("the lease can be handed to another dispatcher of the same process")
    func resigning() async throws {
        try await withFolder { folder in
            let book = try Book(folder)
            let first = try book.dispatcher([telling()], ["out": ScriptedChannel()])
            let second = try book.dispatcher([telling()], ["out": ScriptedChannel()])
            #expect(try await first.start())
            #expect(try await !second.start())
            first.resign()
            #expect(try await second.start())
        }
    }
}
