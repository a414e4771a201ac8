// SNS and SQS, whose signatures botocore verifies.

import CanonicalJSON
import EventLog
import Foundation
import Testing
import Transport

@testable import Reactors

/// tools/testing/aws, with what it has got. Ends when this does, with its standard input.
private final class AWS {
    struct Got: Decodable {
        let service: String?
        let verified: Bool
        let problem: String?
        let answer: String
        let form: [String: String]?
        let token: String?
    }

    let base: String
    let client: HTTPClient
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let output = Pipe()
        process.executableURL = root.appending(path: "tools/testing/aws")
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = line.trimmingCharacters(in: .whitespacesAndNewlines)
        var configuration = HTTPClient.Configuration()
        configuration.proxies = .none
        client = HTTPClient(configuration: configuration)
        try #require(base.hasPrefix("http://"), "the stand-in did not start")
    }

    deinit { process.terminate() }

    func plan(_ plan: JSON) async throws {
        _ = try await client.fetch(
            HTTPRequest(url: base + "/plan", method: "POST", body: plan.canonicalBytes), retries: 0)
    }

    func got() async throws -> [Got] { try await lines().map { try JSONDecoder().decode(Got.self, from: Data($0)) } }

    func json() async throws -> [JSON] { try await lines().compactMap { try JSON.parse($0)["json"] } }

    private func lines() async throws -> [[UInt8]] {
        try await client.fetch(HTTPRequest(url: base + "/got"), retries: 0).response.body
            .split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    func topic(
        _ arn: String = "arn:aws:sns:us-east-1:123456789012:stock", secret: String = AWS.secret, below path: String = ""
    ) -> SNSChannel {
        SNSChannel(
            topic: arn, service: AWSService(name: "sns", region: "us-east-1", endpoint: base + path),
            credentials: AWSCredentials(accessKey: "AKIDEXAMPLE", secretKey: secret), client: client)
    }

    func queue(_ name: String) -> SQSChannel {
        SQSChannel(
            queue: base + "/123456789012/" + name,
            service: AWSService(name: "sqs", region: "eu-west-1", endpoint: base),
            credentials: AWSCredentials(accessKey: "AKIDEXAMPLE", secretKey: Self.secret, sessionToken: "t"),
            client: client)
    }

    func mail() throws -> SESChannel {
        SESChannel(
            LetterDefinition(
                from: try MailAddress("Daybook Größe <daybook@mag.example>"),
                to: [try MessageTemplate("ann@mag.example"), try MessageTemplate("{{fields.owner}}")]),
            service: AWSService(name: "ses", region: "eu-west-1", endpoint: base),
            credentials: AWSCredentials(accessKey: "AKIDEXAMPLE", secretKey: Self.secret), client: client)
    }

    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
}

@Suite("Channels to AWS", .timeLimit(.minutes(5)))
struct AWSChannelTests {
    private func message(
        _ notice: Notice, subject: String = "mugs", isLate: Bool = false
    ) -> RenderedMessage {
        RenderedMessage(
            key: "7-abc", kind: "alarm.changed", subject: subject, time: Timestamp(millisecondsSinceEpoch: 0),
            body: notice.bytes, type: Notice.type, isLate: isLate)
    }

    private let notice = Notice(subject: "mugs: ALARM", text: "alarm mugs is ALARM: 1 of 1 & so on = ü")

    @Test("a topic is told subject, text and attributes, under a signature that botocore finds right")
    func published() async throws {
        let aws = try AWS()
        let answer = await aws.topic().deliver(message(notice))
        #expect(answer.status == 200)
        guard case .done = answer.outcome else {
            Issue.record("\(answer.outcome)")
            return
        }
        let got = try #require(try await aws.got().first)
        #expect(got.verified && got.problem == nil)
        let form = try #require(got.form)
        #expect(form["Action"] == "Publish" && form["TopicArn"] == "arn:aws:sns:us-east-1:123456789012:stock")
        #expect(form["Subject"] == "mugs: ALARM" && form["Message"] == notice.text)
        #expect(form["MessageAttributes.entry.1.Name"] == "kind")
        #expect(form["MessageAttributes.entry.1.Value.StringValue"] == "alarm.changed")
        #expect(form["MessageAttributes.entry.3.Value.StringValue"] == "7-abc")
        #expect(form["MessageDeduplicationId"] == nil)
    }

    @Test("an endpoint of one's own may lie below a path, which is signed with the rest", arguments: ["/sns", "/a/b/"])
    func endpointBelowPath(path: String) async throws {
        let aws = try AWS()
        #expect(await aws.topic(below: path).deliver(message(notice)).status == 200)
        let got = try #require(try await aws.got().first)
        #expect(got.verified, "\(got.problem ?? "")")
    }

    @Test("a queue is given the change as a CloudEvent, with the session's token signed too")
    func sent() async throws {
        let aws = try AWS()
        let answer = await aws.queue("stock").deliver(message(notice))
        #expect(answer.status == 200)
        let got = try #require(try await aws.got().first)
        #expect(got.verified && got.service == "sqs" && got.token == "t")
        let body = try #require(try await aws.json().first)
        #expect(body["QueueUrl"]?.stringValue?.hasSuffix("/123456789012/stock") == true)
        #expect(body["MessageBody"]?.stringValue == String(decoding: notice.bytes, as: UTF8.self))
        #expect(body["MessageAttributes"]?["kind"]?["StringValue"] == "alarm.changed" && body["MessageGroupId"] == nil)
    }

