// Reads the text of one value as what its definition says it is.

import CanonicalJSON
import Foundation
import Reactors

struct ScalarReader {
    let secrets: SecretSource
    /// The key that it stands at; a header's name tells whether its value is a secret.
    let name: String

    /// What is wrong with the text, as a sentence about its key.
    struct Wrong: Error {
        let reason: String
    }

    func read(_ text: String, as scalar: Scalar) throws(Wrong) -> SettingValue {
        if !scalar.takesReferences, ReferenceText.containsReference(text) {
            throw Wrong(reason: scalar.refusalOfReferences)
        }
        switch scalar {
        case .argument: return .text(try argument(text))
        case .variableValue: return try variableValue(text)
        case .text, .path: return .text(try filled(text))
        case .flag: return .flag(try known(["true": true, "false": false][text], text, scalar))
        case .mark: return .flag(try known(text == "true" ? true : nil, text, scalar))
        case .count(let range):
            let count = text.allSatisfy(\.isASCIIDigit) ? Int(text) : nil
            return .count(try known(count.flatMap { range.contains($0) ? $0 : nil }, text, scalar))
        case .duration: return .duration(try known(DurationText.parse(text), text, scalar))
        case .rate: return .rate(try known(RateText.parse(text), text, scalar))
        case .size: return .size(try known(SizeText.parse(text), text, scalar))
        case .share: return .share(try known(ShareText.parse(text), text, scalar))
        case .bounds: return .bounds(try known(BoundsText.parse(text), text, scalar))
        case .cron: return .cron(try cron(text))
        case .timezone: return .text(try zone(text))
        case .address: return .text(try known(WebAddress.isListenAddress(text) ? text : nil, text, scalar))
        case .url(let placeholders): return .text(try url(text, placeholders))
        case .secretURL: return try secretURL(text)
        case .channelURL: return try channelURL(text)
        case .channelValue: return try channelValue(text)
        case .mailURL:
            do { _ = try MailURL(text) } catch { throw Wrong(reason: error.reason) }
            return .text(text)
        case .secret(.password): return try password(text)
        case .secret(.webhookKey): return try webhookKey(text)
        case .secret(.token): return try token(text)
        case .headerValue: return try header(text)
        case .selector, .expression, .filter, .template, .timeFormat, .point, .statistic, .threshold, .evaluation,
            .hours, .flapping:
            if let wrong = CompiledText.wrong(with: text, as: scalar) { throw Wrong(reason: wrong) }
            return .text(text)
        }
    }

    private func known<Value>(_ value: Value?, _ text: String, _ scalar: Scalar) throws(Wrong) -> Value {
        guard let value else { throw Wrong(reason: "expected \(scalar.expectation), got \"\(text)\"") }
        return value
    }

    private func filled(_ text: String) throws(Wrong) -> String {
        guard !text.isEmpty, !text.contains("\0") else { throw Wrong(reason: "expected a text, got an empty one") }
        return text
    }

    /// An argument may be empty.
    private func argument(_ text: String) throws(Wrong) -> String {
        guard !text.contains("\0") else { throw Wrong(reason: "an argument cannot hold a NUL character") }
        return text
    }

    private func cron(_ text: String) throws(Wrong) -> Cron {
        do { return try Cron(text) } catch { throw Wrong(reason: error.reason) }
    }

    private func zone(_ text: String) throws(Wrong) -> String {
        if TimeZone(identifier: text) != nil { return text }
        let nearest = NearestName.of(text, in: TimeZone.knownTimeZoneIdentifiers).map { "; did you mean \"\($0)\"?" }
        throw Wrong(reason: "expected \(Scalar.timezone.expectation), got \"\(text)\"\(nearest ?? "")")
    }

    private func url(_ text: String, _ placeholders: [String]) throws(Wrong) -> String {
        let found: Set<String>
        do { found = try WebAddress.check(text).placeholders } catch { throw Wrong(reason: error.reason) }
        if let stranger = found.sorted().first(where: { !placeholders.contains($0) }) {
            let known = placeholders.map { "{\($0)}" }
            let hint = known.isEmpty ? "none can stand here" : "known are \(Wording.list(known, "and"))"
            throw Wrong(reason: "the placeholder {\(stranger)} is unknown; \(hint)")
        }
        return text
    }
}

extension ScalarReader {
    private func reference(_ text: String) throws(Wrong) -> (ReferenceText, Secret) {
        let reference: ReferenceText
        do { reference = try ReferenceText.parse(text) } catch { throw Wrong(reason: error.reason) }
        do { return (reference, try reference.resolve(secrets)) } catch { throw Wrong(reason: error.reason) }
    }

    /// What a reference in it leads to is not repeated, whatever is wrong with it.
    private func secretURL(_ text: String) throws(Wrong) -> SettingValue {
        let (reference, secret) = try reference(text)
        do { _ = try WebAddress.check(secret.reveal()) } catch {
            throw Wrong(
                reason: reference.isLiteral ? error.reason : "the references in it do not make a usable URL of it")
        }
        return .reference(reference, secret, isMasked: false)
    }

    /// What has places for values is checked when they are in it.
    private func channelURL(_ text: String) throws(Wrong) -> SettingValue {
        guard !Placeholders.names(in: text).isEmpty else { return try secretURL(text) }
        let (reference, secret) = try reference(text)
        return .reference(reference, secret, isMasked: false)
    }

