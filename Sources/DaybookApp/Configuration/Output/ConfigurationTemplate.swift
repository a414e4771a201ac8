// What `daybook init` writes: a daybook.yaml that is right as it stands and explains itself.

import CanonicalJSON
import Foundation

/// A commented daybook.yaml. Its watch fits the site of `daybook demo`, so that it can be tried before it is changed.
let configurationTemplate = #"""
    # daybook.yaml: what is watched, and who is told.
    #
    #   daybook config check      is this file right?
    #   daybook check             look once, now
    #   daybook sessions list     what is known
    #
    # Every key is described in docs/configuration.md; `daybook config schema` prints a JSON Schema for editors.

    # Where everything is remembered; relative to this file.
    data: ./data

    # Where `daybook run` answers over HTTP how it is, in /healthz, /readyz and /metrics (for Prometheus); and what those who ask
    # have to send. `daybook init` has made this token.
    #   listen: 127.0.0.1:7373
    #   token: "${file:data/token}"

    watches:
      # One page's text is the simplest watch: where it is, and which part of it.
      #   news: { kind: page, every: 1h, fetch: { url: "https://example.org/news" }, select: "main" }

      # A list, item by item. `days` is a name of your own. It is part of everything that is recorded; `daybook watch rename`
      # gives it another.
      days:
        # sessions: a conference's sessions. items: any other list. page: one page's text.
        kind: sessions

        # How often to look: 30s, 10m, 1h30m, 1d. Or at set times:
        #   cron: "*/10 8-20 * * 1-5"
        #   timezone: Europe/Berlin
        every: 10m

        # A catalogue that is divided: the page that lists the topics, and each topic's identifier.
        # Remove this where all the items stand on one page, or on pages that are counted.
        topics: { url: "http://127.0.0.1:8080/", items: "#topics a", id: "@data-id" }

        fetch:
          # This is the site of `daybook demo --port 8080`: let that run in another terminal to try this file, then
          # put the address of what you want to watch. {topic} stands for each topic, {page} for 1, 2, 3, …
          url: "http://127.0.0.1:8080/sessions?topic={topic}"
          # At most one request in two seconds, for this host, whichever watch asks.
          #   rate: 1/2s
          # What the host needs to know; secrets are references, never written out.
          #   headers: { Authorization: "Bearer ${env:CATALOG_TOKEN}" }

        # Selects each item on a page: CSS, or "xpath:…", or "jq:…" where the answer is JSON.
        items: "article.session"

        # What an item is known by: an attribute of the item (@id), or a selector within it (".code").
        key: "@id"

        # What is remembered of each item: a name of your own, and a selector within the item.
        fields:
          title: ".title"
          speakers: { select: ".speaker", all: true }
          room: ".room"
          starts: { select: "time@datetime", as: time, timezone: Europe/Vienna }

        # What a sound look is like. These are the defaults: at least one item; not more than a fifth of those known
        # missing (5 may always be); a larger loss is believed when it was seen 3 times over an hour.
        #   expect: { items: 1.., drop: 20%, confirm: 3, confirm-over: 1h }

    # Ways to tell somebody.
    channels:
      screen: { terminal: true }
      #   notes: { file: ./changes.txt }
      #   team: { webhook: "https://hooks.example/daybook", secret: "${env:WEBHOOK_SECRET}" }
      # Chats and phones: `daybook presets list`. Mail, and any other service: docs/channels.md.
      #   phone: { preset: ntfy, with: { topic: "${env:NTFY_TOPIC}" } }
      #   editor: { smtp: "smtps://mail.example", user: me, password: "${env:MAIL_PASSWORD}", from: "me@mail.example", to: "ann@mail.example" }

    # What is told, and to whom. A first look tells nobody: everything would be new. Who is told here is also told when the
    # looks of a watch fail again and again.
    reactors:
      tell:
        on: [session.*, item.*, page.*, stock.*]
        to: [screen]
        # Only some of them: a jq filter over the change.
        #   where: '.fields.room == "Hall 1"'
        # In your own words (Mustache); left out, it is one line that names what changed.
        #   message: "{{title}}: {{#changes}}{{field}} {{old}} -> {{new}} {{/changes}}"

    """#

enum ConfigurationTemplate {
    /// The commented example, or the same with other watches in the place of its own.
    ///
    /// - Parameters:
    ///   - watches: lines, indented.
    ///   - data: the data folder, where it is another one.
    static func text(watches: [String]? = nil, data: String?) -> String {
        var text = configurationTemplate
        if let watches, let head = text.firstRange(of: "\nwatches:\n"),
            let rest = text.firstRange(of: "\n# Ways to tell somebody.")
        {
            text.replaceSubrange(head.upperBound..<rest.lowerBound, with: watches.joined(separator: "\n") + "\n")
        }
        guard let data else { return text }
        return text.replacing("data: ./data", with: "data: \(JSON.string(data).canonicalText)", maxReplacements: 1)
            .replacing("${file:data/token}", with: "${file:\(data)/token}")
    }

    /// Never over a file that is there.
    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
        } catch {
            let reason =
                (error as? CocoaError)?.code == .fileWriteNoPermission
                ? "this user may not write there" : "its folder is not there or cannot be written"
            throw Failure(.world, "cannot write \(path): \(reason); choose another place with --config")
        }
    }
}
