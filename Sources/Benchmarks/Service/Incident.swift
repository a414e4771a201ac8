// What goes wrong with time in the simulated year: the machine sleeps, the clock is set.

import CanonicalJSON
import EventLog

struct Incident {
    enum Kind {
        /// The machine sleeps for so many seconds; its clock goes on.
        case suspend(Double)
        /// The clock on the wall is set by so many seconds.
        case step(Double)
    }

    /// What the clock on the wall shows when it happens.
    let at: Timestamp
    let kind: Kind

    /// In the order of time. Steps come in pairs, so that the clock is right in the end.
    static let all: [Incident] = [
        suspend("2027-01-10T05:00:00Z", hours: 2.0 / 3),
        // Over and back over Berlin's 02:30, just after it came.
        step("2027-01-20T01:30:20Z", seconds: -65), step("2027-01-21T12:00:00Z", seconds: 65),
        // Past New York's 02:30 before it has come.
        step("2027-02-10T07:00:00Z", seconds: 3600),
        // Back to before New York's 02:30 after it came.
        step("2027-02-24T07:40:00Z", seconds: -3600),
        // Asleep while clocks change in New York and Havana.
        suspend("2027-03-13T22:00:00Z", hours: 12),
        // Around Berlin's change of clocks.
        step("2027-03-28T00:50:00Z", seconds: 3600), step("2027-03-28T04:00:00Z", seconds: -3600),
        // Over and back over Lord Howe's 01:45, which comes twice that night.
        step("2027-04-03T14:45:30Z", seconds: -65), step("2027-04-04T00:00:00Z", seconds: 65),
        suspend("2027-05-01T20:00:00Z", hours: 6),
        suspend("2027-07-05T10:00:00Z", hours: 50),
        step("2027-09-01T10:00:00Z", seconds: 65), step("2027-09-01T10:30:00Z", seconds: -65),
        // Asleep over Berlin's other change of clocks, and over New York's and Havana's.
        suspend("2027-10-30T22:00:00Z", hours: 8),
        suspend("2027-11-07T03:00:00Z", hours: 12),
        step("2027-12-01T20:00:00Z", seconds: -3600), step("2027-12-02T20:00:00Z", seconds: 3600),
    ].compactMap { $0 }

    private static func suspend(_ time: String, hours: Double) -> Incident? {
        Timestamp(time).map { Incident(at: $0, kind: .suspend(hours * 3600)) }
    }

    private static func step(_ time: String, seconds: Double) -> Incident? {
        Timestamp(time).map { Incident(at: $0, kind: .step(seconds)) }
    }

    /// For whoever judges the log.
    var json: JSON {
        switch kind {
        case .suspend(let seconds): ["at": .string(at.description), "suspend": .number(seconds)]
        case .step(let seconds): ["at": .string(at.description), "step": .number(seconds)]
        }
    }
}
