// What the site answers to a request: a pure function of the path, the request's validators and the step.

/// An answer, before it is an HTTP response.
struct Answer: Hashable, Sendable {
    var status: Int
    var headers: [String: String] = ["Content-Type": "text/html; charset=utf-8"]
    var body: String

    /// - Parameters:
    ///   - validator: the request's `If-None-Match`.
    ///   - since: the request's `If-Modified-Since`; counts only where there is no validator (RFC 9110, section 13.1.3).
    static func to(path: String, topic: String?, validator: String? = nil, since: String? = nil, step: Int) -> Answer {
        let state = Script.state(after: step)
        switch path {
        case "/":
            return found(Pages.front(), changed: 0).unless(validator, since)
        case "/sessions":
            guard let topic = topic.flatMap(Topic.init) else { return Answer(status: 404, body: Pages.missing()) }
            return sessions(of: topic, state, step: step).unless(validator, since)
        default:
            return Answer(status: 404, body: Pages.missing())
        }
    }

    private static func sessions(of topic: Topic, _ state: SiteState, step: Int) -> Answer {
        switch state.mood {
        case .overloaded:
            var answer = Answer(status: 503, body: Pages.overloaded())
            answer.headers["Retry-After"] = "1"
            return answer
        case .captcha:
            return Answer(status: 200, body: Pages.captcha())
        case .well:
            return found(Pages.sessions(of: topic, in: state.catalogue), changed: lastChange(of: topic, step: step))
        }
    }

    /// The step that last changed what the topic's page shows; it stands in for the time of the page's last change.
    private static func lastChange(of topic: Topic, step: Int) -> Int {
        var step = step
        let now = Script.state(after: step).catalogue.sessions[topic]
        while step > 0, Script.state(after: step - 1).catalogue.sessions[topic] == now { step -= 1 }
        return step
    }

    private static func found(_ body: String, changed step: Int) -> Answer {
        var answer = Answer(status: 200, body: body)
        answer.headers["ETag"] = "\"\(fingerprint(body))\""
        answer.headers["Last-Modified"] = HTTPDate.text(secondsSince2027: step)
        return answer
    }

    /// Without a body where the visitor has this version already.
    private func unless(_ validator: String?, _ since: String?) -> Answer {
        guard status == 200, let tag = headers["ETag"] else { return self }
        let known = validator.map { Self.tags(in: $0).contains { $0 == tag || $0 == "*" } }
        guard known ?? (since != nil && since == headers["Last-Modified"]) else { return self }
        var answer = self
        answer.status = 304
        answer.body = ""
        answer.headers["Content-Type"] = nil
        return answer
    }

    /// The entity tags of an `If-None-Match`, compared weakly (RFC 9110, section 8.8.3.2).
    private static func tags(in list: String) -> [Substring] {
        list.split(separator: ",").map { part in
            let tag = part.drop { $0 == " " }
            return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
        }
    }

    /// FNV-1a, 64 bits: equal pages have equal tags, also in another process.
    private static func fingerprint(_ text: String) -> String {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}

/// Dates as HTTP writes them (RFC 9110, section 5.6.7), counted in seconds of the demo's own calendar.
enum HTTPDate {
    /// The first day of 2027 was a Friday; a demo does not run for longer than that day.
    static func text(secondsSince2027 seconds: Int) -> String {
        let second = min(max(0, seconds), 86_399)
        let parts = [second / 3600, second / 60 % 60, second % 60].map { ($0 < 10 ? "0" : "") + String($0) }
        return "Fri, 01 Jan 2027 \(parts.joined(separator: ":")) GMT"
    }
}
