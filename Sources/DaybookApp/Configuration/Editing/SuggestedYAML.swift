// What a command suggests to write into daybook.yaml, as a value and as the text for it.

import CanonicalJSON

/// Texts, and tables whose keys keep their order.
indirect enum SuggestedYAML: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        let key: String
        let value: SuggestedYAML
    }

    case text(String)
    case table([Entry])

    static func table(_ entries: KeyValuePairs<String, SuggestedYAML>) -> SuggestedYAML {
        .table(entries.map { Entry(key: $0.key, value: $0.value) })
    }

    var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .table(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        }
    }

    /// On one line: `{ url: "https://example.org/" }`.
    var flow: String {
        switch self {
        case .text(let text): Self.scalar(text)
        case .table(let entries) where entries.isEmpty: "{}"
        case .table(let entries):
            "{ " + entries.map { "\(Self.scalar($0.key)): \($0.value.flow)" }.joined(separator: ", ") + " }"
        }
    }

    /// A key and this value, in block style; tables that are short and hold only texts are written in flow style.
    func block(under key: String, indent: Int, step: Int) -> [String] {
        let head = String(repeating: " ", count: indent) + Self.scalar(key) + ":"
        guard case .table(let entries) = self, !entries.isEmpty, indent == 0 || !isShort(after: head.count) else {
            return ["\(head) \(flow)"]
        }
        return [head] + entries.flatMap { $0.value.block(under: $0.key, indent: indent + step, step: step) }
    }

    private func isShort(after width: Int) -> Bool {
        guard case .table(let entries) = self else { return true }
        let isFlat = entries.allSatisfy { if case .text = $0.value { true } else { false } }
        return isFlat && entries.count <= 2 && width + flow.count < 110
    }

    /// Plain where every reader of YAML takes it for text, else in JSON's quotes, which are YAML's double quotes.
    static func scalar(_ text: String) -> String {
        let words = ["on", "off", "yes", "no", "y", "n", "true", "false", "null"]
        let isPlain =
            text.first?.isLetter == true
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            }
        let isDuration = DurationText.parse(text) != nil
        return isDuration || isPlain && !words.contains(text.lowercased()) ? text : JSON.string(text).canonicalText
    }
}
