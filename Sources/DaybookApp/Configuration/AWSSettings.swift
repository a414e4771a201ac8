// Channels that lead to AWS: what they need beside their own keys.

import Reactors
import Transport

/// Where a channel to AWS leads.
struct AWSSettings {
    let isTopic: Bool
    /// The topic's ARN or the queue's URL.
    let target: String
    let region: String?

    /// Nothing for a channel of another kind.
    init?(_ table: SettingTable, _ environment: (String) -> String?) {
        let topic = table.text("sns")
        guard let target = topic ?? table.text("sqs") else { return nil }
        isTopic = topic != nil
        self.target = target
        let named = isTopic ? SNSChannel.region(ofTopic: target) : Self.region(ofQueue: target)
        region = table.text("region") ?? named ?? AWSService.region(environment: environment)
    }

    func service(_ environment: (String) -> String?) -> AWSService? {
        guard let region else { return nil }
        return AWSService(name: isTopic ? "sns" : "sqs", region: region, environment: environment)
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
        guard let aws = AWSSettings(table, secrets.environment), let setting = table.given[aws.isTopic ? "sns" : "sqs"]
        else {
            if let region = table.given["region"] {
                note(
                    "the key \"region\" means something only beside \"sns\" or \"sqs\"", region.path, line: region.line)
            }
            return
        }
        if aws.isTopic, SNSChannel.region(ofTopic: aws.target) == nil {
            return note(
                "expected the ARN of a topic, such as arn:aws:sns:us-east-1:123456789012:stock, got \"\(aws.target)\"",
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
