// What a CSS selector is made of once it is compiled: names are numbers, combinators are read from right to left.

/// A list of alternatives, as separated by commas.
struct CSSSelector: Sendable {
    var alternatives: [Complex]

    /// `a > b c` as `c`, then `b` by way of a descendant, then `a` by way of a child.
    struct Complex: Sendable {
        var compounds: [Compound]
        /// `combinators[i]` ties `compounds[i]` to `compounds[i + 1]`, which stands to its left.
        var combinators: [Combinator]
    }

    enum Combinator: Sendable { case descendant, child, adjacent, sibling }

    /// What one element must be, all of it at once.
    struct Compound: Sendable {
        var name = Name.any
        var classes: [NameTable.ID] = []
        var attributes: [AttributeTest] = []
        var pseudos: [Pseudo] = []

        var isUniversal: Bool { name.isAny && classes.isEmpty && attributes.isEmpty && pseudos.isEmpty }
    }

    /// A name of an element or attribute. HTML's are in lower case in the tree, however the selector writes them; XML's are as they are.
    struct Name: Sendable {
        let asWritten: NameTable.ID
        let inHTML: NameTable.ID

        static let any = Name(asWritten: NameTable.none, inHTML: NameTable.none)

        init(asWritten: NameTable.ID, inHTML: NameTable.ID) {
            self.asWritten = asWritten
            self.inHTML = inHTML
        }

        init(_ text: String, names: inout NameTable) {
            asWritten = names.intern(text)
            inHTML = names.intern(text.lowercased())
        }

        var isAny: Bool { asWritten == NameTable.none }

        func id(in tree: Tree) -> NameTable.ID { tree.isHTML ? inHTML : asWritten }
    }

    struct AttributeTest: Sendable {
        enum Operator: Sendable { case exists, equals, word, dash, prefix, suffix, part }

        var name: Name
        var operation: Operator
        var value: [UInt8] = []
        var ignoresCase = false
    }

    indirect enum Pseudo: Sendable {
        case nth(Nth, ofType: Bool, fromEnd: Bool)
        case onlyChild(ofType: Bool)
        case not(CSSSelector)
        case any(CSSSelector)
        /// Relative selectors; the element itself is their `:scope`.
        case has([Relative])
        case empty
        case root
        case scope
        case contains([UInt8])
    }

    /// A selector that begins at an element: `> a`, `+ a`, or a descendant where nothing is said.
    struct Relative: Sendable {
        var first: Combinator
        var selector: Complex
    }

    /// `an+b`: the positions, from 1, that are `step` times something not negative, plus `offset`.
    struct Nth: Sendable, Equatable {
        var step: Int
        var offset: Int

        /// The greatest position that there can be.
        var last: Int { step > 0 ? .max : offset }

        func contains(_ position: Int) -> Bool {
            let distance = position - offset
            if step == 0 { return distance == 0 }
            return distance % step == 0 && distance / step >= 0
        }
    }
}
