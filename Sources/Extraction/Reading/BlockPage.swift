// Tells a page that keeps visitors out (captcha, challenge, login, refusal) from a page that merely has no items.

/// Why an answer looks like a block rather than the page asked for, as the end of a sentence; nil where it does not.
///
/// A page on which items were found is only doubted for what its title says: real pages embed captchas in their newsletter forms.
public func blockSuspicion(_ body: [UInt8], mediaType: String?, itemsFound: Int = 0) -> String? {
    guard let text = try? PageText(body, mediaType: mediaType, charset: nil, wantsJSON: false), !text.isBlank,
        text.kind == .html, let tree = try? Tree(text, names: NameTable())
    else { return nil }
    return BlockPage.suspicion(tree, itemsFound: itemsFound)
}

enum BlockPage {
    static func suspicion(_ tree: Tree, itemsFound: Int) -> String? {
        guard tree.isHTML else { return nil }
        if let title = tree.title, let phrase = phrase(in: title, atStart: itemsFound > 0) {
            return "its title is \"\(title.prefix(80))\" (\(phrase))"
        }
        return itemsFound > 0 ? nil : evidence(tree)
    }

    /// What such pages say of themselves, in titles and headings.
    private static let phrases = [
        ("are you a human", "captcha"), ("are you a robot", "captcha"), ("are you human", "captcha"),
        ("robot check", "captcha"),
        ("verify you are human", "captcha"), ("verify that you are human", "captcha"),
        ("verifying you are human", "captcha"),
        ("confirm you are human", "captcha"), ("not a robot", "captcha"), ("captcha", "captcha"),
        ("human verification", "captcha"),
        ("just a moment", "challenge"), ("attention required", "challenge"), ("one more step", "challenge"),
        ("checking your browser", "challenge"), ("security check", "challenge"), ("ddos protection", "challenge"),
        ("pardon our interruption", "challenge"), ("please wait while we verify", "challenge"),
        ("challenge validation", "challenge"),
        ("access denied", "refusal"), ("access to this page has been denied", "refusal"),
        ("you have been blocked", "refusal"),
        ("request blocked", "refusal"), ("unusual traffic", "refusal"), ("too many requests", "refusal"),
        ("403 forbidden", "refusal"),
    ]

    /// Who keeps visitors out says so at once; and a heading of megabytes would take minutes to search.
    private static let phrasePlaceMax = 1000

    private static func phrase(in text: String, atStart: Bool) -> String? {
        let text = text.prefix(phrasePlaceMax).lowercased()
        return phrases.first { atStart ? text.hasPrefix($0.0) : text.contains($0.0) }?.1
    }

    /// What stands in the markup of challenge pages and nowhere else.
    private static let challenges = [
        ("_cf_chl_opt", "Cloudflare"), ("cf-browser-verification", "Cloudflare"), ("cf-challenge", "Cloudflare"),
        ("captcha-delivery.com", "DataDome"), ("px-captcha", "PerimeterX"), ("_pxBlockedUrl", "PerimeterX"),
        ("_Incapsula_Resource", "Imperva"), ("sec-if-cpt-container", "Akamai"), ("sec-bc-tile-container", "Akamai"),
        ("gokuProps", "AWS WAF"), ("awsWafCookieDomainList", "AWS WAF"), ("distil_r_captcha", "Distil"),
        ("/_sec/cp_challenge", "Akamai"),
    ].map { (needle: Array($0.0.utf8), name: $0.1) }

    /// What real pages embed as well, in the forms at their ends.
    private static let widgets = [
        "g-recaptcha", "h-captcha", "cf-turnstile", "frc-captcha", "recaptcha/api", "hcaptcha.com",
        "challenges.cloudflare.com",
        "arkoselabs.com", "geetest",
    ].map { Array($0.utf8) }

    /// Pages that have something to say say more than this many bytes; a block says a sentence or two.
    static let fewBytes = 1500

    /// Evidence on a page without items: a heading that says it, a challenge's markup, or a captcha or password field with hardly
    /// anything around it.
    private static func evidence(_ tree: Tree) -> String? {
        let textLength = tree.nodes.count > 1 ? tree.foldedText(of: Tree.document).count : 0
        var weak: String?
        for place in tree.nodes.indices {
            let node = tree.nodes[place]
            if node.isText {
                let isScript = tree.nodes[Int(node.parent)].name == KnownName.script.id
                if isScript, let name = challenge(tree.text(place)) { return "it is a challenge by \(name)" }
                continue
            }
            guard place > Tree.document else { continue }
            if isHeading(node.name), let phrase = heading(tree, place) { return phrase }
            for attribute in tree.attributes[Int(node.start)..<Int(node.start + node.count)] {
                let value = tree.bytes[Int(attribute.start)..<Int(attribute.start + attribute.count)]
                if let name = challenge(value) { return "it is a challenge by \(name)" }
                if widgets.contains(where: { value.contains($0) }) { weak = weak ?? "it asks for a captcha" }
                if isPassword(node, attribute, value) { weak = "it is a login form" }
            }
        }
        return textLength < fewBytes ? weak : nil
    }

    private static func challenge(_ text: ArraySlice<UInt8>) -> String? {
        challenges.first { text.contains($0.needle) }?.name
    }

    private static func isHeading(_ name: NameTable.ID) -> Bool { name == KnownName.h1.id || name == KnownName.h2.id }

    private static func heading(_ tree: Tree, _ place: Tree.Index) -> String? {
        let text = String(decoding: tree.foldedText(of: place), as: UTF8.self)
        return phrase(in: text, atStart: false).map { "its heading is \"\(text.prefix(80))\" (\($0))" }
    }

    private static func isPassword(_ node: Tree.Node, _ attribute: Tree.Attribute, _ value: ArraySlice<UInt8>) -> Bool {
        node.name == KnownName.input.id && attribute.name == KnownName.type.id && value.elementsEqual("password".utf8)
    }
}
