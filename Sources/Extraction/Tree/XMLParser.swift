// XML by libxml2, whose events are taken straight into a `Tree`.

import CXML2

enum XMLParser {
    /// Fails where the text is not well-formed, which is also how a text that was cut short is noticed.
    static func parse(_ utf8: [UInt8], names: NameTable) throws(ExtractionError) -> Tree {
        var build = try build(utf8, names: names, notesPlaces: false)
        return build.builder.finish()
    }

    /// The tree, and for each of its elements by index from where to where it stands in the text; nothing for texts.
    static func parseWithPlaces(
        _ utf8: [UInt8], names: NameTable
    ) throws(ExtractionError) -> (tree: Tree, places: [ElementPlace]) {
        var build = try build(utf8, names: names, notesPlaces: true)
        return (build.builder.finish(), build.places)
    }

    private static func build(
        _ utf8: [UInt8], names: NameTable, notesPlaces: Bool
    ) throws(ExtractionError) -> XMLBuild {
        guard let size = Int32(exactly: utf8.count), size > 0 else {
            throw .failed("the page has \(utf8.count) bytes; XML of 1 byte to 2 GB can be parsed")
        }
        let context = utf8.withUnsafeBytes {
            xmlCreateMemoryParserCtxt($0.baseAddress?.assumingMemoryBound(to: CChar.self), size)
        }
        guard let context else { throw .failed("there is no memory to parse the page") }
        defer {
            // libxml2 makes a document for declarations, also where nobody wants one.
            xmlFreeDoc(context.pointee.myDoc)
            context.pointee.myDoc = nil
            xmlFreeParserCtxt(context)
        }
        prepare(context)
        var build = XMLBuild(
            builder: TreeBuilder(names: names, isHTML: false, sizeHint: utf8.count), notesPlaces: notesPlaces)
        withUnsafeMutablePointer(to: &build) { pointer in
            context.pointee._private = UnsafeMutableRawPointer(pointer)
            _ = xmlParseDocument(context)
            context.pointee._private = nil
        }
        guard context.pointee.wellFormed != 0 else { throw .malformed(kind: "XML", reason: lastError(context)) }
        if notesPlaces { build.findStarts(in: utf8) }
        return build
    }

    /// The bytes are UTF-8 by now, whatever the page says about itself. Nothing is fetched, and a document that declares entities of
    /// its own is refused, so that none can be expanded; libxml2 itself refuses to nest deeper than 256.
    private static func prepare(_ context: xmlParserCtxtPtr) {
        let options = XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NONET.rawValue
        xmlCtxtUseOptions(context, Int32(options | XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_SAX1.rawValue))
        xmlSwitchEncoding(context, XML_CHAR_ENCODING_UTF8)
        guard let sax = context.pointee.sax else { return }
        sax.pointee = xmlSAXHandler()
        sax.pointee.startElement = { context, name, attributes in Events.start(context, name, attributes) }
        sax.pointee.endElement = { context, _ in Events.end(context) }
        sax.pointee.characters = { context, text, length in
            Events.build(context)?.pointee.builder.text(UnsafeBufferPointer(start: text, count: Int(length)))
        }
        sax.pointee.ignorableWhitespace = sax.pointee.characters
        sax.pointee.cdataBlock = sax.pointee.characters
        sax.pointee.entityDecl = { context, _, _, _, _, _ in Events.refuse(context) }
        sax.pointee.getEntity = { _, name in name.flatMap { xmlGetPredefinedEntity($0) } }
    }

    private static func lastError(_ context: xmlParserCtxtPtr) -> String {
        if context.pointee.errNo == XML_ERR_USER_STOP.rawValue {
            return "it declares entities of its own, which are not expanded here"
        }
        guard let error = xmlCtxtGetLastError(context), let message = error.pointee.message else {
            return "it is not well-formed"
        }
        let sentence = String(cString: message).split(separator: "\n").first ?? "it is not well-formed"
        // Some sentences say the line themselves.
        return sentence.hasSuffix("line \(error.pointee.line)")
            ? String(sentence) : "\(sentence) (line \(error.pointee.line))"
    }
}

/// Where an element stands in the text: from its `<` to behind its last `>`. Both are 0 for a text node.
struct ElementPlace: Equatable {
    var start: Int32 = 0
    var end: Int32 = 0

    var range: Range<Int> { Int(start)..<Int(end) }
}

/// What the callbacks fill.
private struct XMLBuild {
    var builder: TreeBuilder
    let notesPlaces: Bool
    /// By the tree's index. While parsing, an element's start is where its start tag's last attribute ended.
    var places: [ElementPlace] = []

    mutating func noteStart(_ offset: Int) {
        let index = builder.tree.nodes.count - 1
        while places.count < index { places.append(ElementPlace()) }
        places.append(ElementPlace(start: Int32(clamping: offset), end: 0))
    }

    mutating func noteEnd(_ offset: Int) {
        places[builder.currentIndex].end = Int32(clamping: offset)
    }

    /// No `<` stands inside of a start tag, so the last one before a tag's end is the one that it begins with.
    mutating func findStarts(in utf8: [UInt8]) {
        while places.count < builder.tree.nodes.count { places.append(ElementPlace()) }
        utf8.withUnsafeBytes { bytes in
            for index in places.indices where places[index].start > 0 {
                var start = min(Int(places[index].start), bytes.count) - 1
                while start > 0, bytes[start] != UInt8(ascii: "<") { start -= 1 }
                places[index].start = Int32(clamping: start)
            }
        }
    }
}

/// libxml2's callbacks; what they fill is behind the context's `_private`.
private enum Events {
    typealias Name = UnsafePointer<xmlChar>

    static func build(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<XMLBuild>? {
        context?.assumingMemoryBound(to: xmlParserCtxt.self).pointee._private?.assumingMemoryBound(to: XMLBuild.self)
    }

    /// How many bytes of the text the parser has taken.
    private static func offset(_ context: UnsafeMutableRawPointer?) -> Int {
        guard let input = context?.assumingMemoryBound(to: xmlParserCtxt.self).pointee.input,
            let base = input.pointee.base, let current = input.pointee.cur
        else { return 0 }
        return Int(input.pointee.consumed) + base.distance(to: current)
    }

    private static func buffer(_ text: Name) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
    }

    static func refuse(_ context: UnsafeMutableRawPointer?) {
        guard let context = context?.assumingMemoryBound(to: xmlParserCtxt.self) else { return }
        xmlStopParser(context)
        context.pointee.wellFormed = 0
    }

    static func start(_ context: UnsafeMutableRawPointer?, _ name: Name?, _ attributes: UnsafeMutablePointer<Name?>?) {
        guard let build = build(context), let name else { return }
        let id = build.pointee.builder.intern(buffer(name))
        build.pointee.builder.startElement(id)
        if build.pointee.notesPlaces { build.pointee.noteStart(offset(context)) }
        var at = attributes
        while let pair = at, let name = pair[0], let value = pair[1] {
            let id = build.pointee.builder.intern(buffer(name))
            build.pointee.builder.attribute(id, buffer(value))
            at = pair + 2
        }
    }

    static func end(_ context: UnsafeMutableRawPointer?) {
        guard let build = build(context) else { return }
        if build.pointee.notesPlaces { build.pointee.noteEnd(offset(context)) }
        build.pointee.builder.endElement()
    }
}
