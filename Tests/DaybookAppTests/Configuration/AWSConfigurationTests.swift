// Channels to AWS in daybook.yaml: where they lead, and what they miss.

import Reactors
import Testing
import Transport

@testable import DaybookApp

@Suite("Channels to AWS in the configuration")
struct AWSConfigurationTests {
    private static let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "very secret"]
    private static let topic = "sns: \"arn:aws:sns:eu-west-1:123456789012:stock\""

    private func yaml(_ channel: String) -> String { "watches: {}\nchannels: { c: { \(channel) } }\n" }

    @Test(
        "the region is the channel's own, else that of the ARN or the URL, else the environment's",
        arguments: [
            (topic, [:], "eu-west-1", "https://sns.eu-west-1.amazonaws.com"),
            (topic + ", region: us-east-2", [:], "us-east-2", "https://sns.us-east-2.amazonaws.com"),
            (topic, ["AWS_ENDPOINT_URL": "http://127.0.0.1:9"], "eu-west-1", "http://127.0.0.1:9"),
            (
                "sqs: \"https://sqs.us-west-1.amazonaws.com/1/q\"", [:], "us-west-1",
                "https://sqs.us-west-1.amazonaws.com"
            ),
            (
                "sqs: \"http://queue.example/1/q\"", ["AWS_REGION": "r", "AWS_ENDPOINT_URL_SQS": "http://q"], "r",
                "http://q"
            ),
            (
                "ses: true, from: a@b.example, to: c@d.example", ["AWS_REGION": "eu-west-1"], "eu-west-1",
                "https://email.eu-west-1.amazonaws.com"
            ),
            (
                "ses: true, from: a@b.example, to: c@d.example, region: r", ["AWS_ENDPOINT_URL_SESV2": "http://s"], "r",
                "http://s"
            ),
        ] as [(String, [String: String], String, String)])
    func services(channel: String, environment: [String: String], region: String, endpoint: String) throws {
        let source = secrets(environment.merging(Self.keys) { $1 })
        switch try parse(yaml(channel), secrets: source).channels[0].definition {
        case .sns(_, let access), .sqs(_, let access), .ses(_, let access):
            #expect(access.service.region == region && access.service.endpoint == endpoint)
            #expect(access.credentials.accessKey == "AKID")
        default: Issue.record("no channel to AWS")
        }
    }

    @Test(
        "what is missing or wrong is told before anything starts",
        arguments: [
            (
                topic, [:],
                ".sns: the environment has no access key for AWS; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ),
            (
                "sns: stock", keys,
                ".sns: expected the ARN of a topic, such as arn:aws:sns:us-east-1:123456789012:stock, got \"stock\""
            ),
            (
                "sqs: \"http://queue.example/1/q\"", keys,
                ".sqs: nothing says which region this is in; give \"region\", or set AWS_REGION"
            ),
            (
                "file: x, region: us-east-1", keys,
                ": the key \"region\" means something only beside \"ses\", \"sns\" or \"sqs\""
            ),
        ] as [(String, [String: String], String)])
    func wrong(channel: String, environment: [String: String], said: String) {
        #expect(problems(yaml(channel), secrets: secrets(environment)) == ["daybook.yaml:2: channels.c\(said)"])
    }

    @Test("what is recorded of the configuration has no key in it")
    func nothingSecret() throws {
        let text = try parse(yaml(Self.topic), secrets: secrets(Self.keys)).normalisedText
        #expect(text.contains("arn:aws:sns") && !text.contains("AKID") && !text.contains("very secret"))
    }
}
