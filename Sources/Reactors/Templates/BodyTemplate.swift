// The `body:` of a channel over HTTP: Mustache in which every value is written as the body's media type wants it.

import CanonicalJSON
import Foundation
import Mustache

/// A body, compiled once when the configuration is read.
public struct BodyTemplate: Sendable {
    /// What a body is made of, by its media type.
    enum Language: String, Sendable {
        case json = "DAYBOOK_JSON"
        case form = "DAYBOOK_FORM"
        case markup = "HTML"
        case text = "TEXT"

        init(mediaType: String) {
            let type = mediaType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
            switch type {
            case _ where type == "application/json" || type.hasSuffix("+json"): self = .json
            case "application/x-www-form-urlencoded": self = .form
            case _ where type == "text/html" || type.hasSuffix("xml"): self = .markup
            default: self = .text
            }
        }
    }

    private let language: Language
    private let template: MessageTemplate

    /// - Parameters:
    ///   - type: the media type, which decides how values are quoted.
    ///   - with: the channel's own values.
    /// - Throws: `badTemplate`, or `badBody` for one of JSON that does not come out as such.
    public init(_ text: String, type: String, with: [String: String] = [:]) throws(ReactorError) {
        language = Language(mediaType: type)
        template = try MessageTemplate(text, contentType: Self.registered(language))
        guard render(Self.change, Self.sample.merging(["with": with]) { _, own in own }) != nil else { throw .badBody }
    }

    /// The body; nil where it should be JSON and is not, which only unquoted values (`{{{…}}}`) can bring about.
    ///
    /// - Parameters:
    ///   - change: the change's data.
    ///   - own: what the message itself has, which wins over the change's names.
    func render(_ change: JSON, _ own: [String: Any], entities: Bool = false) -> [UInt8]? {
        let bytes = Array(template.render(change, adding: own, entities: entities).utf8)
        return language != .json || (try? JSON.parse(bytes)) != nil ? bytes : nil
    }

    private static let change: JSON = ["kind": "session.updated", "version": 1]

    /// What breaks a body that does not quote it.
    private static var sample: [String: Any] {
        let text = "\"quoted\" \\ and\non two lines 👩‍👩‍👧"
        var own: [String: Any] = ["late": true, "attempt": 1]
        for name in ["text", "headline", "id", "kind", "subject", "time"] { own[name] = text }
        return own
    }

    /// The library's table of languages is one for the process.
    private static let registration: Void = {
        MustacheContentTypes.register(JSONText(), named: Language.json.rawValue)
        MustacheContentTypes.register(FormText(), named: Language.form.rawValue)
    }()

    private static func registered(_ language: Language) -> String {
        registration
        return language.rawValue
    }
}

/// A value as it stands between the quotes of a JSON string.
private struct JSONText: MustacheContentType {
    func escapeText(_ text: String) -> String { String(JSON.string(text).canonicalText.dropFirst().dropLast()) }
}

/// A value as it stands in a form.
private struct FormText: MustacheContentType {
    func escapeText(_ text: String) -> String { Placeholders.encoded(text) }
}
