// What waits for a dispatcher's loop: news does not pile up before it.

import Testing

@testable import Reactors

@Suite("A loop's mailbox")
struct MailboxTests {
    @Test("news that was not heard yet is not repeated, so nothing waits behind it twice; then there can be news again")
    func news() async {
        let mailbox = Mailbox()
        for _ in 0..<1000 { mailbox.post(.news) }
        mailbox.post(.timer)
        var signals = mailbox.signals.makeAsyncIterator()
        #expect(await signals.next()?.isNews == true)
        mailbox.heardNews()
        mailbox.post(.news)
        mailbox.post(.news)
        mailbox.post(.stop)
        #expect(await signals.next()?.isNews == false)
        #expect(await signals.next()?.isNews == true)
        #expect(await signals.next()?.isNews == false)
    }
}

extension Signal {
    fileprivate var isNews: Bool {
        guard case .news = self else { return false }
        return true
    }
}
