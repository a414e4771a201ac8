// CSS selectors from text (Selectors Level 4, the part of it that makes sense on a page at rest).

/// Reads one selector list, to its end or to an `@` that begins the name of an attribute.
struct CSSParser {
    static let supported = """
        supported are names, *, .class, #id, [attribute], [attribute=value] with = ~= |= ^= $= *= and i, the combinators \
        descendant, >, + and ~, lists with commas, :first-child, :last-child, :only-child, :nth-child(), :nth-last-child(), \
        :first-of-type, :last-of-type, :only-of-type, :nth-of-type(), :nth-last-of-type(), :not(), :is(), :where(), :has(), :empty, \
        :root, :scope, :contains("text")
        """

    private static let depthMax = 20

    private let selector: String
    private let scalars: [Unicode.Scalar]
    private(set) var at: Int
    private var depth = 0
    private var names: NameTable

    /// `from` is where CSS begins in `selector`; places in errors count from the start of the whole.
    init(_ selector: String, from: Int = 0, names: NameTable) {
        self.selector = selector
        scalars = Array(selector.unicodeScalars)
        at = from
        self.names = names
    }

    /// The selector, and the attribute named after it. Without a selector the attribute is the item's own.
    static func parse(
        _ text: String, names: inout NameTable
    ) throws(ExtractionError) -> (selector: CSSSelector?, attribute: CSSSelector.Name?) {
        var parser = CSSParser(text, names: names)
        defer { names = parser.names }
        parser.skipSpace()
        let selector = parser.peek == "@" ? nil : try parser.relativeList()
        parser.skipSpace()
        guard parser.take("@") else {
            guard parser.peek == nil else { throw parser.failure("\(parser.found) does not belong") }
            return (selector, nil)
        }
        let attribute = CSSSelector.Name(try parser.identifier("the name of an attribute"), names: &parser.names)
        parser.skipSpace()
        guard parser.peek == nil else { throw parser.failure("\(parser.found) follows the attribute's name") }
        return (selector, attribute)
    }

    // MARK: Lists and combinators

    /// A list whose members may begin with a combinator, which is then relative to the item.
    private mutating func relativeList() throws(ExtractionError) -> CSSSelector {
        var alternatives: [CSSSelector.Complex] = []
        repeat {
            skipSpace()
            guard let first = combinatorSign() else {
                alternatives.append(try complex())
                continue
            }
            var one = try complex()
            one.compounds.append(CSSSelector.Compound(pseudos: [.scope]))
            one.combinators.append(first)
            alternatives.append(one)
        } while take(",")
        return CSSSelector(alternatives: alternatives)
    }

    private mutating func list() throws(ExtractionError) -> CSSSelector {
        var alternatives: [CSSSelector.Complex] = []
        repeat { alternatives.append(try complex()) } while take(",")
        return CSSSelector(alternatives: alternatives)
    }

    private mutating func relatives() throws(ExtractionError) -> [CSSSelector.Relative] {
        var relatives: [CSSSelector.Relative] = []
        repeat {
            skipSpace()
            let first = combinatorSign() ?? .descendant
            var one = try complex()
            one.compounds.append(CSSSelector.Compound(pseudos: [.scope]))
            one.combinators.append(first)
            relatives.append(CSSSelector.Relative(first: first, selector: one))
        } while take(",")
        return relatives
    }

    private mutating func complex() throws(ExtractionError) -> CSSSelector.Complex {
        skipSpace()
        var compounds = [try compound()]
        var combinators: [CSSSelector.Combinator] = []
        while let combinator = combinator() {
            compounds.append(try compound())
            combinators.append(combinator)
        }
        return CSSSelector.Complex(compounds: compounds.reversed(), combinators: combinators.reversed())
    }

    /// The combinator before another compound; nil at the end of a complex selector.
    private mutating func combinator() -> CSSSelector.Combinator? {
        let hasSpace = skipSpace()
        if let sign = combinatorSign() { return sign }
        guard hasSpace, let next = peek, ![",", ")", "@"].contains(next) else { return nil }
        return .descendant
    }

    private mutating func combinatorSign() -> CSSSelector.Combinator? {
        let signs: [Unicode.Scalar: CSSSelector.Combinator] = [">": .child, "+": .adjacent, "~": .sibling]
        guard let next = peek, let sign = signs[next] else { return nil }
        at += 1
        skipSpace()
        return sign
    }

    // MARK: Compounds