    /// One in which a value of `with` stands is no secret that was written out.
    private func channelValue(_ text: String) throws(Wrong) -> SettingValue {
        guard case .reference(let reference, let secret, let isMasked) = try header(text) else { return .text(text) }
        return .reference(reference, secret, isMasked: isMasked && Placeholders.names(in: text).isEmpty)
    }

    private func password(_ text: String) throws(Wrong) -> SettingValue {
        let (reference, secret) = try reference(text)
        guard !secret.reveal().isEmpty, !secret.reveal().contains("\0") else {
            throw Wrong(reason: "expected a password, and what stands here is none")
        }
        return .reference(reference, secret, isMasked: true)
    }

    private func webhookKey(_ text: String) throws(Wrong) -> SettingValue {
        let (reference, secret) = try reference(text)
        if let wrong = CompiledText.wrong(withWebhookKey: secret) { throw Wrong(reason: wrong) }
        return .reference(reference, secret, isMasked: true)
    }

    /// What goes into an `Authorization` header has to be of visible ASCII characters.
    private func token(_ text: String) throws(Wrong) -> SettingValue {
        let (reference, secret) = try reference(text)
        let value = secret.reveal()
        guard !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Wrong(reason: "a token is one word of visible ASCII characters, and what stands here is none")
        }
        return .reference(reference, secret, isMasked: true)
    }

    private func header(_ text: String) throws(Wrong) -> SettingValue {
        let (reference, secret) = try reference(text)
        guard !secret.reveal().unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F })
        else {
            throw Wrong(reason: "a header's value cannot hold line breaks or control characters")
        }
        return .reference(reference, secret, isMasked: isNameOfSecret)
    }

    private func variableValue(_ text: String) throws(Wrong) -> SettingValue {
        let (reference, secret) = try reference(text)
        guard !secret.reveal().contains("\0") else {
            throw Wrong(reason: "an environment variable cannot hold a NUL character")
        }
        return .reference(reference, secret, isMasked: isNameOfSecret)
    }

    private var isNameOfSecret: Bool {
        let telling = ["authorization", "cookie", "token", "key", "secret", "password", "session", "auth"]
        return telling.contains { name.lowercased().contains($0) }
    }
}

extension Scalar {
    var takesReferences: Bool {
        switch self {
        case .secret, .secretURL, .channelURL, .channelValue, .headerValue, .variableValue: true
        default: false
        }
    }

    /// Why no reference can stand here, and where one can.
    var refusalOfReferences: String {
        switch self {
        case .argument:
            "a reference cannot stand here: everybody on the machine can read a program's arguments (ps); put it under "
                + "environment, where the program finds it as a variable"
        default:
            "references are not read here; they can stand in secret, token, webhook, http, user, password and the values of headers, "
                + "with and environment"
        }
    }

    /// What is due, as it stands in "expected …, got …".
    var expectation: String {
        switch self {
        case .text, .headerValue, .channelValue, .argument, .variableValue: "a text"
        case .flag: "true or false"
        case .mark: "true"
        case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .duration: "a duration such as 10m"
        case .rate: "a rate such as 1/2s"
        case .size: "a size such as 32MB"
        case .share: "a share such as 20%"
        case .bounds: "bounds such as 1.. or 10..500"
        case .cron: "a cron expression such as \"*/10 8-20 * * 1-5\""
        case .timezone: "a time zone such as Europe/Berlin"
        case .address: "an address such as 127.0.0.1:7373"
        case .path: "a path"
        case .url, .secretURL, .channelURL: "a URL such as https://example.org/"
        case .mailURL: "a mail server such as smtps://mail.example"
        case .secret: "a reference such as ${env:NAME} or ${file:PATH}"
        case .selector: "a selector such as \".title\""
        case .expression: "a regular expression"
        case .filter: "a jq filter"
        case .template: "a Mustache template"
        case .timeFormat: "a time format such as \"%Y-%m-%d %H:%M\""
        case .point: "beginning, end, a sequence, or a time such as 2026-11-21T10:00:00Z"
        case .statistic: "sum, average, minimum, maximum, count or a percentile such as p99.9"
        case .threshold: "a comparison and a number such as \">= 1\""
        case .hours: "two different times of day such as 22:00-07:00"
        case .flapping: "how many changes in how long, such as 3 in 1h (1 to 100, at least 100ms)"
        case .evaluation: "how many of how many periods, such as 3 of 5 (at most \(AlarmEvaluation.periodsMax))"
        }
    }
}

extension ValueType {
    var expectation: String {
        switch self {
        case .scalar(let scalar): scalar.expectation
        case .choice(let choices), .pattern(let choices):
            Wording.either(choices.filter { $0.later == nil }.map(\.name))
        case .list: "a list"
        case .oneOrMany(let element): "\(element.expectation), or a list of these"
        case .named, .table, .kinds: "a table of keys"
        case .shorthand(let key, let definition):
            "\(definition.key(key)?.type.expectation ?? "a text"), or a table of keys"
        case .anything: "a value"
        }
    }

    /// Whether what stands there must not be repeated in an error.
    var holdsSecret: Bool {
        if case .scalar(let scalar) = self { scalar.takesReferences } else { false }
    }
}