    @Test("a mail has sender, recipients, subject, text and HTML, and says whose it is")
    func mailed() async throws {
        let aws = try AWS()
        let change: JSON = ["kind": "alarm.changed", "fields": ["owner": "Bob <bob@mag.example>"]]
        let text = "alarm <mugs> is ALARM\n- one & two"
        let answer = try await aws.mail().deliver(message(Notice(subject: "mugs: ALARM ü", text: text, change: change)))
        #expect(answer.status == 200)
        let got = try #require(try await aws.got().first)
        #expect(got.verified && got.problem == nil && got.service == "ses")
        let body = try #require(try await aws.json().first)
        #expect(body["FromEmailAddress"]?.stringValue?.hasSuffix(" <daybook@mag.example>") == true)
        #expect(body["FromEmailAddress"]?.stringValue?.utf8.allSatisfy { $0 < 0x80 } == true)
        #expect(body["Destination"]?["ToAddresses"] == ["ann@mag.example", "\"Bob\" <bob@mag.example>"])
        let simple = try #require(body["Content"]?["Simple"])
        #expect(simple["Subject"] == ["Charset": "UTF-8", "Data": "mugs: ALARM ü"])
        #expect(simple["Body"]?["Text"]?["Data"]?.stringValue == text)
        #expect(simple["Body"]?["Html"]?["Data"]?.stringValue?.contains("alarm &lt;mugs&gt; is ALARM") == true)
        #expect(simple["Headers"]?.arrayValue?.contains(["Name": "X-Daybook-Id", "Value": "7-abc"]) == true)
        #expect(body["EmailTags"] == [["Name": "daybook-id", "Value": "7-abc"]])
    }

    @Test("a mail that SES refuses is judged as everything is, with its own words")
    func mailRefused() async throws {
        let aws = try AWS()
        try await aws.plan(["throttle"])
        guard
            case .retry = try await aws.mail().deliver(
                message(Notice(subject: "s", text: "t", change: ["fields": ["owner": "b@c.example"]]))
            ).outcome
        else {
            Issue.record("not tried again")
            return
        }
        let nobody = try await aws.mail().deliver(message(notice))
        guard case .park(let reason) = nobody.outcome else {
            Issue.record("not parked")
            return
        }
        #expect(reason.contains("is no mail address"))
    }

    @Test("what is refused for now is tried again, though it says 400; what is refused is parked with AWS's reason")
    func refused() async throws {
        let aws = try AWS()
        // libcurl sends once more by itself where a connection that it had used before is closed without a word.
        for plan in [["throttle"], ["busy"], ["hangup", "hangup"]] as [JSON] {
            try await aws.plan(plan)
            let answer = await aws.topic().deliver(message(notice))
            guard case .retry = answer.outcome else {
                Issue.record("\(answer.outcome)")
                return
            }
        }
        try await aws.plan(["denied"])
        guard case .park(let reason) = await aws.topic().deliver(message(notice)).outcome else {
            Issue.record("not parked")
            return
        }
        #expect(
            reason == "AWS answered 403: AuthorizationError: not yours; check what the channel's credentials allow")
        guard case .park(let wrong) = await aws.topic(secret: "wrong").deliver(message(notice)).outcome else {
            Issue.record("not parked")
            return
        }
        #expect(wrong.contains("SignatureDoesNotMatch") && !wrong.contains("wrong"))
    }

    @Test("topics and queues that keep order are told group and deduplication id: the subject, and the id of every try")
    func fifo() {
        let form = SNSChannel.form(message(notice, subject: "a b"), topic: "arn:aws:sns:r:1:t.fifo")
        let members = Dictionary(uniqueKeysWithValues: form)
        #expect(members["MessageDeduplicationId"] == "7-abc")
        #expect(members["MessageGroupId"] == Digest.sha256(Array("a b".utf8)).hex)
        let body = SQSChannel.body(message(notice), queue: "https://sqs/1/q.fifo")
        #expect(body["MessageGroupId"] == "mugs" && body["MessageDeduplicationId"] == "7-abc")
    }

    @Test(
        "a subject is what SNS takes for one",
        arguments: [
            ("mugs: ALARM", "mugs: ALARM"), ("Größe\nneu", "Gr??e?neu"), ("", "Daybook"),
            (String(repeating: "x", count: 101), String(repeating: "x", count: 100)),
        ])
    func subjects(text: String, expected: String) { #expect(AWSText.subject(text) == expected) }

    @Test("a late message says so in its subject, and a message that is too long is cut")
    func lateAndLong() {
        let long = Notice(subject: "s", text: String(repeating: "ü", count: 300_000))
        let form = Dictionary(
            uniqueKeysWithValues: SNSChannel.form(message(long, isLate: true), topic: "arn:aws:sns:r:1:t"))
        #expect(form["Subject"] == "late: s")
        #expect((200_000...AWSText.messageBytesMax + 3).contains(form["Message"]?.utf8.count ?? 0))
    }

    @Test("subject and text are kept in one, and come back")
    func notices() {
        #expect(Notice(notice.bytes) == notice)
        #expect(Notice(Array("old text".utf8)) == Notice(subject: "", text: "old text"))
    }
}
