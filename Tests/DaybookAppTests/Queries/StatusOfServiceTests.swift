import EventLog
import Testing

@testable import DaybookApp

@Suite("What status finds wrong with a service")
struct StatusOfServiceTests {
    private static let now = Timestamp("2026-11-21T10:00:00Z") ?? .now()

    private func row(_ change: (inout StatusRow) -> Void) -> StatusRow {
        var row = StatusRow(watch: "w", kind: "page")
        row.outcome = "completed"
        row.lastRun = Self.now.adding(seconds: -60)
        row.nextRun = Self.now.adding(seconds: 60)
        change(&row)
        return row
    }

    private func problems(_ change: (inout StatusReport) -> Void) -> [String] {
        var report = StatusReport(now: Self.now)
        report.isScheduled = true
        report.process = 7
        report.service = ServiceAnswer(isTelling: true, looks: [])
        report.watches = [row { _ in }]
        change(&report)
        return report.problems.map(\.text)
    }

    @Test("nothing where a service tells, and looks when it is due")
    func well() {
        #expect(problems { _ in } == [])
        #expect(problems { $0.watches = [row { $0.nextRun = Self.now.adding(seconds: -100) }] } == [])
        #expect(
            problems {
                $0.watches = [
                    row {
                        $0.nextRun = Self.now.adding(seconds: -1000)
                        $0.isUnderWay = true
                    }
                ]
            } == [])
    }

    @Test("a service that is not there, does not answer, or tells nobody")
    func service() {
        #expect(
            problems {
                ($0.process, $0.service) = (nil, nil)
            } == ["nothing keeps watch: daybook run does, daybook check looks once"])
        #expect(
            problems { $0.service = nil } == [
                "process 7 keeps watch and does not answer; its log may say why, a restart may help"
            ])
        #expect(
            problems { $0.service?.isTelling = false } == [
                "process 7 tells nobody of what changed for now; its log says why"
            ])
    }

    @Test("a look that was due long ago and has not begun")
    func overdue() {
        #expect(
            problems { $0.watches = [row { $0.nextRun = Self.now.adding(seconds: -300) }] } == [
                "w: a look was due 5m ago and has not begun"
            ])
    }
}
