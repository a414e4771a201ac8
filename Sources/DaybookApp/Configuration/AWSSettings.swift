// Channels that lead to AWS: what they need beside their own keys.

import Reactors
import Transport

/// Where a channel to AWS leads.
struct AWSSettings {
    enum Target: Sendable {
        /// By its ARN.
        case topic(String)
        /// By its URL.
        case queue(String)
        case mail(ChannelSettings.LetterSettings)
    }

    let target: Target
    /// What says so in the file.
    let key: String
    let region: String?

    /// Nothing for a channel of another kind.
    init?(_ table: SettingTable, _ environment: (String) -> String?) {
        let named: String?
        if let topic = table.text("sns") {
            (target, key, named) = (.topic(topic), "sns", SNSChannel.region(ofTopic: topic))
        } else if let queue = table.text("sqs") {
            (target, key, named) = (.queue(queue), "sqs", Self.region(ofQueue: queue))
        } else if table.flag("ses") {
            let to = table.texts("to").map(\.text)
            (target, key, named) = (.mail(.init(from: table.text("from") ?? "", to: to)), "ses", nil)
        } else {
            return nil
        }
        region = table.text("region") ?? named ?? AWSService.region(environment: environment)
    }

    func service(_ environment: (String) -> String?) -> AWSService? {
        region.map { AWSService(name: key, region: $0, environment: environment) }
    }

    /// `https://sqs.REGION.amazonaws.com/…`
    private static func region(ofQueue url: String) -> String? {
        let host = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        let parts = host.split(separator: ".")
        return parts.count >= 4 && parts[0] == "sqs" && parts[2] == "amazonaws" ? String(parts[1]) : nil
    }
}

extension Checker {
    /// What a channel to AWS would miss only when there is something to tell.
    mutating func checkAWS(_ table: SettingTable) {
        guard let aws = AWSSettings(table, secrets.environment), let setting = table.given[aws.key] else { return }
        if case .topic(let topic) = aws.target, SNSChannel.region(ofTopic: topic) == nil {
            return note(
                "expected the ARN of a topic, such as arn:aws:sns:us-east-1:123456789012:stock, got \"\(topic)\"",
                setting.path, line: setting.line)
        }
        if aws.region == nil {
            note(
                "nothing says which region this is in; give \"region\", or set AWS_REGION", setting.path,
                line: setting.line)
        }
        // Who checks nothing but the file's form has no folder, and needs no keys.
        guard folder != nil, AWSCredentials(environment: secrets.environment) == nil else { return }
        note(
            "the environment has no access key for AWS; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", setting.path,
            line: setting.line)
    }
}
