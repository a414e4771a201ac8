// Which element a tag belongs into: the rules of the HTML Standard (13.2.6) that can be followed in document order.
//
// What browsers do by moving what they have already built is done without moving: content that stands in a table but outside its cells stays
// there, and a formatting element whose end tag comes inside a block ends together with that block. Rows and cells without a table are
// kept, where a browser drops their tags.

struct HTMLTreeConstruction {
    private var builder: TreeBuilder
    /// Elements open inside and including an SVG or MathML.
    private var foreignLevel = 0
    /// Whether the last start tag's element is open; beyond the greatest depth none is.
    private var wasOpened = false
    private var hasHead = false
    private var hasBody = false

    init(_ builder: TreeBuilder) { self.builder = builder }

    /// Inside SVG or MathML, where `/>` ends an element.
    var isForeign: Bool { foreignLevel > 0 }

    mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> NameTable.ID { builder.intern(name) }

    mutating func attribute(_ id: NameTable.ID, _ value: UnsafeBufferPointer<UInt8>) { builder.attribute(id, value) }

    mutating func finish() -> Tree {
        if !hasBody { openBody() }
        return builder.finish()
    }

    // MARK: Text

    mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
        guard !hasBody, !isInsideHeadElement else { return builder.text(text) }
        // White space before the body says nothing; anything else begins it.
        guard let start = text.firstIndex(where: { !WhiteSpace.isASCII($0) }) else { return }
        openBody()
        builder.text(UnsafeBufferPointer(rebasing: text[start...]))
    }

    /// Whether text belongs into the element that is open, though no body has begun: a title, a script, a style.
    private var isInsideHeadElement: Bool {
        builder.depth > 1 && builder.current != KnownName.html.id && builder.current != KnownName.head.id
    }

    // MARK: Start tags

    /// Opens the element; false where the tag is dropped, attributes and all.
    mutating func startTag(_ name: NameTable.ID) -> Bool {
        let traits = ElementTraits.of(name)
        if isForeign {
            if traits.contains(.breaksOut), !isInsideIntegrationPoint { leaveForeign() }
        } else {
            guard prepare(name, traits) else { return false }
        }
        let depth = builder.depth
        builder.startElement(name)
        wasOpened = builder.depth > depth
        if wasOpened, isForeign || name == KnownName.svg.id || name == KnownName.math.id { foreignLevel += 1 }
        return true
    }

    /// Takes back the element of the last start tag, which the page's end cut off.
    mutating func dropStartTag() {
        if wasOpened, isForeign { foreignLevel -= 1 }
        builder.dropLastElement(isOpen: wasOpened)
    }

    /// Ends what can have no content. Called when the attributes are in.
    mutating func finishStartTag(_ name: NameTable.ID, isSelfClosing: Bool) {
        guard wasOpened else { return }
        if isForeign {
            if isSelfClosing { endForeign() }
        } else if ElementTraits.of(name).contains(.void) {
            builder.endElement()
        }
    }

    /// Ends and begins what the standard wants before an element of this name.
    private mutating func prepare(_ name: NameTable.ID, _ traits: ElementTraits) -> Bool {
        switch KnownName(rawValue: name) {
        case .html:
            guard builder.depth == 1 else { return false }
            return true
        case .head:
            guard !hasHead, !hasBody else { return false }
            openHTML()
            hasHead = true
            return true
        case .body:
            guard !hasBody else { return false }
            leaveHead()
            hasBody = true
            return true
        default: break
        }
        if !hasBody {
            if traits.contains(.headContent) {
                openHead()
                return true
            }
            guard !isInside(.template), !isInside(.noscript) else { return true }
            openBody()
        }
        if traits.contains(.closesParagraph) { closeParagraph() }
        endSiblings(name, traits)
        return true
    }

    /// What an element of this name ends because it cannot contain it.
    private mutating func endSiblings(_ name: NameTable.ID, _ traits: ElementTraits) {
        switch KnownName(rawValue: name) {
        case .li: endItem([.li])
        case .dd, .dt: endItem([.dd, .dt])
        case .h1, .h2, .h3, .h4, .h5, .h6:
            if ElementTraits.of(builder.current).contains(.heading) { builder.endElement() }
        case .a, .nobr: endFormatting(name)
        case .button: endInScope([.button])
        case .option: if builder.current == KnownName.option.id { builder.endElement() }
        case .optgroup:
            for inner in [KnownName.option, .optgroup] where builder.current == inner.id { builder.endElement() }
        case .rb, .rp, .rt, .rtc:
            if [.rb, .rp, .rt].contains(KnownName(rawValue: builder.current)) { builder.endElement() }
        case .table: if ElementTraits.of(builder.current).contains(.tableContext) { endInTable([.table]) }
        case .caption, .colgroup, .tbody, .tfoot, .thead: endTo([.table])
        case .col:
            if builder.current != KnownName.colgroup.id {
                endTo([.table])
                if builder.current == KnownName.table.id { builder.startElement(KnownName.colgroup.id) }
            }
        case .tr:
            if !endTo([.tbody, .tfoot, .thead, .table]) { endInTable([.tr]) }
            if builder.current == KnownName.table.id { builder.startElement(KnownName.tbody.id) }
        case .td, .th:
            endInTable([.td, .th])
            endTo([.tr, .tbody, .tfoot, .thead, .table])
            if builder.current == KnownName.table.id { builder.startElement(KnownName.tbody.id) }
            if [.tbody, .tfoot, .thead].contains(KnownName(rawValue: builder.current)) {
                builder.startElement(KnownName.tr.id)
            }
        default: break
        }
    }

    /// `li`, `dd` and `dt` end the one before, unless a list or another block stands between.
    private mutating func endItem(_ names: [KnownName]) {
        guard names.contains(where: builder.isOpen) else { return }
        var level = builder.depth - 1
        while level > 0 {
            let name = builder.openName(level)
            if names.contains(where: { $0.id == name }) { return builder.end(to: level) }
            let passes =
                [.address, .div, .p].contains(KnownName(rawValue: name)) || !ElementTraits.of(name).contains(.special)
            if !passes { return }
            level -= 1
        }
    }

    // MARK: The page's frame

    private mutating func openHTML() {
        if builder.depth == 1 { builder.startElement(KnownName.html.id) }
    }

    private mutating func openHead() {
        openHTML()
        guard !hasHead else { return }
        hasHead = true
        builder.startElement(KnownName.head.id)
    }

    private mutating func leaveHead() {
        openHead()
        if let level = level(of: [.head]) { builder.end(to: level) }
    }

    private mutating func openBody() {
        leaveHead()
        hasBody = true
        builder.startElement(KnownName.body.id)
    }

    // MARK: End tags

    mutating func endTag(_ name: NameTable.ID) {
        if isForeign, endForeignTag(name) { return }
        let traits = ElementTraits.of(name)
        switch KnownName(rawValue: name) {
        case .html, .body: return
        case .head:
            if !hasBody { leaveHead() }
        case .p:
            if level(inScope: [.p], beyond: [.button]) == nil {
                if !hasBody { openBody() }
                builder.startElement(name)
            }
            closeParagraph()
        case .br:
            guard startTag(name) else { return }
            finishStartTag(name, isSelfClosing: false)
        case .li: endInScope([.li], beyond: [.ol, .ul])
        case .h1, .h2, .h3, .h4, .h5, .h6: endInScope([.h1, .h2, .h3, .h4, .h5, .h6])
        case .table, .caption, .tbody, .tfoot, .thead, .tr, .td, .th: endInTable([name])
        case .template: if let level = level(of: [.template]) { builder.end(to: level) }
        default:
            if traits.contains(.formatting) {
                endFormatting(name)
            } else if traits.contains(.special), !traits.contains(.void) {
                endInScope([name])
            } else {
                endOrdinary(name)
            }
        }
    }

    /// Any other end tag: ends the nearest element of the name, unless something special is in between.
    private mutating func endOrdinary(_ name: NameTable.ID) {
        var level = builder.depth - 1
        while level > 0 {
            let open = builder.openName(level)
            if open == name { return builder.end(to: level) }
            if ElementTraits.of(open).contains(.special) { return }
            level -= 1
        }
    }

    /// A formatting element ends where its tag says, or, where a block inside it is open, together with that block.
    private mutating func endFormatting(_ name: NameTable.ID) {
        guard let known = KnownName(rawValue: name), builder.isOpen(known) else { return }
        var level = builder.depth - 1
        var isInsideBlock = false
        while level > 0 {
            let open = builder.openName(level)
            if open == name { return isInsideBlock ? builder.endEarly(level) : builder.end(to: level) }
            let traits = ElementTraits.of(open)
            if traits.contains(.scope) { return }
            if traits.contains(.special) { isInsideBlock = true }
            level -= 1
        }
    }

    private mutating func closeParagraph() {
        if let level = level(inScope: [.p], beyond: [.button]) { builder.end(to: level) }
    }

    // MARK: Scopes

    private func isInside(_ name: KnownName) -> Bool { level(of: [name]) != nil }

    private func level(of names: [KnownName]) -> Int? {
        guard names.contains(where: builder.isOpen) else { return nil }
        var level = builder.depth - 1
        while level > 0 {
            let name = builder.openName(level)
            if names.contains(where: { $0.id == name }) { return level }
            level -= 1
        }
        return nil
    }

    /// The innermost open element of these names, not looked for beyond the edge of a scope.
    private func level(inScope names: [KnownName], beyond edges: [KnownName] = []) -> Int? {
        guard names.contains(where: builder.isOpen) else { return nil }
        var level = builder.depth - 1
        while level > 0 {
            let name = builder.openName(level)
            if names.contains(where: { $0.id == name }) { return level }
            if ElementTraits.of(name).contains(.scope) || edges.contains(where: { $0.id == name }) { return nil }
            level -= 1
        }
        return nil
    }

    private mutating func endInScope(_ names: [KnownName], beyond edges: [KnownName] = []) {
        if let level = level(inScope: names, beyond: edges) { builder.end(to: level) }
    }

    private mutating func endInScope(_ names: [NameTable.ID]) {
        endInScope(names.compactMap(KnownName.init(rawValue:)))
    }

    /// Ends the innermost of these that belongs to the innermost table.
    private mutating func endInTable(_ names: [KnownName]) {
        guard names.contains(where: builder.isOpen) else { return }
        var level = builder.depth - 1
        while level > 0 {
            let name = builder.openName(level)
            if names.contains(where: { $0.id == name }) { return builder.end(to: level) }
            if name == KnownName.table.id || name == KnownName.template.id { return }
            level -= 1
        }
    }

    private mutating func endInTable(_ names: [NameTable.ID]) {
        endInTable(names.compactMap(KnownName.init(rawValue:)))
    }

    /// Ends what is open inside the innermost of these in the innermost table, but not that one itself; false where there is none.
    @discardableResult
    private mutating func endTo(_ names: [KnownName]) -> Bool {
        guard names.contains(where: builder.isOpen) else { return false }
        var level = builder.depth - 1
        while level > 0 {
            let name = builder.openName(level)
            if names.contains(where: { $0.id == name }) {
                builder.end(to: level + 1)
                return true
            }
            if name == KnownName.table.id || name == KnownName.template.id { return false }
            level -= 1
        }
        return false
    }

    // MARK: SVG and MathML

    /// Where HTML may stand inside SVG.
    private var isInsideIntegrationPoint: Bool {
        [.foreignobject, .desc, .title].contains(KnownName(rawValue: builder.current))
    }

    private mutating func leaveForeign() {
        builder.end(to: builder.depth - foreignLevel)
        foreignLevel = 0
    }

    private mutating func endForeign() {
        builder.endElement()
        foreignLevel -= 1
    }

    /// Ends the nearest element of the name inside the SVG or MathML; false where the tag is HTML's.
    private mutating func endForeignTag(_ name: NameTable.ID) -> Bool {
        var level = builder.depth - 1
        let outermost = builder.depth - foreignLevel
        while level >= outermost, level > 0 {
            if builder.openName(level) == name {
                foreignLevel -= builder.depth - level
                builder.end(to: level)
                return true
            }
            level -= 1
        }
        if ElementTraits.of(name).contains(.special) { leaveForeign() }
        return !isForeign ? false : true
    }
}
