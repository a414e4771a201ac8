// Which proxy the environment names for a URL, decided here and not by libcurl, so that it can be left out and tested.

/// The proxy variables of an environment, read as curl reads them: `http_proxy` (lower case only: `HTTP_PROXY` is what
/// a CGI client controls), `https_proxy`, `all_proxy`, `no_proxy` in either case.
public struct ProxyEnvironment: Hashable, Sendable {
    private let http: String?
    private let https: String?
    let exceptions: String

    public init(_ environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let all = value("all_proxy", "ALL_PROXY")
        http = value("http_proxy") ?? all
        https = value("https_proxy", "HTTPS_PROXY") ?? all
        exceptions = value("no_proxy", "NO_PROXY") ?? ""
    }

    public static let none = ProxyEnvironment([:])

    /// This machine itself is never reached through a proxy.
    func proxy(for address: WebAddress) -> String? {
        if address.isLoopback { return nil }
        return address.scheme == "https" ? https : http
    }
}
