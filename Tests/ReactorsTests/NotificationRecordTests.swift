import CanonicalJSON
import EventLog
import Observations
import Testing

@testable import Reactors

private func notification(
    reactor: String = "announce", channel: String = "hook", projection: String = "sessions", sequence: UInt64 = 1731,
    kind: String = "session.updated", subject: String = "reinvent/SVS401"
) -> NotificationKey {
    NotificationKey(
        reactor: reactor, channel: channel,
        change: ChangeName(projection: projection, sequence: sequence, kind: kind, subject: subject))
}

@Suite("Names of notifications")
struct NotificationKeyTests {
    @Test("are fixed: a receiver may remember them for years")
    func fixed() {
        #expect(notification().key == "1731-50ed93eed9ff7d3d02802295")
        #expect(notification().id == "1731-1091b4712c105f09718477ba")
        #expect(notification().stream.subject == "announce/hook/\(notification().key)")
    }

    @Test("differ with every part of what they name")
    func distinct() {
        let others = [
            notification(reactor: "other"), notification(projection: "items"), notification(sequence: 1732),
            notification(kind: "session.added"), notification(subject: "reinvent/SVS402"),
            notification(reactor: "announcesessions", projection: ""),
        ]
        #expect(Set((others + [notification()]).map(\.key)).count == 7)
    }

    @Test("one key for all channels, one id for each")
    func channels() {
        #expect(notification(channel: "a").key == notification(channel: "b").key)
        #expect(notification(channel: "a").id != notification(channel: "b").id)
    }

    @Test("fit a header and a deduplication id, whatever is in the subject")
    func safe() {
        let key = notification(sequence: .max, subject: "reinvent/é\r\nX-Injected: 1").key
        #expect(key.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 122) || $0 == 45 })
        #expect(key.count <= 45)
    }
}

@Suite("Records of notifications")
struct NotificationRecordTests {
    var full: NotificationRecord {
        var record = NotificationRecord(.failed, notification(), attempts: 3)
        record.message = .init(digest: .sha256([1, 2, 3]), size: 3, type: "text/plain")
        record.error = "the receiver answered 503"
        record.next = Timestamp(millisecondsSinceEpoch: 1_795_255_323_456)
        record.status = 503
        record.isLate = true
        return record
    }

    @Test("come back as they were written", arguments: NotificationRecord.Kind.allCases)
    func roundTrip(_ kind: NotificationRecord.Kind) {
        let plain = NotificationRecord(kind, notification(), attempts: 0)
        #expect(NotificationRecord(type: kind.rawValue, data: plain.json) == plain)
        #expect(NotificationRecord(type: full.kind.rawValue, data: full.json) == full)
    }

    @Test("are what the register of event types says", arguments: NotificationRecord.Kind.allCases)
    func registered(_ kind: NotificationRecord.Kind) throws {
        let type = try #require(EventType.named(kind.rawValue))
        #expect(try type.roundTrip(full.json) == full.json)
        let names = Set(type.members.map(\.name))
        let plain = NotificationRecord(kind, notification(), attempts: 0)
        #expect(Set((plain.json.objectValue ?? JSONObject()).keys).isSubset(of: names))
        let started = StartedReactor(from: 7, channels: ["hook": 9], choice: .sha256([1]), revision: 0)
        let startedType = try #require(EventType.named("reactor.started"))
        #expect(try startedType.roundTrip(started.json) == started.json)
    }

    @Test("an event that is none of these says nothing")
    func foreign() {
        #expect(NotificationRecord(type: "notification.delivered", data: [:]) == nil)
        #expect(NotificationRecord(type: "notification.unheard", data: full.json) == nil)
    }

    @Test(
        "what a try's answer becomes",
        arguments: [
            (ChannelAnswer(.done([]), status: 204), NotificationRecord.Kind.delivered, 3, nil as Double?),
            (ChannelAnswer(.retry(after: nil, reason: "r")), .failed, 3, 2),
            (ChannelAnswer(.retry(after: 9, reason: "r"), status: 503), .failed, 3, 9),
            (ChannelAnswer(.park(reason: "gone"), status: 410), .parked, 3, nil),
            (ChannelAnswer(.skip(reason: "shadow")), .held, 2, nil),
        ])
    func answers(_ answer: ChannelAnswer, _ kind: NotificationRecord.Kind, _ attempts: Int, _ wait: Double?) throws {
        var job = Job(try #require(delivery(attempts: 2, failures: 2)))
        job.message = full.message
        let now = Timestamp(millisecondsSinceEpoch: 1_000_000)
        let (record, _) = NotificationTry.record(of: job, answer, RetrySchedule(), at: now, random: 0.5)
        #expect(record.kind == kind)
        #expect(record.attempts == attempts)
        #expect(record.next == wait.map { now.adding(seconds: $0) })
        #expect(record.status == answer.status)
        #expect(record.message == full.message)
    }

    @Test("after the last try it is parked; what counts are the tries since someone asked for it")
    func parking() throws {
        let answer = ChannelAnswer(.retry(after: 1, reason: "r"))
        func kind(_ attempts: Int, _ failures: Int) throws -> NotificationRecord.Kind {
            let job = Job(try #require(delivery(attempts: attempts, failures: failures)))
            let schedule = RetrySchedule(attempts: 8)
            return NotificationTry.record(of: job, answer, schedule, at: .now(), random: 0).0.kind
        }
        #expect(try kind(6, 6) == .failed)
        #expect(try kind(7, 7) == .parked)
        #expect(try kind(8, 0) == .failed)
    }

    private func delivery(attempts: Int, failures: Int) -> Delivery? {
        Delivery(
            notification: notification(), state: .failed, attempts: attempts, failures: failures, revision: attempts,
            next: nil, isLate: false, message: nil, status: nil, error: nil, time: .now(), cause: nil, hold: nil,
            gathers: nil)
    }
}
