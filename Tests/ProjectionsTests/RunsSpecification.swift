import CanonicalJSON
import Testing

@testable import Projections

@Suite("Specification of runs")
struct RunsSpecification {
    @Test("how a watch stands after a run", arguments: standings)
    func standing(_ example: Example) async throws { try await expect(Runs(), example) }

    @Test("how much of a watch is there", arguments: counts)
    func count(_ example: Example) async throws { try await expect(Runs(), example) }
}

private let standings = [
    Example(
        "a first good run tells nothing",
        when: ran("w", at: 5),
        rows: ["w completed, 0 there, 0 failed in a row, good at 5"]),
    Example(
        "a failed run is told, and the last good one stays on record", given: [ran("w", at: 5)],
        when: ran("w", .failed, at: 6),
        told: ["run.failed w"], rows: ["w failed, 0 there, 1 failed in a row, good at 5"]),
    Example(
        "each further one is told too, and they are counted", given: [ran("w", .failed)],
        when: ran("w", .failed), ran("w", .failed),
        told: ["run.failed w", "run.failed w"], rows: ["w failed, 0 there, 3 failed in a row, never good"]),
    Example(
        "a suspect run is told; it understood what it saw, so nothing failed in a row any more",
        given: [ran("w", .failed)],
        when: ran("w", .suspect),
        told: ["run.suspect w"], rows: ["w suspect, 0 there, 0 failed in a row, never good"]),
    Example(
        "a good run after a failed one has recovered", given: [ran("w", .failed)],
        when: ran("w", at: 7), ran("w", at: 8),
        told: ["run.recovered w"], rows: ["w completed, 0 there, 0 failed in a row, good at 8"]),
    Example(
        "so has one after a suspect one", given: [ran("w", .suspect)],
        when: ran("w", at: 7),
        told: ["run.recovered w"], rows: ["w completed, 0 there, 0 failed in a row, good at 7"]),
    Example(
        "watches stand each for itself", given: [ran("w", .failed)],
        when: ran("v", at: 7),
        rows: [
            "v completed, 0 there, 0 failed in a row, good at 7", "w failed, 0 there, 1 failed in a row, never good",
        ]),
    Example(
        "under a new name it counts on", given: [ran("w", at: 5), ran("w", .failed)],
        when: renamed("w", to: "v"), ran("v", .failed),
        told: ["run.failed v"], rows: ["v failed, 0 there, 2 failed in a row, good at 5"]),
    Example(
        "under the old name too, from a process that knows no other",
        given: [ran("w", .failed), renamed("w", to: "v")],
        when: ran("w", at: 9),
        told: ["run.recovered w"], rows: ["v completed, 0 there, 0 failed in a row, good at 9"]),
]

private let counts = [
    Example(
        "what was seen is there, of whatever family",
        when: saw("w/a", [:]), saw("w/p", [:], family: "page"), ran("w"),
        rows: ["w completed, 2 there, 0 failed in a row, good at 0"]),
    Example(
        "seen twice it is there once", given: [saw("w/a", [:])],
        when: saw("w/a", ["t": 1]), ran("w"),
        rows: ["w completed, 1 there, 0 failed in a row, good at 0"]),
    Example(
        "missed it is not, and missed twice it is missed once", given: [saw("w/a", [:]), saw("w/b", [:])],
        when: missed("w/a"), missed("w/a"), ran("w"),
        rows: ["w completed, 1 there, 0 failed in a row, good at 0"]),
    Example(
        "a run says what was there when it ended, not what came later", given: [saw("w/a", [:]), ran("w")],
        when: saw("w/b", [:]),
        rows: ["w completed, 1 there, 0 failed in a row, good at 0"]),
    Example(
        "under a new name nothing is counted twice", given: [saw("w/a", [:]), renamed("w", to: "v")],
        when: saw("w/a", ["t": 1]), saw("v/a", ["t": 2]), ran("v"),
        rows: ["v completed, 1 there, 0 failed in a row, good at 0"]),
]
