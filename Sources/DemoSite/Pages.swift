// The site's pages as HTML.

enum Pages {
    static func front() -> String {
        let topics = Topic.allCases.map { topic in
            """
                  <li><a data-id="\(topic.rawValue)" href="/sessions?topic=\(topic.rawValue)">\(escaped(topic.title))</a></li>
            """
        }
        return page(
            "Daybook Days 2027",
            """
                <p>Two days about programs that remember. Everything here is made up, and changes every few seconds.</p>
                <ul id="topics">
            \(topics.joined(separator: "\n"))
                </ul>
            """)
    }

    static func sessions(of topic: Topic, in catalogue: Catalogue) -> String {
        page(
            "\(topic.title) · Daybook Days 2027",
            (catalogue.sessions[topic] ?? []).map(article).joined(separator: "\n"))
    }

    static func captcha() -> String {
        page(
            "Are you a robot?",
            """
                <form id="captcha-form" class="g-recaptcha" action="/verify" method="post">
                  <p>Our systems have detected unusual traffic. Please complete the captcha to prove that you are human.</p>
                  <div class="g-recaptcha" data-sitekey="demo"></div>
                </form>
            """)
    }

    static func overloaded() -> String {
        page("503 Service Unavailable", "    <p>Too many visitors. Please come back in a moment.</p>")
    }

    static func missing() -> String {
        page("404 Not Found", "    <p>There is no such page. Try <a href=\"/\">the front page</a>.</p>")
    }

    private static func article(_ session: Session) -> String {
        let speakers = session.speakers.map { "<span class=\"speaker\">\(escaped($0))</span>" }.joined(separator: ", ")
        return """
                <article class="session" id="\(session.code)">
                  <h2><span class="code">\(session.code)</span> <span class="title">\(escaped(session.title))</span></h2>
                  <p class="who">\(speakers)</p>
                  <p class="when">
                    <time datetime="\(session.starts)">\(session.starts.replacing("T", with: ", "))</time>,
                    <span class="room">\(escaped(session.room))</span>
                  </p>
                  <p class="abstract">\(escaped(session.abstract))</p>
                </article>
            """
    }

    private static func page(_ title: String, _ body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
          <head>
            <meta charset="utf-8">
            <title>\(escaped(title))</title>
            <style>body { font: 16px sans-serif; max-width: 40em; margin: 2em auto } .room { font-weight: bold }</style>
          </head>
          <body>
            <h1>\(escaped(title))</h1>
        \(body)
          </body>
        </html>

        """
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\"", with: "&quot;")
    }
}
