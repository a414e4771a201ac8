import Foundation
import Testing

/// A page under docs/ of which a part, between two marks, is generated.
///
/// With DAYBOOK_UPDATE_DOCS=1 the part is written, otherwise compared.
func expectGenerated(_ part: String, mark: String, in page: String, at location: SourceLocation = #_sourceLocation)
    throws
{
    let path = projectRoot.appending(path: page)
    let text = try String(contentsOf: path, encoding: .utf8)
    let begin = "<!-- \(mark): generated, do not edit -->\n"
    let end = "<!-- end of \(mark) -->\n"
    let from = try #require(text.range(of: begin), "\(page) has no mark \(begin)", sourceLocation: location)
    let to = try #require(text.range(of: end), "\(page) has no mark \(end)", sourceLocation: location)
    let wanted = text[..<from.upperBound] + "\n" + part + "\n" + text[to.lowerBound...]
    if ProcessInfo.processInfo.environment["DAYBOOK_UPDATE_DOCS"] == "1" {
        try Data(wanted.utf8).write(to: path)
    } else {
        #expect(
            text == wanted, "\(page) is out of date: DAYBOOK_UPDATE_DOCS=1 tools/test --filter 'Documents|Definition'",
            sourceLocation: location)
    }
}

/// A file that is generated whole.
func expectGenerated(_ wanted: String, file: String, at location: SourceLocation = #_sourceLocation) throws {
    let path = projectRoot.appending(path: file)
    if ProcessInfo.processInfo.environment["DAYBOOK_UPDATE_DOCS"] == "1" {
        return try Data(wanted.utf8).write(to: path)
    }
    let text = try String(contentsOf: path, encoding: .utf8)
    #expect(
        text == wanted, "\(file) is out of date: DAYBOOK_UPDATE_DOCS=1 tools/test --filter Documents",
        sourceLocation: location)
}

let projectRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
