// One exchange under way: sets libcurl up for it, takes what comes, and stops it at its bounds.

import CCurl

/// Lives on the loop's thread only. libcurl's callbacks get it as their context and never outlive it.
final class Transfer: WireTransfer {
    let exchange: Exchange
    private var easy: EasyHandle
    private var head = ResponseHead()
    private var body: [UInt8] = []
    private var decoder: ContentDecoder?
    /// Why a callback stopped the transfer; libcurl then only says that one did.
    private var stopped: Fault?
    private var refusedAddress: IPAddress?
    private var hasTriedPublicAddress = false

    /// Fewer in a second count as none.
    private static let stallBytesPerSecond = 16

    init(_ exchange: Exchange) throws(Fault) {
        guard let easy = EasyHandle() else { throw .failed("libcurl does not start") }
        self.exchange = exchange
        self.easy = easy
        configureRequest()
        configureConnection()
        configureCallbacks()
        if let refused = self.easy.refused {
            throw .failed("this libcurl lacks something: \(Curl.text(refused))")
        }
    }

    var handle: UnsafeMutableRawPointer { easy.pointer }

    private func configureRequest() {
        let hop = exchange.hop
        easy.set(CURLOPT_URL, hop.address.url)
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_USERAGENT, exchange.userAgent)
        switch hop.method {
        case "GET" where hop.body == nil: easy.set(CURLOPT_HTTPGET, 1)
        case "HEAD": easy.set(CURLOPT_NOBODY, 1)
        case "POST": easy.setBody(hop.body ?? [])
        default:
            if let body = hop.body { easy.setBody(body) }
            easy.set(CURLOPT_CUSTOMREQUEST, hop.method)
        }
        easy.set(CURLOPT_HTTPHEADER, lines: headerLines(hop))
        easy.setCookies(exchange.cookies)
    }

    private func headerLines(_ hop: Hop) -> [String] {
        var lines = hop.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if hop.headers["Accept-Encoding"] == nil { lines.append("Accept-Encoding: \(ContentDecoder.offered)") }
        lines.append("Expect:")  // no waiting for "100 Continue"
        if hop.body != nil, hop.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        return lines
    }

    private func configureConnection() {
        easy.set(CURLOPT_NOSIGNAL, 1)
        easy.set(CURLOPT_QUICK_EXIT, 1)  // a name being resolved must not hold up the thread when it is given up
        easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        easy.set(CURLOPT_TIMEOUT_MS, exchange.timeout.inMilliseconds)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, exchange.connectTimeout.inMilliseconds)
        easy.set(CURLOPT_LOW_SPEED_LIMIT, Self.stallBytesPerSecond)
        easy.set(CURLOPT_LOW_SPEED_TIME, max(1, Int(exchange.stallTimeout.inSeconds.clamped(to: 1...1e6))))
        easy.set(CURLOPT_PROXY, exchange.proxy ?? "")  // "" also keeps libcurl from asking the environment
        easy.set(CURLOPT_NOPROXY, exchange.proxyExceptions)
        if let authorities = exchange.authorities { easy.set(CURLOPT_CAINFO, authorities) }
        easy.set(CURLOPT_RESOLVE, lines: exchange.pinned)
    }

    private func configureCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        easy.set(CURLOPT_WRITEDATA, pointer: context)
        easy.set(
            CURLOPT_WRITEFUNCTION,
            function: { bytes, size, count, context in
                Transfer.from(context)?.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            })
        easy.set(CURLOPT_HEADERDATA, pointer: context)
        easy.set(
            CURLOPT_HEADERFUNCTION,
            function: { bytes, size, count, context in
                Transfer.from(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            })
        easy.set(CURLOPT_NOPROGRESS, 0)
        easy.set(CURLOPT_XFERINFODATA, pointer: context)
        easy.setProgress { context, expected, received, _, _ in
            Transfer.from(context)?.checkProgress(expected: Int(expected), received: Int(received)) ?? 1
        }
        guard exchange.refusesPrivate else { return }
        easy.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        easy.setSocket { context, _, address in
            guard let address, let transfer = Transfer.from(context), transfer.mayConnect(address) else {
                return CURL_SOCKET_BAD
            }
            return daybook_curl_open(address)
        }
        // An open connection is used again without a new socket, whoever had it opened: so judge it once more.
        easy.set(CURLOPT_PREREQDATA, pointer: context)
        easy.setBeforeRequest { context, address, _, _, _ in
            guard let address, let transfer = Transfer.from(context), transfer.maySend(String(cString: address)) else {
                return CURL_PREREQFUNC_ABORT
            }
            return CURL_PREREQFUNC_OK
        }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension Transfer {
    /// Anything but the count given stops the transfer.
    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        do throws(Fault) {
            if decoder == nil {
                decoder = try ContentDecoder(head.headers.all("Content-Encoding"), sizeMax: exchange.sizeMax)
            }
            try decoder?.take(bytes) { (piece) throws(Fault) in
                guard body.count + piece.count <= exchange.sizeMax else {
                    throw .tooLarge(.inflated, limit: exchange.sizeMax)
                }
                body.append(contentsOf: piece)
            }
            return bytes.count
        } catch {
            stopped = error
            body = []
            return 0
        }
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
        head.take(line)
        guard head.size <= ResponseHead.sizeMax else {
            stopped = .tooLarge(.head, limit: ResponseHead.sizeMax)
            return 0
        }
        return line.count
    }

    private func checkProgress(expected: Int, received: Int) -> Int32 {
        let isTooLarge = received > exchange.sizeMax || (expected > exchange.sizeMax && exchange.hop.method != "HEAD")
        if isTooLarge { stopped = .tooLarge(.transfer, limit: exchange.sizeMax) }
        return isTooLarge ? 1 : 0
    }

    private func mayConnect(_ address: UnsafePointer<curl_sockaddr>) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(daybook_curl_address(address, &bytes))
        return judge(IPAddress(bytes: Array(bytes.prefix(count))))
    }

    private func maySend(_ address: String) -> Bool {
        let isAllowed = judge(IPAddress(address))
        if !isAllowed { stopped = privateAddress }
        return isAllowed
    }

    private func judge(_ address: IPAddress?) -> Bool {
        guard let address, exchange.isPublic(address) else {
            refusedAddress = address
            return false
        }
        hasTriedPublicAddress = true
        return true
    }

    private var privateAddress: Fault {
        .privateAddress(host: exchange.hop.address.host, address: refusedAddress?.description ?? "of an unknown kind")
    }

    /// What came of it, once libcurl says that it is done.
    func finish(_ code: CURLcode) -> Result<Answer, Fault> {
        if let stopped { return .failure(stopped) }
        guard code == CURLE_OK else { return .failure(fault(code)) }
        let received = easy.size(CURLINFO_SIZE_DOWNLOAD_T)
        if decoder?.isComplete == false { return .failure(.cutShort(received: received)) }
        guard (200...599).contains(head.status) else { return .failure(.garbage("status \(head.status)")) }
        return .success(
            Answer(
                status: head.status, headers: head.headers, body: body, wireBytes: received,
                httpVersion: httpVersion))
    }

    private var httpVersion: String {
        switch easy.long(CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: "1.0"
        case CURL_HTTP_VERSION_2_0: "2"
        default: "1.1"
        }
    }

    private func fault(_ code: CURLcode) -> Fault {
        if refusedAddress != nil, !hasTriedPublicAddress, code != CURLE_OPERATION_TIMEDOUT { return privateAddress }
        return Fault(
            code,
            CurlFailure(
                host: exchange.hop.address.host, port: exchange.hop.address.port, proxy: exchange.proxy,
                timeout: exchange.timeout, connectTimeout: exchange.connectTimeout, stallTimeout: exchange.stallTimeout,
                detail: easy.failure(code), received: easy.size(CURLINFO_SIZE_DOWNLOAD_T),
                hasHead: head.size > 0, isConnected: easy.size(CURLINFO_PRETRANSFER_TIME_T) > 0))
    }
}
