import CanonicalJSON
import EventLog
import Testing

@testable import Reactors

@Suite("What a silence holds, and what becomes of it")
struct AlarmSilenceTests {
    private let group = Damping.Group(reason: .silenced, since: at(10), until: at(60))

    private func change(_ kind: String = "alarm.changed", until: Timestamp? = nil) -> JSON {
        var change = JSONObject([("kind", .string(kind))])
        change["silenced"] = until.map { ["until": .string($0.description)] }
        return .object(change)
    }

    @Test("changes of a silenced alarm are held until the silence ends, and what follows with them")
    func holds() {
        #expect(Damping.hold(silenced: change(), with: nil) == nil)
        #expect(
            Damping.hold(silenced: change(until: at(90)), with: nil) == Damping.Hold(reason: .silenced, until: at(90)))
        #expect(
            Damping.hold(silenced: change(until: at(90)), with: group) == Damping.Hold(reason: .silenced, until: at(90))
        )
        #expect(Damping.hold(silenced: change(), with: group) == Damping.Hold(reason: .silenced, until: at(60)))
        #expect(Damping.hold(silenced: change("run.failed"), with: group) == nil, "a watch may be named like the alarm")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var before: SilenceEnd.State?
        var told: SilenceEnd.State?
        let current: SilenceEnd.State
        let held: [UInt64]
        /// What is said of each: `tell`, or the end of the reason.
        let outcomes: [String]
    }

    private static func state(_ sequence: UInt64, _ name: String) -> SilenceEnd.State {
        SilenceEnd.State(sequence: sequence, name: name)
    }

    private static let rows = [
        Row(
            testDescription: "raised and still so", before: state(1, "OK"), current: state(5, "ALARM"), held: [5],
            outcomes: ["tell"]),
        Row(
            testDescription: "raised and back", before: state(1, "OK"), current: state(6, "OK"), held: [5, 6],
            outcomes: ["is OK, as it was before", "is OK, as it was before"]),
        Row(
            testDescription: "to and fro: the newest alone", before: state(1, "OK"), current: state(7, "ALARM"),
            held: [5, 6, 7], outcomes: ["has changed since, and is ALARM", "has changed since, and is ALARM", "tell"]),
        Row(
            testDescription: "new, and all in order", current: state(6, "OK"), held: [5, 6],
            outcomes: ["is OK, as it was before", "is OK, as it was before"]),
        Row(testDescription: "new, and raised", current: state(5, "ALARM"), held: [5], outcomes: ["tell"]),
        Row(
            testDescription: "was raised, and told, and has cleared", before: state(1, "ALARM"),
            told: state(1, "ALARM"),
            current: state(5, "OK"), held: [5], outcomes: ["tell"]),
        Row(
            testDescription: "the channel is not told of the state that it is in",
            before: state(1, "INSUFFICIENT_DATA"),
            current: state(6, "OK"), held: [5], outcomes: ["has changed since, and is OK"]),
        Row(
            testDescription: "the channel was not told that it had cleared before", before: state(2, "OK"),
            told: state(1, "ALARM"), current: state(5, "ALARM"), held: [5], outcomes: ["tell"]),
        Row(
            testDescription: "recorded during the silence, read after it was told", before: state(1, "OK"),
            told: state(5, "ALARM"), current: state(6, "OK"), held: [6], outcomes: ["tell"]),
    ]

    @Test("is told where the alarm stands elsewhere than was known: at most once, and the newest", arguments: rows)
    func end(_ row: Row) {
        let outcomes = SilenceEnd(before: row.before, told: row.told, current: row.current).outcomes(of: row.held)
        #expect(outcomes.count == row.outcomes.count)
        for (outcome, wanted) in zip(outcomes, row.outcomes) {
            switch outcome {
            case .tell: #expect(wanted == "tell")
            case .drop(let reason): #expect(reason.hasSuffix(wanted), "\(reason)")
            }
        }
    }
}
