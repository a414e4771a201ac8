// A web site that a test writes page by page, on a loopback server that all tests share.

import CanonicalJSON
import Foundation
import Testing
import Transport

/// tools/testing/changing_site.py, started once; it ends when this process does, with its standard input.
///
/// `@unchecked Sendable`: set once and never changed.
final class SiteServer: @unchecked Sendable {
    let base: String
    private let process = Process()
    private let input = Pipe()

    static let shared = Result { try SiteServer() }

    private init() throws {
        let output = Pipe()
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "tools/testing/changing_site.py")
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        base = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(base.hasPrefix("http://"), "the site did not start")
    }

    deinit { process.terminate() }
}

/// One test's part of the server.
struct Site {
    /// A request as the server saw it.
    struct Asked {
        var path: String
        var status: Int
        var headers: JSON
    }

    let base: String
    private let client = quietClient()
    private let prefix = UUID().uuidString

    init() throws { base = try SiteServer.shared.get().base }

    func url(_ path: String) -> String { "\(base)/\(prefix)/\(path)" }

    /// Writes a page. `how` are the server's headers without their `X-`: `["Fault": "cut"]`.
    func put(_ path: String, _ body: String, _ how: [String: String] = [:]) async throws {
        try await put(path, bytes: Array(body.utf8), how)
    }

    func put(_ path: String, bytes: [UInt8], _ how: [String: String] = [:]) async throws {
        var headers = HTTPHeaders()
        for (name, value) in how { headers.add("X-\(name)", name == "After" ? "/\(prefix)/\(value)" : value) }
        _ = try await client.send(HTTPRequest(url: url(path), method: "PUT", headers: headers, body: bytes))
    }

    func remove(_ path: String) async throws {
        _ = try await client.send(HTTPRequest(url: url(path), method: "DELETE"))
    }

    /// The requests since it was last asked.
    func asked() async throws -> [Asked] {
        let response = try await client.send(HTTPRequest(url: "\(base)/_log/\(prefix)/"))
        return try response.body.split(separator: 10).map { line in
            let json = try JSON.parse(Array(line))
            return Asked(
                path: json["path"]?.stringValue?.replacing("/\(prefix)/", with: "") ?? "",
                status: json["status"]?.intValue ?? 0, headers: json["headers"] ?? .null)
        }
    }
}

/// A client that knows no proxy and does not wait between tries.
func quietClient() -> HTTPClient {
    let system = Timing.system
    let timing = Timing(now: system.now, sleep: { _ in }, wallClock: system.wallClock, random: { 0 })
    return HTTPClient(configuration: HTTPClient.Configuration(proxies: .none, timing: timing))
}

/// `A=1 B=2` as a page with two items; a key left out is an item without one.
func shelf(_ text: String, next: String? = nil) -> String {
    let rows = text.split(separator: " ").map { word in
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let id = parts[0].isEmpty ? "" : #" id="\#(parts[0])""#
        return "<li\(id)><b>\(parts.count > 1 ? String(parts[1]) : "")</b><i>\(parts[0])!</i></li>"
    }
    let link = next.map { #"<a rel="next" href="\#($0)">on</a>"# } ?? ""
    return "<!DOCTYPE html><html><title>Shelf</title><ul>\(rows.joined(separator: "\n"))</ul>\(link)</html>"
}
