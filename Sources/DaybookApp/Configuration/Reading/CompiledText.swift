// Texts in a language of their own (selectors, regular expressions, jq, Mustache), held against the module that runs them.

import EventLog
import Extraction
import Foundation
import JSONQuery
import Reactors

extension Checker {
    /// Notes why a watch's rules do not go together: at the field where it is one's, and not where the watch has been found
    /// wrong already, of which this may be a consequence.
    mutating func note(_ error: ExtractionError, in watch: Setting) {
        guard !hasProblem(at: watch.path) else { return }
        var place = watch
        var origin = ""
        if case .badRule(let field, _) = error, case .table(let table) = watch.value {
            place = table.named("fields").first { $0.name == field }?.setting ?? table.given[field] ?? watch
            // What came of a preset stands on its line, as something of the watch's own may, too.
            if let preset = table.given["preset"], place.line == preset.line, let name = table.text("preset") {
                origin = "; what the watch does not say itself is said by the preset \(name)"
            }
        }
        note(CompiledText.sentence(error) + origin, place.path, line: place.line)
    }
}

enum CompiledText {
    /// What is wrong with the text, as a sentence about its key; nothing where it compiles.
    static func wrong(with text: String, as scalar: Scalar) -> String? {
        switch scalar {
        case .selector: selector(text)
        case .expression: field(FieldRule(match: text))
        case .timeFormat: field(FieldRule(as: .time, format: text))
        case .filter: filter(text)
        case .template: template(text)
        case .point: wrong(startingPoint(text) == nil, text, scalar)
        case .statistic: wrong(Statistic(text) == nil, text, scalar)
        case .threshold: wrong(AlarmThreshold(text) == nil, text, scalar)
        case .evaluation: wrong(AlarmEvaluation(text) == nil, text, scalar)
        case .hours: wrong(QuietHours(text, in: .gmt) == nil, text, scalar)
        case .flapping: wrong(DampText.parse(text) == nil, text, scalar)
        default: nil
        }
    }

    private static func wrong(_ isWrong: Bool, _ text: String, _ scalar: Scalar) -> String? {
        isWrong ? "expected \(scalar.expectation), got \"\(text)\"" : nil
    }

    private static func selector(_ text: String) -> String? {
        guard !text.isEmpty else { return "expected \(Scalar.selector.expectation), got an empty text" }
        // All selectors of a page are of one language: beside the text stand some that are of its own and right.
        let isJQ = text.hasPrefix("jq:")
        do throws(ExtractionError) {
            if text.hasPrefix("schema:") {
                _ = try ItemRules(items: text, key: "jq:.name", fields: [])
                return nil
            }
            _ = try ItemRules(items: isJQ ? "jq:.[]" : "html", key: text, fields: [])
            return nil
        } catch {
            return sentence(error)
        }
    }

    private static func field(_ rule: FieldRule) -> String? {
        do throws(ExtractionError) {
            _ = try ItemRules(items: "html", key: "@id", fields: [(name: "field", rule: rule)])
            return nil
        } catch {
            return sentence(error)
        }
    }

    static func sentence(_ error: ExtractionError) -> String {
        if case .badRule(_, let reason) = error { reason } else { error.description }
    }

    private static func filter(_ text: String) -> String? {
        do throws(JSONQueryError) {
            _ = try JSONFilter(text)
            return nil
        } catch {
            return error.description
        }
    }

    private static func template(_ text: String) -> String? {
        do throws(ReactorError) {
            _ = try MessageTemplate(text)
            return nil
        } catch {
            return error.description
        }
    }

    /// The error never repeats the secret.
    static func wrong(withWebhookKey secret: Secret) -> String? {
        do throws(ReactorError) {
            _ = try WebhookSecret(secret.reveal())
            return nil
        } catch {
            return error.description
        }
    }

    /// `beginning`, `end`, a sequence or a time.
    static func startingPoint(_ text: String) -> ReactorDefinition.StartingPoint? {
        switch text {
        case "end": return .end
        case "beginning": return .beginning
        default:
            if text.allSatisfy(\.isASCIIDigit), let sequence = UInt64(text) { return .sequence(sequence) }
            return Timestamp(text).map(ReactorDefinition.StartingPoint.time)
        }
    }
}
