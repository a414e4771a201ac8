// What one client is told once, for all its requests.

import Foundation
import Logging

extension HTTPClient {
    /// How the client presents itself and where it gets its surroundings from. Every value has a sensible default.
    public struct Configuration: Sendable {
        /// Sent with every request that has no `User-Agent` of its own. See ``userAgent(version:page:)``.
        public var userAgent: String
        /// At most so many requests, and open connections, at one host and port at a time.
        public var connectionsPerHost: Int
        public var proxies: ProxyEnvironment
        /// A PEM file of certificate authorities to trust instead of the system's.
        public var authorities: String?
        public var timing: Timing
        public var logger: Logger?
        /// `HOST:PORT:ADDRESS`: names that are not asked for, as in `curl --resolve`. For tests.
        package var pinned: [String] = []
        /// Which addresses the guard lets through. For tests.
        package var isPublic: @Sendable (IPAddress) -> Bool = \.isPublic

        public init(
            userAgent: String = Configuration.userAgent(version: "dev"), connectionsPerHost: Int = 6,
            proxies: ProxyEnvironment = ProxyEnvironment(ProcessInfo.processInfo.environment),
            authorities: String? = nil, timing: Timing = .system, logger: Logger? = nil
        ) {
            self.userAgent = userAgent
            self.connectionsPerHost = connectionsPerHost
            self.proxies = proxies
            self.authorities = authorities
            self.timing = timing
            self.logger = logger
        }

        /// Says what this is and where to read about it: `daybook/1.2 (+https://…)`.
        public static func userAgent(version: String, page: String? = nil) -> String {
            "daybook/\(version)" + (page.map { " (+\($0))" } ?? "")
        }
    }
}
