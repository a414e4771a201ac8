// XPath by libxml2, on a copy of the tree that is only made where a rule asks for it.

import CXML2

/// An XPath 1.0 expression, compiled once.
///
/// `@unchecked Sendable`: a compiled expression is only read by libxml2's evaluation.
final class XPathExpression: @unchecked Sendable {
    let text: String
    fileprivate let compiled: xmlXPathCompExprPtr

    init(_ text: String, selector: String) throws(ExtractionError) {
        guard let context = xmlXPathNewContext(nil) else {
            throw .badSelector(selector: selector, place: 1, reason: "there is no memory for it")
        }
        defer { xmlXPathFreeContext(context) }
        context.pointee.error = { _, _ in }
        guard let compiled = xmlXPathCtxtCompile(context, text) else {
            let place = Int(context.pointee.lastError.int1) + selector.count - text.count + 1
            throw .badSelector(selector: selector, place: min(place, selector.count), reason: "it is not XPath 1.0")
        }
        self.text = text
        self.compiled = compiled
    }

    deinit { xmlXPathFreeCompExpr(compiled) }
}

/// A page as libxml2 has it. Used by the one call that reads the page.
final class XPathDocument {
    /// What an expression found: an element of the tree, or a text (of an attribute, a text node, a string, number or truth value).
    enum Finding {
        case element(Tree.Index)
        case text([UInt8])
    }

    /// Steps that one evaluation may take.
    private static let operationsMax: UInt = 5_000_000

    private let document: xmlDocPtr
    private let context: xmlXPathContextPtr
    /// By index in the tree.
    private var nodes: [xmlNodePtr?]

    init(_ tree: borrowing Tree) throws(ExtractionError) {
        guard let document = xmlNewDoc("1.0") else { throw .failed("there is no memory for XPath on the page") }
        guard let context = xmlXPathNewContext(document) else {
            xmlFreeDoc(document)
            throw .failed("there is no memory for XPath on the page")
        }
        self.document = document
        self.context = context
        nodes = Array(repeating: nil, count: tree.nodes.count)
        context.pointee.error = { _, _ in }
        context.pointee.opLimit = XPathDocument.operationsMax
        copy(tree)
    }

    deinit {
        xmlXPathFreeContext(context)
        xmlFreeDoc(document)
    }

    /// In document order; `index` is the element that the expression is relative to.
    func find(_ expression: XPathExpression, from index: Tree.Index) throws(ExtractionError) -> [Finding] {
        context.pointee.node = nodes[index] ?? UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self)
        context.pointee.opCount = 0
        guard let result = xmlXPathCompiledEval(expression.compiled, context) else {
            throw .failed("\"xpath:\(expression.text)\" could not be evaluated on the page")
        }
        defer { xmlXPathFreeObject(result) }
        guard result.pointee.type == XPATH_NODESET else { return [.text(taken(xmlXPathCastToString(result)))] }
        guard let set = result.pointee.nodesetval else { return [] }
        xmlXPathNodeSetSort(set)
        return (0..<Int(set.pointee.nodeNr)).compactMap { set.pointee.nodeTab[$0].map(finding) }
    }

    private func finding(_ node: xmlNodePtr) -> Finding {
        if node.pointee.type == XML_ELEMENT_NODE { return .element(Int(bitPattern: node.pointee._private)) }
        return .text(taken(xmlNodeGetContent(node)))
    }

    /// libxml2's text, which it leaves to the caller to free.
    private func taken(_ text: UnsafeMutablePointer<xmlChar>?) -> [UInt8] {
        guard let text else { return [] }
        defer { daybook_xml_free(text) }
        return Array(UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text))))
    }

    // MARK: Copying

    private func copy(_ tree: borrowing Tree) {
        for (index, node) in tree.nodes.enumerated() where index > Tree.document {
            let parent = nodes[Int(node.parent)]
            let made = node.isText ? text(tree.text(index)) : element(tree, index, in: parent)
            guard let made else { continue }
            if let parent {
                xmlAddChild(parent, made)
            } else {
                xmlAddChild(UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self), made)
            }
            if node.isText { continue }
            made.pointee._private = UnsafeMutableRawPointer(bitPattern: index)
            nodes[index] = made
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> xmlNodePtr? {
        bytes.withUnsafeBufferPointer { xmlNewDocTextLen(document, $0.baseAddress, Int32(clamping: $0.count)) }
    }

    /// Prefixes work in expressions as they do in the document. Elements without one have no namespace here, also where the document
    /// declares a default one: XPath 1.0 could not name them otherwise.
    private func element(_ tree: borrowing Tree, _ index: Tree.Index, in parent: xmlNodePtr?) -> xmlNodePtr? {
        let node = tree.nodes[index]
        let (prefix, local) = split(tree.names.text(node.name), isHTML: tree.isHTML)
        guard let made = xmlNewDocNode(document, nil, local, nil) else { return nil }
        made.pointee.parent = parent
        for attribute in tree.attributes[Int(node.start)..<Int(node.start + node.count)] {
            let value = String(
                decoding: tree.bytes[Int(attribute.start)..<Int(attribute.start + attribute.count)], as: UTF8.self)
            add(tree.names.text(attribute.name), value, to: made, isHTML: tree.isHTML)
        }
        if let prefix { made.pointee.ns = xmlSearchNs(document, made, prefix) }
        made.pointee.parent = nil
        return made
    }

    private func add(_ name: String, _ value: String, to node: xmlNodePtr, isHTML: Bool) {
        let (prefix, local) = split(name, isHTML: isHTML)
        if prefix == "xmlns" {
            xmlNewNs(node, value, local)
            xmlXPathRegisterNs(context, local, value)
        } else if name == "xmlns" {
            return
        } else if let prefix, let namespace = xmlSearchNs(document, node, prefix) {
            xmlNewNsProp(node, namespace, local, value)
        } else {
            xmlNewProp(node, name, value)
        }
    }

    private func split(_ name: String, isHTML: Bool) -> (prefix: String?, local: String) {
        guard !isHTML, let colon = name.firstIndex(of: ":") else { return (nil, name) }
        return (String(name[..<colon]), String(name[name.index(after: colon)...]))
    }
}
