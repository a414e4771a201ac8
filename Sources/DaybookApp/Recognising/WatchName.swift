// A name for a watch, where the user gave none.

enum WatchName {
    /// Words that say nothing about a page.
    private static let empty = [
        "index", "www", "html", "htm", "php", "api", "schedule", "xml", "json", "en", "de", "v1", "v2",
    ]

    /// From a URL: what of its path says something, else its host; one that is not taken.
    static func suggested(for url: String, taken: [String]) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let parts = rest.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        let host = parts.first.map { labels($0.prefix { $0 != ":" }) } ?? []
        let paths = parts.dropFirst().reversed().map { words($0).filter { !empty.contains($0) } }
        let hostName = host.count > 1 ? host.dropLast() : host[...]
        var chosen = paths.first { words in words.contains { $0.contains(where: \.isLetter) } } ?? []
        if chosen.isEmpty { chosen = Array(hostName) }
        // A year by itself belongs to the conference before it.
        if let year = paths.first(where: { $0.count == 1 && $0[0].count == 4 && $0[0].allSatisfy(\.isNumber) }),
            chosen == Array(hostName)
        {
            chosen += year
        }
        let name = String(chosen.joined(separator: "-").prefix(40)).trimmed
        return free(name.isEmpty ? "page" : name, taken)
    }

    private static func labels(_ host: Substring) -> [String] {
        let plain = host.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
        return plain.split { $0 == "." }.map(String.init).filter { $0 != "www" && $0.first != "-" }
    }

    private static func words(_ part: Substring) -> [String] {
        part.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
    }

    private static func free(_ name: String, _ taken: [String]) -> String {
        guard taken.contains(name) else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix("-") ? String(dropLast()) : self }
}
