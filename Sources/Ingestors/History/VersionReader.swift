// From a version's bytes to what it shows. Pure but for what it remembers of earlier versions, which only saves work.

import Extraction
import Transport

/// A version as it was read.
struct ReadVersion: Sendable {
    enum Content: Sendable {
        case page(PageContent)
        /// Why it could not be understood, as the end of a sentence.
        case failed(String)
        /// The commit does not have the file: it was deleted.
        case missing
    }

    var content: Content
    /// Bytes.
    var size: Int
}

/// Reads the versions of one file with a watch's rules, from any task.
struct VersionReader: Sendable {
    /// How a version's bytes are read; items are remembered from one version to the next.
    private enum Way: Sendable {
        case items(ItemSeries<Sighting>)
        case page(TextRules)
    }

    private let way: Way
    private let base: String
    private let mediaType: String?
    private let sizeMax: Int

    /// - Parameter path: its ending says what the file is, as a server would.
    init(_ definition: WatchDefinition, path: String) {
        // Links lead where they lead on the page itself.
        base = definition.fetch.url.url(topic: nil, page: 1)
        switch definition.rules {
        case .items(let rules): way = .items(ItemSeries(rules, baseURL: base) { Sighting($0) })
        case .page(let rules): way = .page(rules)
        }
        mediaType = Self.mediaType(of: path)
        sizeMax = definition.fetch.limits.size
    }

    func read(_ object: GitObject) -> ReadVersion {
        switch object {
        case .missing: ReadVersion(content: .missing, size: 0)
        case .other(let kind): ReadVersion(content: .failed("it is no file there but a \(kind)"), size: 0)
        case .tooLarge(let size):
            ReadVersion(
                content: .failed("it has \(size) bytes, more than fetch.max-size allows (\(sizeMax))"), size: size)
        case .bytes(let bytes): ReadVersion(content: read(bytes), size: bytes.count)
        }
    }

    private func read(_ bytes: [UInt8]) -> ReadVersion.Content {
        do throws(ExtractionError) {
            let content = try content(of: bytes)
            return content.refusal.map { .failed($0) } ?? .page(content)
        } catch {
            return .failed(PageContent.reason(error, bytes, mediaType: mediaType))
        }
    }

    private func content(of bytes: [UInt8]) throws(ExtractionError) -> PageContent {
        switch way {
        case .items(let series): try series.content(of: bytes, mediaType: mediaType)
        case .page(let rules):
            try rules.content(of: PageBytes(body: bytes, contentType: ContentType(mediaType: mediaType), base: base))
        }
    }

    /// Nil where the ending says nothing; the bytes decide then.
    static func mediaType(of path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        case "xml", "rss", "atom", "xcal": return "application/xml"
        case "html", "htm": return "text/html"
        case "json", "geojson": return "application/json"
        default: return nil
        }
    }
}
