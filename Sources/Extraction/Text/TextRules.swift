// How one page's text is read, as lines: compiled once from daybook.yaml, used at every look.

import CanonicalJSON
import JSONQuery

/// What a page says, in lines.
public struct PageLines: Sendable, Equatable {
    /// The folded text of `<title>`; only where the whole page is read, since a part of it has no title.
    public var title: String?
    public var lines: [String]
    /// Why the page looks like a block (captcha, challenge, login) rather than what was asked for.
    public var suspicion: String?
}

/// Which part of a page is read, what of it is left out, and as what.
public struct TextRules: Sendable {
    /// What becomes of markup.
    public enum Form: String, Sendable, CaseIterable {
        /// The text that a reader sees, a line for each block, list item or row of a table.
        case text
        /// The markup, an element a line.
        case html
    }

    /// Raised when the same rules read the same page differently than before.
    private static let readerVersion = 1

    /// A stable text of everything that decides what a page reads as; equal texts read equal pages equally.
    public let digestText: String
    let select: Selector?
    let selectText: String?
    let remove: [CSSSelector]
    let ignore: [(text: String, pattern: Pattern)]
    let form: Form
    let names: NameTable

    /// - Parameters:
    ///   - select: all that it finds is read, in the page's order: CSS (with `@attribute`), `xpath:…`, or `jq:…` for JSON.
    ///     The whole page where it is nil.
    ///   - remove: CSS; what matches is dropped first.
    ///   - ignore: regular expressions (PCRE2); lines in which one matches are left out.
    public init(
        select: String? = nil, remove: [String] = [], ignore: [String] = [], as form: Form = .text
    ) throws(ExtractionError) {
        var names = NameTable()
        self.select = try select.map { text throws(ExtractionError) in try Selector(text, names: &names) }
        if case .css(nil, _) = self.select {
            throw .badRule(
                field: "select", reason: "an attribute alone is no part of a page; write \"ELEMENT@attribute\"")
        }
        if self.select?.isProducts == true {
            throw .badRule(field: "select", reason: "schema:Product finds the items of a list, not a part of a page")
        }
        self.remove = try remove.map { text throws(ExtractionError) in
            guard case .css(let selector?, nil) = try Selector(text, names: &names) else {
                throw .badRule(field: "remove", reason: "\"\(text)\" must be a CSS selector of elements")
            }
            return selector
        }
        self.ignore = try ignore.map { text throws(ExtractionError) in
            (text: text, pattern: try Pattern(text, field: "ignore"))
        }
        if self.select?.isJQ == true, !remove.isEmpty || form == .html {
            let key = remove.isEmpty ? "as: html" : "remove:"
            throw .badRule(
                field: remove.isEmpty ? "as" : "remove", reason: "\(key) has no meaning in JSON; leave it out with jq")
        }
        selectText = select
        self.form = form
        self.names = names
        digestText = TextRules.digestText(select, remove, ignore, form)
    }

    private static func digestText(_ select: String?, _ remove: [String], _ ignore: [String], _ form: Form) -> String {
        var object = JSONObject([("reader", JSON(readerVersion)), ("as", .string(form.rawValue))])
        object["select"] = select.map { .string($0) }
        object["remove"] = remove.isEmpty ? nil : .array(remove.map { .string($0) })
        object["ignore"] = ignore.isEmpty ? nil : .array(ignore.map { .string($0) })
        return JSON.object(object).canonicalText
    }
}

extension TextRules {
    /// Reads a page. A selector that finds nothing is an error and never an empty page; one that finds something without
    /// text gives no lines.
    ///
    /// - Parameters:
    ///   - mediaType: of the answer's Content-Type, with or without parameters.
    ///   - charset: of the same, where the caller has it apart.
    public func read(
        _ body: [UInt8], mediaType: String? = nil, charset: String? = nil
    ) throws(ExtractionError) -> PageLines {
        let type = MediaType(mediaType)
        let wantsJSON = select.map(\.isJQ) ?? type.isJSON
        let text = try PageText(body, mediaType: mediaType, charset: charset, wantsJSON: wantsJSON)
        if text.isBlank, text.kind != .json { return try read(blank: text) }
        var page: PageLines
        if text.kind == .json {
            page = PageLines(lines: try jsonLines(text.utf8))
        } else if text.kind == .html, select == nil, !type.isHTML(text.utf8) {
            page = PageLines(lines: PlainLines.of(text.utf8))
        } else {
            page = try MarkupText(self, try Tree(text, names: names)).page()
        }
        page.lines = try kept(page.lines)
        if let title = page.title, try kept([title]).isEmpty { page.title = nil }
        return page
    }

    private func read(blank: PageText) throws(ExtractionError) -> PageLines {
        guard select == nil else { throw nothingFound }
        return PageLines(lines: [])
    }

    var nothingFound: ExtractionError {
        .failed("select: \"\(selectText ?? "")\" finds nothing on the page")
    }

    private func jsonLines(_ utf8: [UInt8]) throws(ExtractionError) -> [String] {
        let document: JSON
        do throws(JSONError) { document = try JSON.parse(LargeIntegers.quoted(utf8)) } catch {
            throw .malformed(kind: "JSON", reason: "\(error)")
        }
        guard case .jq(let filter)? = select else { return JSONLayout.lines(document) }
        let found: [JSON]
        do throws(JSONQueryError) { found = try filter.run(document).filter { $0 != .null } } catch {
            throw .failed(error.description)
        }
        guard !found.isEmpty else { throw nothingFound }
        return found.flatMap(JSONLayout.lines)
    }

    /// The lines in which no expression of `ignore` matches.
    private func kept(_ lines: [String]) throws(ExtractionError) -> [String] {
        guard !ignore.isEmpty else { return lines }
        var kept: [String] = []
        for line in lines where try !isIgnored(line) { kept.append(line) }
        return kept
    }

    private func isIgnored(_ line: String) throws(ExtractionError) -> Bool {
        var line = line
        for (text, pattern) in ignore {
            switch line.withUTF8({ pattern.match($0) }) {
            case .none: break
            case .value: return true
            case .tooHard: throw .failed("ignore: \"\(text)\" takes too many steps on a line of the page")
            }
        }
        return false
    }
}
