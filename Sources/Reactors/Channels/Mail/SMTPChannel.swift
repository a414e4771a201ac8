// Sends mail through a mail server.

import EventLog
import Foundation
import Transport

/// The server that takes the mail.
public struct MailServer: Sendable {
    public let host: String
    public let port: Int
    public let encryption: MailRequest.Encryption
    public let login: MailRequest.Login?

    public init(host: String, port: Int, encryption: MailRequest.Encryption, login: MailRequest.Login? = nil) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.login = login
    }
}

public struct SMTPChannel: Channel {
    public let form = MessageForm.notice
    public let concurrency = 2
    private let letter: LetterDefinition
    private let server: MailServer
    private let client: HTTPClient
    private let timeout: Duration
    private let now: @Sendable () -> Timestamp

    public init(
        _ letter: LetterDefinition, server: MailServer, client: HTTPClient, timeout: Duration? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.letter = letter
        self.server = server
        self.client = client
        // A server may look at a mail for a while before it takes it.
        self.timeout = timeout ?? .seconds(60)
        self.now = now
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let written: Letter
        do throws(BadAddress) { written = try letter.letter(for: message) } catch {
            return ChannelAnswer(.park(reason: error.reason))
        }
        let date = Date(timeIntervalSince1970: Double(now().millisecondsSinceEpoch) / 1000)
        let mail = MailRequest(
            host: server.host, port: server.port, encryption: server.encryption, login: server.login,
            from: written.from.address, to: written.to.map(\.address), message: written.bytes(at: date),
            timeout: timeout)
        do throws(Fault) {
            return AnswerTable.answer(reply: try await client.send(mail))
        } catch {
            return AnswerTable.answer(.fault(error))
        }
    }
}
