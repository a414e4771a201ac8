// The list of deliveries on a narrow terminal, and what it says of those that are held.

import EventLog
import Testing

@testable import DaybookApp
@testable import Reactors

@Suite("Deliveries as text")
struct DeliveryTextTests {
    private let noon = Timestamp(millisecondsSinceEpoch: 1_795_262_400_000)

    private func delivery(
        _ state: DeliveryState, attempts: Int = 1, subject: String = "shop/a1", error: String? = nil,
        hold: Delivery.Hold? = nil, gathers: Int? = nil
    ) -> Delivery {
        Delivery(
            notification: NotificationKey(
                reactor: "announce", channel: "team",
                change: ChangeName(projection: "items", sequence: 1731, kind: "item.updated", subject: subject)),
            state: state, attempts: attempts, failures: 0, revision: 1, next: nil, isLate: false, message: nil,
            status: nil, error: error, time: noon, cause: nil, hold: hold, gathers: gathers)
    }

    @Test("what there is to say beside the change")
    func notes() {
        let until = noon.adding(seconds: 900)
        func what(_ delivery: Delivery) -> String { DeliveryText.what(delivery) }
        #expect(what(delivery(.delivered, attempts: 3)) == "item.updated shop/a1")
        #expect(
            what(delivery(.parked, attempts: 8, error: "it answered 500"))
                == "item.updated shop/a1  (8 tries; it answered 500)")
        #expect(what(delivery(.held, attempts: 0, error: "shadow")) == "item.updated shop/a1  (shadow)")
        #expect(
            what(delivery(.held, attempts: 0, error: "…", hold: .init(reason: .quiet, until: until, toldIn: nil)))
                == "item.updated shop/a1  (quiet: held until \(EventText.clock(until)) UTC, then told with others)")
        #expect(
            what(delivery(.held, hold: .init(reason: .digest, until: until, toldIn: "1740-7cd1f0b2a4de90c1b8e2f6a3")))
                == "item.updated shop/a1  (digest: told in 1740-7cd1f0)")
        #expect(what(delivery(.delivered, gathers: 12)) == "item.updated shop/a1  (tells 12 changes)")
    }

    @Test(
        "on a terminal no line is longer than it is wide, and the id is enough of one to be found",
        arguments: [60, 80, 120])
    func narrow(width: Int) throws {
        let said = Recorder(isTerminal: true, width: width)
        let row = delivery(.parked, attempts: 8, subject: "shop/" + String(repeating: "x", count: 200), error: "busy")
        DeliveryText.list([row], on: said.console)
        let lines = said.lines
        #expect(lines.count == 2 && lines.allSatisfy { displayWidth($0) <= width })
        #expect(lines[0].contains("parked") && lines[0].hasSuffix(width < 80 ? "…" : "announce -> team"))
        let id = try #require(lines[0].split(separator: " ").first)
        #expect(row.id.hasPrefix(id) && id.count == 11)
        #expect(lines[1].hasPrefix("    item.updated shop/xxx") && lines[1].hasSuffix("…"))
    }

    @Test("elsewhere all of it stands in one line")
    func whole() throws {
        let said = Recorder()
        let row = delivery(.parked, attempts: 8, error: "busy")
        let console = said.console
        DeliveryText.list([row], on: console)
        console.flush()
        #expect(said.lines.count == 2 && said.lines[1].contains(row.id) && said.lines[1].hasSuffix("(8 tries; busy)"))
    }
}
