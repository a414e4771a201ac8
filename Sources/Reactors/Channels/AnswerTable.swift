// The one table of what an answer means for a message: every channel over the network goes by it. Pure.

import Transport

enum AnswerTable {
    /// What a try over HTTP means.
    ///
    /// - Parameters:
    ///   - who: answered, as a sentence begins: `the receiver`.
    ///   - said: in the answer's own words, where it has any that help.
    static func answer(_ attempt: Attempt, who: String = "the receiver", said: String = "") -> ChannelAnswer {
        switch attempt {
        case .status(let status, let asked), .fault(.status(let status, let asked)):
            return answer(status, retryAfter: asked, reason(who, status, said))
        case .fault(.cancelled): return ChannelAnswer(.interrupted)
        case .fault(let fault):
            // The fault alone: a URL may be a secret and belongs in no record.
            switch RetryDecision.kind(of: attempt) {
            case .transient, .success: return ChannelAnswer(.retry(after: nil, reason: fault.what))
            case .permanent: return ChannelAnswer(.park(reason: "\(fault.what); \(fault.advice)"))
            }
        }
    }

    private static func answer(_ status: Int, retryAfter: Double?, _ reason: String) -> ChannelAnswer {
        // 304 is an answer to a question that nobody asked here.
        if (200..<300).contains(status) { return ChannelAnswer(.done([]), status: status) }
        switch RetryDecision.kind(of: .status(status)) {
        case .transient:
            // Whether there is another try is the schedule's to say; how long to wait at least, the receiver's.
            let seconds = retryAfter.flatMap { $0 > 0 ? $0 : nil }
            return ChannelAnswer(.retry(after: seconds, reason: reason), status: status)
        case .success, .permanent:
            return ChannelAnswer(.park(reason: "\(reason); \(advice(status))"), status: status)
        }
    }

    /// What somebody has to do before another try can help.
    private static func advice(_ status: Int) -> String {
        switch status {
        case 300..<400: "give the channel the address that it redirects to"
        case 401, 407: "check the channel's credentials"
        case 403: "check what the channel's credentials allow"
        case 404: "check the channel's address"
        case 410: "the address is out of use for good: give the channel another, or remove it"
        case 413, 431: "the message is too long: shorten the reactor's message"
        case 405, 501, 505: "check the channel's method and address"
        default: "correct what the channel sends"
        }
    }

    private static func reason(_ who: String, _ status: Int, _ said: String) -> String {
        "\(who) answered \(status)" + (said.isEmpty ? "" : ": \(said)")
    }
}

extension AnswerTable {
    /// What a mail server's reply means (RFC 5321, section 4.2.1): 4yz may be otherwise another time, 5yz will not.
    static func answer(reply: MailReply) -> ChannelAnswer {
        let said = SafeText.shortened(SafeText.visible(reply.text), to: 300)
        let reason = reason("the mail server", reply.code, said)
        switch reply.code {
        case 200..<400: return ChannelAnswer(.done([]), status: reply.code)
        case 400..<500: return ChannelAnswer(.retry(after: nil, reason: reason), status: reply.code)
        default: return ChannelAnswer(.park(reason: "\(reason); \(advice(reply: reply.code))"), status: reply.code)
        }
    }

    private static func advice(reply code: Int) -> String {
        switch code {
        case 530, 534, 535, 538: "check the channel's user and password"
        case 552: "the message is too long, or the mailbox full: shorten the reactor's message"
        case 501, 550, 551, 553: "check the addresses in from and to"
        default: "ask whoever runs the mail server"
        }
    }
}
