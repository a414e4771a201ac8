// JSON-LD: the scripts of a page that hold it.

import CanonicalJSON

enum LinkedData {
    /// What stands in `<script type="application/ld+json">`, in the page's order; scripts that are no JSON are passed over.
    static func documents(of tree: Tree) -> [JSON] {
        tree.nodes.indices.compactMap { place in
            guard tree.isElement(place), tree.nodes[place].name == KnownName.script.id,
                let type = tree.attribute(KnownName.type.id, of: place),
                String(decoding: type, as: UTF8.self).lowercased().contains("ld+json")
            else { return nil }
            let text = (place + 1..<Int(tree.nodes[place].end)).filter { tree.nodes[$0].isText }.flatMap {
                tree.text($0)
            }
            return LenientJSON.parse(text[...])
        }
    }
}
