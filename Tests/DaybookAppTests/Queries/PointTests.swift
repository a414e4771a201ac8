import EventLog
import Testing

@testable import DaybookApp

@Suite("Points in time")
struct PointTests {
    private static let now = Timestamp("2026-11-21T12:00:00Z") ?? Timestamp(millisecondsSinceEpoch: 0)

    private static func observed(_ text: String) -> Point? { Timestamp(text).map(Point.observed) }

    @Test(
        "are written in four ways",
        arguments: [
            ("0", Point.sequence(0)), ("18446744073709551615", .sequence(.max)),
            ("2026-11-21T10:00:00Z", observed("2026-11-21T10:00:00Z")),
            ("2026-11-21T12:00:00+02:00", observed("2026-11-21T10:00:00Z")),
            ("2026-11-21 10:00:00", observed("2026-11-21T10:00:00Z")), ("2026-11-21", observed("2026-11-21T00:00:00Z")),
            ("2h ago", observed("2026-11-21T10:00:00Z")), ("1h30m ago", observed("2026-11-21T10:30:00Z")),
            ("3 days ago", observed("2026-11-18T12:00:00Z")), ("1 week ago", observed("2026-11-14T12:00:00Z")),
            ("recorded:90s ago", Timestamp("2026-11-21T11:58:30Z").map(Point.recorded)),
            ("recorded:2026-11-21T10:00:00Z", Timestamp("2026-11-21T10:00:00Z").map(Point.recorded)),
        ])
    func forms(text: String, point: Point?) {
        #expect(point != nil)
        #expect(Point(text, now: PointTests.now) == point)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "yesterday", "-1", "18446744073709551616", "2 ago", "h ago", " ago", "2h", "recorded:", "recorded:12",
            "2026-13-01T00:00:00Z",
        ])
    func refused(text: String) {
        #expect(Point(text, now: PointTests.now) == nil)
    }
}
