// XML by libxml2, whose events are taken straight into a `Tree`.

import CXML2

enum XMLParser {
    /// Fails where the text is not well-formed, which is also how a text that was cut short is noticed.
    static func parse(_ utf8: [UInt8], names: NameTable) throws(ExtractionError) -> Tree {
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
        var builder = TreeBuilder(names: names, isHTML: false, sizeHint: utf8.count)
        withUnsafeMutablePointer(to: &builder) { pointer in
            context.pointee._private = UnsafeMutableRawPointer(pointer)
            _ = xmlParseDocument(context)
            context.pointee._private = nil
        }
        guard context.pointee.wellFormed != 0 else { throw .malformed(kind: "XML", reason: lastError(context)) }
        return builder.finish()
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
        sax.pointee.endElement = { context, _ in Events.builder(context)?.pointee.endElement() }
        sax.pointee.characters = { context, text, length in
            Events.builder(context)?.pointee.text(UnsafeBufferPointer(start: text, count: Int(length)))
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
        return "\(sentence) (line \(error.pointee.line))"
    }
}

/// libxml2's callbacks; the builder is behind the context's `_private`.
private enum Events {
    typealias Name = UnsafePointer<xmlChar>

    static func builder(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<TreeBuilder>? {
        context?.assumingMemoryBound(to: xmlParserCtxt.self).pointee._private?.assumingMemoryBound(to: TreeBuilder.self)
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
        guard let builder = builder(context), let name else { return }
        let id = builder.pointee.intern(buffer(name))
        builder.pointee.startElement(id)
        var at = attributes
        while let pair = at, let name = pair[0], let value = pair[1] {
            let id = builder.pointee.intern(buffer(name))
            builder.pointee.attribute(id, buffer(value))
            at = pair + 2
        }
    }
}