    private mutating func compound() throws(ExtractionError) -> CSSSelector.Compound {
        var compound = CSSSelector.Compound()
        let start = at
        if take("*") {
        } else if startsIdentifier {
            compound.name = CSSSelector.Name(try identifier("a name"), names: &names)
        }
        if peek == "|" { throw failure("namespaces are not supported; write the prefix into the name, as in a\\:b") }
        while let next = peek {
            switch next {
            case ".":
                at += 1
                compound.classes.append(names.intern(try identifier("the name of a class")))
            case "#":
                at += 1
                compound.attributes.append(try idTest())
            case "[": compound.attributes.append(try attributeTest())
            case ":": compound.pseudos.append(try pseudo())
            default:
                guard at > start else { throw failure("\(found) is no selector; \(CSSParser.supported)") }
                return compound
            }
        }
        guard at > start else { throw failure("a selector is due; \(CSSParser.supported)") }
        return compound
    }

    private mutating func idTest() throws(ExtractionError) -> CSSSelector.AttributeTest {
        // An id may begin with a digit, which an identifier may not: pages have such ids, so they are taken.
        let id = try identifier("an id", mayStartWithDigit: true)
        return CSSSelector.AttributeTest(
            name: CSSSelector.Name("id", names: &names), operation: .equals, value: Array(id.utf8))
    }

    private mutating func attributeTest() throws(ExtractionError) -> CSSSelector.AttributeTest {
        at += 1
        skipSpace()
        let name = CSSSelector.Name(try identifier("the name of an attribute"), names: &names)
        skipSpace()
        var test = CSSSelector.AttributeTest(name: name, operation: .exists)
        if take("]") { return test }
        test.operation = try attributeOperator()
        skipSpace()
        let value = try startsString ? string() : identifier("a value", mayStartWithDigit: true)
        test.value = Array(value.utf8)
        skipSpace()
        if take("i") || take("I") {
            test.ignoresCase = true
        } else if take("s") || take("S") {
            test.ignoresCase = false
        }
        skipSpace()
        guard take("]") else { throw failure("\(found) stands where ] is due") }
        return test
    }

    private mutating func attributeOperator() throws(ExtractionError) -> CSSSelector.AttributeTest.Operator {
        if take("=") { return .equals }
        let signs: [Unicode.Scalar: CSSSelector.AttributeTest.Operator] = [
            "~": .word, "|": .dash, "^": .prefix, "$": .suffix, "*": .part,
        ]
        guard let next = peek, let sign = signs[next], at + 1 < scalars.count, scalars[at + 1] == "=" else {
            throw failure("\(found) is none of = ~= |= ^= $= *= ]")
        }
        at += 2
        return sign
    }

    // MARK: Pseudo-classes

    private mutating func pseudo() throws(ExtractionError) -> CSSSelector.Pseudo {
        let start = at
        at += 1
        if peek == ":" { throw failure("pseudo-elements are not supported; \(CSSParser.supported)") }
        let name = try identifier("the name of a pseudo-class").lowercased()
        if let simple = CSSParser.simplePseudos[name] { return simple }
        guard CSSParser.functions.contains(name), take("(") else {
            at = start
            throw failure(
                ":\(name)\(CSSParser.functions.contains(name) ? " wants (…)" : " is not supported"); \(CSSParser.supported)"
            )
        }
        depth += 1
        guard depth <= CSSParser.depthMax else { throw failure("it is nested deeper than \(CSSParser.depthMax)") }
        let result = try function(name)
        depth -= 1
        skipSpace()
        guard take(")") else { throw failure("\(found) stands where ) is due") }
        return result
    }

    private static let simplePseudos: [String: CSSSelector.Pseudo] = [
        "first-child": .nth(CSSSelector.Nth(step: 0, offset: 1), ofType: false, fromEnd: false),
        "last-child": .nth(CSSSelector.Nth(step: 0, offset: 1), ofType: false, fromEnd: true),
        "first-of-type": .nth(CSSSelector.Nth(step: 0, offset: 1), ofType: true, fromEnd: false),
        "last-of-type": .nth(CSSSelector.Nth(step: 0, offset: 1), ofType: true, fromEnd: true),
        "only-child": .onlyChild(ofType: false), "only-of-type": .onlyChild(ofType: true),
        "empty": .empty, "root": .root, "scope": .scope,
    ]

    private static let functions: Set<String> = [
        "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type", "not", "is", "where", "matches", "has",
        "contains",
    ]

