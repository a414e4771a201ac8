// A channel as the configuration describes it.

import Transport

/// What a channel is and where it leads.
public enum ChannelDefinition: Sendable {
    case terminal
    case file(path: String, format: FileChannel.Format)
    /// `url` with its references resolved; it is shown nowhere.
    case webhook(url: String, secret: WebhookSecret?, timeout: Duration? = nil)
    case exec(ProgramDefinition)
    case http(HTTPChannelDefinition)
    case smtp(LetterDefinition, MailServer, timeout: Duration? = nil)
    /// A topic by its ARN.
    case sns(topic: String, AWSAccess)
    /// A queue by its URL.
    case sqs(queue: String, AWSAccess)
    case ses(LetterDefinition, AWSAccess)

    /// What every channel to AWS needs.
    public struct AWSAccess: Sendable {
        public let service: AWSService
        public let credentials: AWSCredentials
        public let timeout: Duration?

        public init(_ service: AWSService, _ credentials: AWSCredentials, timeout: Duration? = nil) {
            self.service = service
            self.credentials = credentials
            self.timeout = timeout
        }
    }

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
        case .webhook(let url, let secret, let timeout):
            WebhookChannel(url: url, secret: secret, client: client, timeout: timeout)
        case .exec(let program): ExecChannel(program, name: name, host: host)
        case .http(let definition): HTTPChannel(definition, client: client)
        case .smtp(let letter, let server, let timeout):
            SMTPChannel(letter, server: server, client: client, timeout: timeout)
        case .sns(let topic, let access):
            SNSChannel(
                topic: topic, service: access.service, credentials: access.credentials, client: client,
                timeout: access.timeout)
        case .sqs(let queue, let access):
            SQSChannel(
                queue: queue, service: access.service, credentials: access.credentials, client: client,
                timeout: access.timeout)
        case .ses(let letter, let access):
            SESChannel(
                letter, service: access.service, credentials: access.credentials, client: client,
                timeout: access.timeout)
        }
    }
}
