// What a service says in the body of its answers beside the status: jq filters, so that it can stand in a preset.

import CanonicalJSON
import JSONQuery
import Transport

/// How an answer is read. Each filter is given `{"status", "headers", "body"}`: header names in lower case, the body as JSON where it
/// is some, else as text.
public struct AnswerReading: Sendable {
    /// The status that counts, for services that answer 200 to everything.
    var status: JSONFilter?
    /// Why it was refused.
    var reason: JSONFilter?
    /// Seconds to wait at least.
    var wait: JSONFilter?

    public init(status: String? = nil, reason: String? = nil, wait: String? = nil) throws(JSONQueryError) {
        self.status = try status.map { filter throws(JSONQueryError) in try JSONFilter(filter) }
        self.reason = try reason.map { filter throws(JSONQueryError) in try JSONFilter(filter) }
        self.wait = try wait.map { filter throws(JSONQueryError) in try JSONFilter(filter) }
    }

    /// The attempt as it is to be judged, and the service's own words.
    func read(_ answer: NetworkTry.Answer) -> (attempt: Attempt, said: String) {
        guard case .status(let status, let asked) = answer.attempt else { return (answer.attempt, "") }
        guard self.status != nil || !(200..<300).contains(status) else { return (answer.attempt, "") }
        let input = Self.input(status, answer)
        let own = Self.first(self.status, input)?.numberValue.flatMap { Int(exactly: $0) }
        if self.status != nil, own == nil, (200..<300).contains(status) {
            return (.fault(.garbage("it does not say whether the message was taken")), "")
        }
        let wait = Self.first(wait, input)?.numberValue.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        let said = Self.first(reason, input)?.stringValue ?? ""
        return (.status(own ?? status, retryAfter: [asked, wait].compactMap(\.self).max()), said)
    }

    private static func input(_ status: Int, _ answer: NetworkTry.Answer) -> JSON {
        let headers = JSONObject(answer.headers.fields.map { ($0.name.lowercased(), JSON.string($0.value)) })
        let body = (try? JSON.parse(answer.body)) ?? .string(String(decoding: answer.body.prefix(4096), as: UTF8.self))
        return ["status": JSON(status), "headers": .object(headers), "body": body]
    }

    /// A filter that fails on an answer says nothing about it.
    private static func first(_ filter: JSONFilter?, _ input: JSON) -> JSON? {
        (try? filter?.run(input, limits: JSONFilter.Limits(seconds: 1, results: 10, bytes: 1 << 20)))?.first
    }
}
