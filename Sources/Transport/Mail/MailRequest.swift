// One mail handed to a mail server (RFC 5321), and what the server says to it.

/// A finished message, its envelope, and the server that is to take it.
public struct MailRequest: Sendable {
    public enum Encryption: Sendable, Hashable {
        /// TLS from the first byte: smtps.
        case fromTheStart
        /// STARTTLS before anything else is said; a server that does not offer it gets nothing.
        case startTLS
        case none
    }

    /// A name and a password for the server. It prints without either.
    public struct Login: Sendable, CustomStringConvertible, CustomReflectable {
        let user: String
        let password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        public var description: String { "a login" }
        public var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    public var host: String
    public var port: Int
    public var encryption: Encryption
    public var login: Login?
    /// Addresses alone, without names and angle brackets.
    public var from: String
    public var to: [String]
    /// Header and body, with CRLF line ends.
    public var message: [UInt8]
    /// For the whole exchange.
    public var timeout: Duration

    public init(
        host: String, port: Int, encryption: Encryption, login: Login? = nil, from: String, to: [String],
        message: [UInt8], timeout: Duration = .seconds(30)
    ) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.login = login
        self.from = from
        self.to = to
        self.message = message
        self.timeout = timeout
    }

    /// An address goes into a command of the protocol as it is, so nothing may stand in it that would end the command.
    func check() throws(Fault) {
        guard !to.isEmpty else { throw .invalidRequest("it has no recipient") }
        for address in [from] + to {
            guard !address.isEmpty, address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != 0x3C && $0 != 0x3E })
            else { throw .invalidRequest("an address in it is none") }
        }
    }
}

/// A mail server's last word: to the message where it took it, else to what it refused.
public struct MailReply: Sendable, Hashable {
    /// Of three digits, such as 250 or 550.
    public let code: Int
    /// What it says beside the code, on one line.
    public let text: String

    public init(code: Int, text: String) {
        self.code = code
        self.text = text
    }
}

extension HTTPClient {
    /// One try. Any reply of the server is an answer here; what is thrown are faults.
    ///
    /// Either all recipients are accepted or the message is handed to none, so that trying again doubles nothing.
    public func send(_ mail: MailRequest) async throws(Fault) -> MailReply {
        try mail.check()
        let answer = try await loop.perform(MailExchange(mail: mail, authorities: configuration.authorities))
        return MailReply(code: answer.status, text: String(decoding: answer.body, as: UTF8.self))
    }
}
