// A channel as the configuration describes it.

import Transport

/// What a channel is and where it leads.
public enum ChannelDefinition: Sendable {
    case terminal
    case file(path: String, format: FileChannel.Format)
    /// `url` with its references resolved; it is shown nowhere.
    case webhook(url: String, secret: WebhookSecret?)
    case exec(ProgramDefinition)
    /// A topic by its ARN.
    case sns(topic: String, AWSService, AWSCredentials)
    /// A queue by its URL.
    case sqs(queue: String, AWSService, AWSCredentials)

    /// The channel itself. `terminal` is given from outside, because only the command knows where its output goes.
    ///
    /// - Parameters:
    ///   - name: what the configuration calls the channel.
    ///   - host: what programs are told of this daybook.
    public func channel(
        named name: String, client: HTTPClient, terminal: @autoclosure () -> TerminalChannel, host: ProgramHost
    ) -> any Channel {
        switch self {
        case .terminal: terminal()
        case .file(let path, let format): FileChannel(path: path, format: format)
        case .webhook(let url, let secret): WebhookChannel(url: url, secret: secret, client: client)
        case .exec(let program): ExecChannel(program, name: name, host: host)
        case .sns(let topic, let service, let credentials):
            SNSChannel(topic: topic, service: service, credentials: credentials, client: client)
        case .sqs(let queue, let service, let credentials):
            SQSChannel(queue: queue, service: service, credentials: credentials, client: client)
        }
    }
}
