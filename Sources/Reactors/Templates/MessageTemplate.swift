// A reactor's `message:` and `subject:`, compiled once when the configuration is read, rendered for each change.

import CanonicalJSON
import Mustache

/// A Mustache template over a change.
///
/// At top level stand the change's own keys (`kind`, `subject`, `watch`, `key`, `time`, `version`, …) and the item's fields;
/// where a field has the name of a key, the key wins and the field is `{{fields.NAME}}`. What is missing is empty. Values
/// are not escaped as HTML; controls in them are shown, never done (`SafeText`). `{{diff}}` is what changed in lines, of
/// all fields, and inside `{{#changes}}` of one.
public struct MessageTemplate: Sendable {
    /// The template as it was written.
    public let text: String
    private let compiled: MustacheTemplate

    public init(_ text: String) throws(ReactorError) { try self.init(text, contentType: "TEXT") }

    /// - Parameter contentType: how the library writes values.
    init(_ text: String, contentType: String) throws(ReactorError) {
        self.text = text
        do {
            // The library takes HTML for granted; its pragma, alone on a line, leaves nothing behind.
            compiled = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(contentType)}}\n" + text)
        } catch let error as MustacheTemplate.ParserError {
            throw .badTemplate(text: text, reason: Self.sentence(error.error))
        } catch {
            throw .badTemplate(text: text, reason: "\(error)")
        }
    }

    /// The text for a change's `data`.
    public func render(_ change: JSON) -> String { render(change, adding: [:]) }

    /// - Parameters:
    ///   - own: further values, which win over the change's.
    ///   - entities: whether `&`, `<` and `>` in the change's texts are written as entities.
    func render(_ change: JSON, adding own: [String: Any], entities: Bool = false) -> String {
        let escape = { entities ? SafeText.entities(SafeText.visible($0)) : SafeText.visible($0) }
        let context = Self.context(change, withDiff: text.contains("diff"), escape: escape)
        return compiled.render(context.merging(own) { _, own in own })
    }

    /// The text for several changes in one message: at top level the keys of the event that programs are told with, and inside
    /// `{{#changes}}` each change as `render` knows it, with `{{text}}`, what is said of it.
    func render(_ gathered: GatheredChanges, saying texts: [String]) -> String {
        var context = gathered.json.objectValue?.templateMembers { SafeText.visible($0) } ?? [:]
        let changes = zip(gathered.listed, texts).map { change, text -> Any in
            var members = Self.context(change, withDiff: self.text.contains("diff"), escape: { SafeText.visible($0) })
            members["text"] = text
            // A change without fields that changed must not find the message's own list further up.
            if members["changes"] == nil { members["changes"] = TemplateList([], plainText: "") }
            return members
        }
        context["changes"] = TemplateList(changes, plainText: "")
        if gathered.more == 0 { context["more"] = nil }
        return compiled.render(context)
    }

    /// - Parameter withDiff: whether the template asks for what is some work to make.
    private static func context(
        _ change: JSON, withDiff: Bool, escape: (String) -> String
    ) -> [String: Any] {
        guard let object = change.objectValue else { return [:] }
        var context = change["fields"]?.objectValue?.templateMembers(escape: escape) ?? [:]
        context.merge(object.templateMembers(escape: escape)) { _, own in own }
        // Without these a change that has no `old` would find an item's field of that name further up.
        if let changes = change["changes"]?.arrayValue {
            let whole = changes.map { entry -> Any in
                var members = entry.objectValue?.templateMembers(escape: escape) ?? [:]
                for name in ["field", "old", "new"] where members[name] == nil { members[name] = "" }
                let lines = withDiff ? DiffLines.of(entry, in: change, DiffLines.template) : []
                members["diff"] = lines.map(escape).joined(separator: "\n")
                return members
            }
            context["changes"] = TemplateList(whole, plainText: "")
            if withDiff {
                context["diff"] = DiffLines.all(change, DiffLines.template).map(escape).joined(separator: "\n")
            }
        }
        return context
    }

    private static func sentence(_ error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "a section is closed that is not the open one"
        case .unfinishedName: "a tag is badly written or not closed"
        case .expectedSectionEnd: "a section is never closed"
        case .invalidSetDelimiter: "a delimiter tag is badly written"
        case .unrecognisedConfigVariable, .invalidConfigVariableSyntax: "a pragma is not known"
        default: "it cannot be read"
        }
    }
}
