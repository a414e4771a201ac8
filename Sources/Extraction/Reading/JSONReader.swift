// Items and their fields from JSON, with jq.

import CanonicalJSON
import JSONQuery

struct JSONReader {
    private let rules: CompiledRules
    private let base: String
    private let document: JSON

    init(_ rules: CompiledRules, utf8: [UInt8], url: String) throws(ExtractionError) {
        self.rules = rules
        base = url
        do throws(JSONError) { document = try JSON.parse(LargeIntegers.quoted(utf8)) } catch {
            throw .malformed(kind: "JSON", reason: "\(error)")
        }
    }

    /// Reads what has been made JSON of already.
    init(_ rules: CompiledRules, document: JSON, url: String) {
        self.rules = rules
        base = url
        self.document = document
    }

    func items() throws(ExtractionError) -> [JSON] {
        guard case .jq(let filter) = rules.items else { return document.arrayValue ?? [] }
        return try run(filter, PreparedInput(document))
    }

    func page() throws(ExtractionError) -> Page {
        var page = Page()
        for item in try items() {
            let input = PreparedInput(item)
            guard let key = try key(input) else {
                page.keyless += 1
                continue
            }
            page.items.append(readItem(input, key: key, page: &page))
        }
        page.next = try next()
        return page
    }

    private func key(_ input: borrowing PreparedInput) throws(ExtractionError) -> String? {
        let field = rules.fields[rules.keyField]
        for selector in field.selectors {
            guard case .jq(let filter) = selector, let found = try run(filter, input).first,
                let text = JSONReader.text(found),
                case .value(.string(let key)) = Array(text.utf8).withUnsafeBufferPointer({
                    field.values.read($0, base: base)
                })
            else { continue }
            return key
        }
        return nil
    }

    private func readItem(_ input: borrowing PreparedInput, key: String, page: inout Page) -> ReadItem {
        var item = ReadItem(key: key, fields: JSONObject())
        for field in rules.values {
            switch value(rules.fields[field], input) {
            case .nothing: break
            case .value(let value): item.fields[rules.fields[field].name] = value
            case .failure(let reason):
                item.unreadable.append(rules.fields[field].name)
                page.note(FieldFailure(key: key, field: rules.fields[field].name, reason: reason))
            }
        }
        if rules.hasAvailability {
            item.fields[Availability.field] = .string(availability(input, key: key, page: &page).rawValue)
        }
        return item
    }

    private func availability(_ input: borrowing PreparedInput, key: String, page: inout Page) -> Availability {
        var answers: [Bool?] = []
        for place in [rules.inStock, rules.outOfStock] {
            guard let place else {
                answers.append(false)
                continue
            }
            do throws(ExtractionError) { answers.append(try holds(rules.fields[place], input)) } catch {
                page.note(FieldFailure(key: key, field: Availability.field, reason: error.description))
                answers.append(nil)
            }
        }
        return Availability(inStock: answers[0], outOfStock: answers[1])
    }

    /// Whether something is found (null and false are nothing), and matches where it has to.
    private func holds(_ field: CompiledField, _ input: borrowing PreparedInput) throws(ExtractionError) -> Bool {
        for case .jq(let filter) in field.selectors {
            for value in try run(filter, input) where value != .null && value != false {
                guard field.values.hasPattern else { return true }
                guard let text = JSONReader.text(value) else { continue }
                if try field.values.matches(Array(text.utf8)) { return true }
            }
        }
        return false
    }

    private func value(_ field: CompiledField, _ input: borrowing PreparedInput) -> ValueReader.Outcome {
        for selector in field.selectors {
            guard case .jq(let filter) = selector else { continue }
            let outcome = value(field, filter, input)
            if case .nothing = outcome { continue }
            return outcome
        }
        return .nothing
    }