    private mutating func function(_ name: String) throws(ExtractionError) -> CSSSelector.Pseudo {
        switch name {
        case "nth-child": return .nth(try nth(), ofType: false, fromEnd: false)
        case "nth-last-child": return .nth(try nth(), ofType: false, fromEnd: true)
        case "nth-of-type": return .nth(try nth(), ofType: true, fromEnd: false)
        case "nth-last-of-type": return .nth(try nth(), ofType: true, fromEnd: true)
        case "not": return .not(try list())
        case "has": return .has(try relatives())
        case "contains":
            skipSpace()
            guard startsString else { throw failure("\(found) stands where a text in quotes is due") }
            return .contains(Array(try string().utf8))
        default: return .any(try list())
        }
    }

    private mutating func nth() throws(ExtractionError) -> CSSSelector.Nth {
        skipSpace()
        let start = at
        while let next = peek, next != ")" { at += 1 }
        let text = String(String.UnicodeScalarView(scalars[start..<at].filter { !$0.properties.isWhitespace }))
            .lowercased()
        switch text {
        case "odd": return CSSSelector.Nth(step: 2, offset: 1)
        case "even": return CSSSelector.Nth(step: 2, offset: 0)
        default: break
        }
        let parts = text.split(separator: "n", maxSplits: 1, omittingEmptySubsequences: false)
        let step = parts.count == 2 ? number(["", "+", "-"].contains(parts[0]) ? parts[0] + "1" : parts[0]) : 0
        let offset = parts.count == 2 && parts[1].isEmpty ? 0 : number(parts[parts.count - 1])
        guard let step, let offset else {
            at = start
            throw failure("\"\(text)\" is no position; write 3, odd, even or 2n+1")
        }
        return CSSSelector.Nth(step: step, offset: offset)
    }

    /// Bounded, so that no arithmetic on it overflows.
    private func number(_ text: Substring) -> Int? {
        guard text.utf8.count <= 9 else { return nil }
        return Int(text)
    }

    // MARK: Tokens

    private var peek: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private var found: String { peek.map { "\"\($0)\"" } ?? "the end" }

    private func failure(_ reason: String) -> ExtractionError {
        .badSelector(selector: selector, place: at + 1, reason: reason)
    }

    @discardableResult
    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        at += 1
        return true
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = at
        while let next = peek, next.isASCII, next.properties.isWhitespace { at += 1 }
        return at > start
    }

    private var startsString: Bool { peek == "\"" || peek == "'" }

    private var startsIdentifier: Bool { peek.map { isNameStart($0) || $0 == "\\" || $0 == "-" } ?? false }

    private func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII || scalar == "_" || scalar.properties.isAlphabetic
    }

    private mutating func identifier(_ what: String, mayStartWithDigit: Bool = false) throws(ExtractionError) -> String
    {
        var name = String.UnicodeScalarView()
        while let next = peek {
            if next == "\\" {
                name.append(try escape())
            } else if isNameStart(next) || next == "-"
                || (("0"..."9").contains(next) && (mayStartWithDigit || !name.isEmpty))
            {
                name.append(next)
                at += 1
            } else {
                break
            }
        }
        guard !name.isEmpty else { throw failure("\(found) stands where \(what) is due") }
        return String(name)
    }

    private mutating func string() throws(ExtractionError) -> String {
        let start = at
        let quote = scalars[at]
        var text = String.UnicodeScalarView()
        at += 1
        while let next = peek {
            if next == quote {
                at += 1
                return String(text)
            }
            if next == "\\" {
                text.append(try escape())
            } else {
                text.append(next)
                at += 1
            }
        }
        at = start
        throw failure("a text without its closing quote")
    }

    /// `\` and up to six hexadecimal digits with one space after them, or `\` and the character itself.
    private mutating func escape() throws(ExtractionError) -> Unicode.Scalar {
        at += 1
        guard let first = peek else { throw failure("the end follows a backslash") }
        guard first.properties.isASCIIHexDigit else {
            at += 1
            return first
        }
        var digits = ""
        while let next = peek, next.properties.isASCIIHexDigit, digits.utf8.count < 6 {
            digits.unicodeScalars.append(next)
            at += 1
        }
        if let next = peek, next.isASCII, next.properties.isWhitespace { at += 1 }
        let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
        return scalar == nil || scalar?.value == 0 ? "\u{FFFD}" : scalar ?? "\u{FFFD}"
    }
}
