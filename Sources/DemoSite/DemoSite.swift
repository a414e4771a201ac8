// A small conference catalogue on loopback that changes by itself: what `daybook demo` watches.

import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The demo's site.
public enum DemoSite {
    /// Between one change and the next.
    public static let pace = Duration.seconds(4)

    /// Serves the site on 127.0.0.1 for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - port: where to listen; 0 is any free port.
    ///   - step: how many steps of the script have been taken; asked for with each request. By default one every `pace`.
    ///   - body: gets the site's address, `http://127.0.0.1:PORT`.
    /// - Throws: what `body` throws, or that no port could be had.
    public static func run(
        port: Int = 0, step: (@Sendable () -> Int)? = nil,
        body: @escaping @Sendable (_ address: String) async throws -> Void
    ) async throws {
        let (bound, onBound) = AsyncStream.makeStream(of: Int?.self)
        let application = application(port: port, step: step ?? steps(since: .now)) { onBound.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { onBound.finish() }
                try await application.run()
            }
            group.addTask {
                for await port in bound {
                    guard let port else { break }
                    return try await body("http://127.0.0.1:\(port)")
                }
                throw DemoSiteError.notServing
            }
            defer { group.cancelAll() }
            // The server ends by itself only where it could not begin; then its error is the one to tell.
            try await group.next()
        }
    }

    private static func steps(since start: ContinuousClock.Instant) -> @Sendable () -> Int {
        { Int((ContinuousClock.now - start) / pace) }
    }

    private static func application(
        port: Int, step: @escaping @Sendable () -> Int, onPort: @escaping @Sendable (Int?) -> Void
    ) -> some ApplicationProtocol {
        var logger = Logger(label: "demo-site")
        logger.logLevel = .critical
        return Application(
            router: router(step: step),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: port), serverName: "daybook-demo"),
            onServerRunning: { onPort($0.localAddress?.port) },
            logger: logger)
    }

    static func router(step: @escaping @Sendable () -> Int) -> Router<BasicRequestContext> {
        let router = Router()
        for path in ["/", "/sessions"] as [RouterPath] {
            router.get(path) { request, _ in response(to: request, step: step()) }
        }
        router.get("**") { request, _ in response(to: request, step: step()) }
        return router
    }

    private static func response(to request: Request, step: Int) -> Response {
        let answer = Answer.to(
            path: request.uri.path, topic: request.uri.queryParameters["topic"].map(String.init),
            validator: request.headers[.ifNoneMatch], since: request.headers[.ifModifiedSince], step: step)
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let body = answer.status == 304 ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(string: answer.body))
        return Response(status: HTTPResponse.Status(code: answer.status), headers: headers, body: body)
    }
}

/// Why there is no demo.
public enum DemoSiteError: Error, Sendable, CustomStringConvertible {
    case notServing

    public var description: String { "the demo's site could not be served on 127.0.0.1; is loopback up?" }
}
