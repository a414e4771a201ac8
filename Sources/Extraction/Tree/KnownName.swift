// Names that the readers themselves look for. Every `NameTable` begins with them, so that their numbers are known beforehand.

enum KnownName: NameTable.ID, CaseIterable {
    // Attributes, and what is both.
    case `class` = 1, id, href, src, name, type, content
    case a, address, applet, area, article, aside, b, base, basefont, bgsound, big, blockquote, body, br, button,
        caption, center, code
    case col, colgroup, dd, desc, details, dialog, dir, div, dl, dt, em, embed, fieldset, figcaption, figure, font,
        footer
    case foreignobject, form, frame, frameset, h1, h2, h3, h4, h5, h6, head, header, hgroup, hr, html, i, iframe, img,
        input, keygen
    case legend, li, link, listing, main, marquee, math, menu, meta, nav, nobr, noembed, noframes, noscript, object, ol,
        optgroup
    case option, p, param, plaintext, pre, rb, rp, rt, rtc, ruby, s, script, search, section, select, small, source,
        span, strike
    case strong, style, sub, summary, sup, svg, table, tbody, td, template, textarea, tfoot, th, thead, title, tr,
        track, tt, u, ul
    case `var`, wbr, xmp

    var id: NameTable.ID { rawValue }
    var text: String { "\(self)" }
}

/// What HTML says about an element by its name.
struct ElementTraits: OptionSet {
    let rawValue: UInt32

    /// Never has content, and no end.
    static let void = ElementTraits(rawValue: 1)
    /// Its text is no text of the page.
    static let silent = ElementTraits(rawValue: 2)
    /// Begins and ends a line where a page is shown.
    static let block = ElementTraits(rawValue: 4)
    /// Ends an open `p` where it starts.
    static let closesParagraph = ElementTraits(rawValue: 8)
    /// An end tag from inside does not reach beyond it (HTML's "special").
    static let special = ElementTraits(rawValue: 16)
    /// The edge of every scope.
    static let scope = ElementTraits(rawValue: 32)
    static let heading = ElementTraits(rawValue: 64)
    /// May be ended by an end tag from inside a block, which stays open.
    static let formatting = ElementTraits(rawValue: 128)
    /// Its content is text up to its end tag.
    static let rawText = ElementTraits(rawValue: 256)
    /// As `rawText`, with character references.
    static let escapableText = ElementTraits(rawValue: 512)
    /// Belongs into the head where no body has begun.
    static let headContent = ElementTraits(rawValue: 1024)
    /// Needs no end tag of its own inside something that ends.
    static let impliedEnd = ElementTraits(rawValue: 2048)
    /// A table, or its parts around cells.
    static let tableContext = ElementTraits(rawValue: 4096)
    /// HTML that ends an embedded SVG or MathML.
    static let breaksOut = ElementTraits(rawValue: 8192)

    /// By number of a name.
    private static let table: [ElementTraits] = {
        var table = [ElementTraits](repeating: [], count: KnownName.allCases.count + 1)
        for (traits, names) in lists {
            for name in names { table[Int(name.id)].formUnion(traits) }
        }
        return table
    }()

    static func of(_ name: NameTable.ID) -> ElementTraits {
        Int(name) < table.count ? table[Int(name)] : []
    }

    private static let lists: [(ElementTraits, [KnownName])] = [
        (
            .void,
            [
                .area, .base, .basefont, .bgsound, .br, .col, .embed, .frame, .hr, .img, .input, .keygen, .link, .meta,
                .param, .source, .track, .wbr,
            ]
        ),
        (.silent, [.script, .style, .template]),
        (
            .block,
            [
                .address, .article, .aside, .blockquote, .caption, .center, .dd, .details, .dialog, .dir, .div, .dl,
                .dt, .fieldset,
                .figcaption, .figure, .footer, .form, .h1, .h2, .h3, .h4, .h5, .h6, .header, .hgroup, .hr, .legend, .li,
                .listing, .main,
                .menu, .nav, .ol, .optgroup, .option, .p, .pre, .search, .section, .summary, .table, .tbody, .td,
                .tfoot, .th, .thead,
                .tr, .ul, .xmp,
            ]
        ),
        (
            .closesParagraph,
            [
                .address, .article, .aside, .blockquote, .center, .dd, .details, .dialog, .dir, .div, .dl, .dt,
                .fieldset, .figcaption,
                .figure, .footer, .form, .h1, .h2, .h3, .h4, .h5, .h6, .header, .hgroup, .hr, .li, .listing, .main,
                .menu, .nav, .ol, .p,
                .plaintext, .pre, .search, .section, .summary, .table, .ul, .xmp,
            ]
        ),
        (
            .special,
            [
                .address, .applet, .area, .article, .aside, .base, .basefont, .bgsound, .blockquote, .body, .br,
                .button, .caption,
                .center, .col, .colgroup, .dd, .desc, .details, .dir, .div, .dl, .dt, .embed, .fieldset, .figcaption,
                .figure, .footer,
                .foreignobject, .form, .frame, .frameset, .h1, .h2, .h3, .h4, .h5, .h6, .head, .header, .hgroup, .hr,
                .html, .iframe,
                .img, .input, .keygen, .li, .link, .listing, .main, .marquee, .menu, .meta, .nav, .noembed, .noframes,
                .noscript,
                .object, .ol, .p, .param, .plaintext, .pre, .script, .search, .section, .select, .source, .style,
                .summary, .table,
                .tbody, .td, .template, .textarea, .tfoot, .th, .thead, .title, .tr, .track, .ul, .wbr, .xmp,
            ]
        ),
        (.scope, [.applet, .caption, .desc, .foreignobject, .html, .marquee, .object, .table, .td, .template, .th]),
        (.heading, [.h1, .h2, .h3, .h4, .h5, .h6]),
        (.formatting, [.a, .b, .big, .code, .em, .font, .i, .nobr, .s, .small, .strike, .strong, .tt, .u]),
        (.rawText, [.iframe, .noembed, .noframes, .script, .style, .xmp]),
        (.escapableText, [.textarea, .title]),
        (
            .headContent,
            [.base, .basefont, .bgsound, .link, .meta, .noframes, .noscript, .script, .style, .template, .title]
        ),
        (.impliedEnd, [.dd, .dt, .li, .optgroup, .option, .p, .rb, .rp, .rt, .rtc]),
        (.tableContext, [.table, .tbody, .tfoot, .thead, .tr]),
        (
            .breaksOut,
            [
                .b, .big, .blockquote, .body, .br, .center, .code, .dd, .div, .dl, .dt, .em, .embed, .h1, .h2, .h3, .h4,
                .h5, .h6, .head,
                .hr, .i, .img, .li, .listing, .menu, .meta, .nobr, .ol, .p, .pre, .ruby, .s, .small, .span, .strong,
                .strike, .sub, .sup,
                .table, .tt, .u, .ul, .var,
            ]
        ),
    ]
}
