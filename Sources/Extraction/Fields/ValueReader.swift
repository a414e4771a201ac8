// From a found text to a field's value: `match`, then `as`.

import CanonicalJSON

struct ValueReader: Sendable {
    /// What became of a text.
    enum Outcome {
        case nothing
        case value(JSON)
        /// There was a text, but it is not what the rule says; the reason is a sentence.
        case failure(String)
    }

    private let kind: FieldRule.Kind
    private let pattern: Pattern?
    private let times: TimeReading?

    init(_ rule: FieldRule, field: String) throws(ExtractionError) {
        kind = rule.kind
        pattern = try rule.match.map { text throws(ExtractionError) in try Pattern(text, field: field) }
        times = rule.kind == .time ? try TimeReading(timezone: rule.timezone, format: rule.format, field: field) : nil
    }

    var hasPattern: Bool { pattern != nil }

    /// Whether the pattern matches somewhere in the text; where there is none, any text does.
    func matches(_ text: [UInt8]) throws(ExtractionError) -> Bool {
        guard let pattern else { return true }
        switch text.withUnsafeBufferPointer(pattern.match) {
        case .none: return false
        case .value: return true
        case .tooHard: throw .failed("the regular expression takes too many steps on this text")
        }
    }

    /// `text` is folded already (for `html`: trimmed).
    func read(_ text: UnsafeBufferPointer<UInt8>, base: String) -> Outcome {
        var text = text
        if let pattern {
            switch pattern.match(text) {
            case .none: return .nothing
            case .tooHard: return .failure("the regular expression takes too many steps on this text")
            case .value(let range): text = ValueReader.trimmed(text, range)
            }
        }
        guard text.count > 0 else { return .nothing }
        let string = String(decoding: text, as: UTF8.self)
        return kind == .text || kind == .lines || kind == .html ? .value(.string(string)) : convert(string, base: base)
    }

    private func convert(_ text: String, base: String) -> Outcome {
        switch kind {
        case .text, .lines, .html: return .value(.string(text))
        case .number:
            return NumberReading.number(text).map { .value(.number($0)) }
                ?? .failure("\"\(shown(text))\" has no number in it")
        case .money:
            guard let money = MoneyReading.money(text) else {
                return .failure("\"\(shown(text))\" has no amount in it")
            }
            var object: JSONObject = JSONObject([("amount", .number(money.amount))])
            object["currency"] = money.currency.map { .string($0) }
            return .value(.object(object))
        case .url:
            return URLReference.resolve(text, against: base).map { .value(.string($0)) }
                ?? .failure("\"\(shown(text))\" is no URL")
        case .time:
            switch times?.read(text) {
            case .success(let instant)?: return .value(.string(instant))
            case .failure(let problem)?: return .failure("\"\(shown(text))\" is no time: \(problem.reason)")
            case nil: return .nothing
            }
        }
    }

    /// Foreign text in a sentence: not too much of it.
    private func shown(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }

    private static func trimmed(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        var range = range
        while range.lowerBound < range.upperBound, text[range.lowerBound] == 0x20 {
            range = range.lowerBound + 1..<range.upperBound
        }
        while range.lowerBound < range.upperBound, text[range.upperBound - 1] == 0x20 {
            range = range.lowerBound..<range.upperBound - 1
        }
        return UnsafeBufferPointer(rebasing: text[range])
    }
}
