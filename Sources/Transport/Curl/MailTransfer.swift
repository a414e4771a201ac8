// One mail under way: sets libcurl up for SMTP, feeds it the message, and keeps the server's last reply.

import CCurl

/// Everything that the loop needs to know about one mail.
struct MailExchange: Sendable {
    let mail: MailRequest
    let authorities: String?
}

/// Lives on the loop's thread only, as `Transfer` does.
final class MailTransfer: WireTransfer {
    private let exchange: MailExchange
    private var easy: EasyHandle
    private var sent = 0
    private var reply = ""

    /// Bytes of a reply that are kept.
    private static let replyMax = 512

    private var mail: MailRequest { exchange.mail }

    init(_ exchange: MailExchange) throws(Fault) {
        guard let easy = EasyHandle() else { throw .failed("libcurl does not start") }
        self.exchange = exchange
        self.easy = easy
        configureConnection()
        configureMessage()
        if let refused = self.easy.refused { throw .failed("this libcurl lacks something: \(Curl.text(refused))") }
    }

    var handle: UnsafeMutableRawPointer { easy.pointer }

    private func configureConnection() {
        let scheme = mail.encryption == .fromTheStart ? "smtps" : "smtp"
        let host = mail.host.contains(":") ? "[\(mail.host)]" : mail.host
        easy.set(CURLOPT_URL, "\(scheme)://\(host):\(mail.port)")
        easy.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        easy.set(CURLOPT_NOSIGNAL, 1)
        easy.set(CURLOPT_QUICK_EXIT, 1)
        // A server that has closed a connection in the meantime would have to be told apart from one that hangs up on a mail.
        easy.set(CURLOPT_FORBID_REUSE, 1)
        easy.set(CURLOPT_FRESH_CONNECT, 1)
        easy.set(CURLOPT_PROXY, "")
        easy.set(CURLOPT_TIMEOUT_MS, mail.timeout.inMilliseconds)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.inMilliseconds)
        let encryption = mail.encryption == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        easy.set(CURLOPT_USE_SSL, Int(encryption.rawValue))
        if let authorities = exchange.authorities { easy.set(CURLOPT_CAINFO, authorities) }
        if let login = mail.login {
            easy.set(CURLOPT_USERNAME, login.user)
            easy.set(CURLOPT_PASSWORD, login.password)
        }
    }

    private func configureMessage() {
        easy.set(CURLOPT_MAIL_FROM, "<\(mail.from)>")
        easy.set(CURLOPT_MAIL_RCPT, lines: mail.to.map { "<\($0)>" })
        easy.set(CURLOPT_UPLOAD, 1)
        easy.set(CURLOPT_INFILESIZE_LARGE, size: mail.message.count)
        let context = Unmanaged.passUnretained(self).toOpaque()
        easy.set(CURLOPT_READDATA, pointer: context)
        easy.set(
            CURLOPT_READFUNCTION,
            function: { buffer, size, count, context in
                MailTransfer.from(context)?.give(UnsafeMutableRawBufferPointer(start: buffer, count: size * count)) ?? 0
            })
        // libcurl tells every line of a server's replies as if it were a header.
        easy.set(CURLOPT_HEADERDATA, pointer: context)
        easy.set(
            CURLOPT_HEADERFUNCTION,
            function: { bytes, size, count, context in
                MailTransfer.from(context)?.takeReply(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            })
        easy.set(CURLOPT_WRITEFUNCTION, function: { _, size, count, _ in size * count })
    }

    private var connectTimeout: Duration { min(mail.timeout, .seconds(10)) }

    private static func from(_ context: UnsafeMutableRawPointer?) -> MailTransfer? {
        context.map { Unmanaged<MailTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = mail.message[sent..<min(mail.message.count, sent + buffer.count)]
        buffer.copyBytes(from: piece)
        sent += piece.count
        return piece.count
    }

    /// `550 5.1.1 no such user`: the code is asked for elsewhere, what follows it is kept; but not of the good-bye, which comes last.
    private func takeReply(_ line: UnsafeRawBufferPointer) -> Int {
        let text = String(decoding: line.prefix(Self.replyMax), as: UTF8.self)
        if !text.hasPrefix("221") { reply = MaskedURL.withoutControls(String(text.dropFirst(4))) }
        return line.count
    }

    func finish(_ code: CURLcode) -> Result<Answer, Fault> {
        let status = easy.long(CURLINFO_RESPONSE_CODE)
        // A refusal ends a transfer as a failure, whose kind depends on the command; the reply says more.
        guard code == CURLE_OK || (status >= 400 && code != CURLE_OPERATION_TIMEDOUT) else {
            return .failure(fault(code))
        }
        return .success(
            Answer(status: status, headers: [], body: Array(reply.utf8), wireBytes: sent, httpVersion: ""))
    }

    private func fault(_ code: CURLcode) -> Fault {
        if code == CURLE_LOGIN_DENIED {
            return .invalidRequest("the server offers no way to log in that could be used")
        }
        return Fault(
            code,
            CurlFailure(
                host: mail.host, port: mail.port, timeout: mail.timeout, connectTimeout: connectTimeout,
                stallTimeout: mail.timeout, detail: easy.failure(code), received: 0, hasHead: false,
                isConnected: easy.size(CURLINFO_APPCONNECT_TIME_T) > 0 || easy.size(CURLINFO_CONNECT_TIME_T) > 0))
    }
}