    private func value(
        _ field: CompiledField, _ filter: JSONFilter, _ input: borrowing PreparedInput
    ) -> ValueReader.Outcome {
        var found: [JSON]
        do throws(ExtractionError) { found = try run(filter, input) } catch { return .failure(error.description) }
        found.removeAll { $0 == .null }
        let isList = field.rule.all || field.rule.kind == .lines
        if !isList { found = Array(found.prefix(1)) }
        var values: [JSON] = []
        for one in found {
            for part in field.rule.kind == .lines ? JSONReader.lines(one) : [one] {
                switch read(part, field) {
                case .nothing: break
                case .value(let value): values.append(value)
                case .failure(let reason): return .failure(reason)
                }
            }
        }
        guard let first = values.first else { return .nothing }
        return .value(isList ? .array(values) : first)
    }

    /// Texts are folded and converted; what is no text stays what it is in JSON, unless the rule wants something of it.
    private func read(_ value: JSON, _ field: CompiledField) -> ValueReader.Outcome {
        switch value {
        case .array(let values) where values.isEmpty: return .nothing
        case .object(let object) where object.isEmpty: return .nothing
        case .string: break
        default:
            if field.rule.kind == .text || field.rule.kind == .lines, field.rule.match == nil { return .value(value) }
        }
        guard let text = JSONReader.text(value) else {
            return .failure("an object or a list cannot be read as \(field.rule.kind)")
        }
        return Array(text.utf8).withUnsafeBufferPointer { field.values.read($0, base: base) }
    }

    /// A text folded; of a number or truth value what JSON writes.
    private static func text(_ value: JSON) -> String? {
        switch value {
        case .string(let text): String(decoding: WhiteSpace.folded(Array(text.utf8)[...]), as: UTF8.self)
        case .number, .bool: value.canonicalText
        case .null, .array, .object: nil
        }
    }

    private static func lines(_ value: JSON) -> [JSON] {
        guard case .string(let text) = value else { return value.arrayValue ?? [value] }
        return text.split(whereSeparator: \.isNewline).map { .string(String($0)) }
    }

    private func next() throws(ExtractionError) -> String? {
        guard let rule = rules.next, case .jq(let filter)? = rule.selectors.first else { return nil }
        guard case .string(let text)? = try run(filter, PreparedInput(document)).first(where: { $0 != .null }),
            !text.isEmpty,
            let url = URLReference.resolve(text, against: base), url.hasPrefix("http://") || url.hasPrefix("https://")
        else { return nil }
        return url
    }

    private func run(_ filter: JSONFilter, _ input: borrowing PreparedInput) throws(ExtractionError) -> [JSON] {
        do throws(JSONQueryError) { return try filter.run(input) } catch { throw .failed(error.description) }
    }
}

/// Integers that a double would round, such as 64-bit ids, are taken as the texts that they are.
enum LargeIntegers {
    /// The same JSON with those integers in quotes.
    static func quoted(_ json: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var copied = 0
        var at = 0
        while at < json.count {
            if json[at] == UInt8(ascii: "\"") {
                at = stringEnd(json, at)
            } else if isDigit(json[at]) || json[at] == UInt8(ascii: "-") {
                let start = at
                repeat { at += 1 } while at < json.count && isNumberByte(json[at])
                guard isRounded(json[start..<at]) else { continue }
                out += json[copied..<start]
                out.append(UInt8(ascii: "\""))
                out += json[start..<at]
                out.append(UInt8(ascii: "\""))
                copied = at
            } else {
                at += 1
            }
        }
        return copied == 0 ? json : out + json[copied...]
    }

    private static func stringEnd(_ json: [UInt8], _ start: Int) -> Int {
        var at = start + 1
        while at < json.count, json[at] != UInt8(ascii: "\"") { at += json[at] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(at + 1, json.count)
    }

    private static func isRounded(_ number: ArraySlice<UInt8>) -> Bool {
        let digits = number.first == UInt8(ascii: "-") ? number.dropFirst() : number
        guard digits.count >= 16, digits.allSatisfy(isDigit), digits.first != UInt8(ascii: "0") else { return false }
        guard let whole = Int64(String(decoding: number, as: UTF8.self)) else { return true }
        return whole.magnitude > 1 << 53
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    }
}
