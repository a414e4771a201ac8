// libcurl's result codes, told apart by what they mean for whoever asked.

import CCurl

/// What is known about a transfer that libcurl gave up.
struct CurlFailure {
    let host: String
    let port: Int
    var proxy: String?
    let timeout: Duration
    let connectTimeout: Duration
    let stallTimeout: Duration
    /// libcurl's own words; they name no headers and no query.
    let detail: String
    /// Bytes of the body.
    let received: Int
    let hasHead: Bool
    /// Whether the request could be sent.
    let isConnected: Bool
}

extension Fault {
    init(_ code: CURLcode, _ failure: CurlFailure) {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: self = .timeout(failure)
        case CURLE_COULDNT_RESOLVE_HOST: self = .nameNotFound(host: failure.host)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: self = .proxyFailed(failure)
        case CURLE_COULDNT_CONNECT where failure.proxy != nil: self = .proxyFailed(failure)
        case CURLE_COULDNT_CONNECT: self = .connectFailed(host: failure.host, port: failure.port)
        case CURLE_GOT_NOTHING: self = .hungUp
        case CURLE_PARTIAL_FILE: self = .cutShort(received: failure.received)
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2_STREAM:
            self = failure.hasHead ? .cutShort(received: failure.received) : .hungUp
        case CURLE_HTTP2, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING,
            CURLE_WRITE_ERROR:
            self = .garbage(failure.detail)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            self = .certificate(host: failure.host, reason: failure.detail)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_USE_SSL_FAILED:
            self = .tls(host: failure.host, reason: failure.detail)
        case CURLE_URL_MALFORMAT: self = .invalidURL("it does not read as one")
        default: self = .failed(Curl.text(code))
        }
    }

    private static func timeout(_ failure: CurlFailure) -> Fault {
        if !failure.isConnected {
            return .timeout(.connecting, seconds: min(failure.connectTimeout, failure.timeout).inSeconds)
        }
        return failure.detail.hasPrefix("Operation too slow")
            ? .timeout(.stalled, seconds: failure.stallTimeout.inSeconds)
            : .timeout(.answering, seconds: failure.timeout.inSeconds)
    }

    /// The proxy by host and port: its URL may hold a password.
    private static func proxyFailed(_ failure: CurlFailure) -> Fault {
        .proxyFailed(proxy: MaskedURL(failure.proxy ?? "").description)
    }
}
