// The daybook.yaml of the demo.

extension DemoSite {
    /// A complete daybook.yaml that watches the site at `address` and tells on the terminal what changes.
    public static func configuration(for address: String) -> String {
        """
        # The daybook of `daybook demo`: a small conference catalogue on this machine.
        data: ./data

        watches:
          days:
            kind: sessions
            every: 2s
            topics: { url: "\(address)/", items: "#topics a", id: "@data-id" }
            fetch:
              url: "\(address)/sessions?topic={topic}"
              retries: 0                # the demo shows failures instead of waiting them out
              timeout: 5s
            items: "article.session"
            key: "@id"
            fields:
              title: ".title"
              speakers: { select: ".speaker", all: true }
              room: ".room"
              starts: { select: "time@datetime", as: time, timezone: Europe/Vienna }
              abstract: ".abstract"

        channels:
          screen: { terminal: true }

        reactors:
          tell:
            on: [session.added, session.updated, session.withdrawn, session.returned, run.failed, run.suspect, run.recovered]
            to: screen

        """
    }
}
