// The one way out to the network: sends requests within their bounds, follows redirects, tries again where that helps.

import Foundation
import Logging

/// An HTTP client for everything that one daybook asks the world. Share one: rates and connections are counted in it.
///
/// Every method may be called from any task; cancelling the task ends the request at once.
public final class HTTPClient: Sendable {
    public let configuration: Configuration
    let loop: CurlLoop
    private let gates: HostGates

    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        loop = CurlLoop(connectionsPerHost: configuration.connectionsPerHost)
        gates = HostGates(connectionsPerHost: configuration.connectionsPerHost, timing: configuration.timing)
    }

    deinit { loop.shutdown() }

    /// Ends everything under way with `.cancelled`, and refuses what comes later. Also done when the client goes.
    public func shutdown() { loop.shutdown() }

    /// One try, redirects included. Any status is an answer here; what is thrown are faults.
    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var chain = try Chain(request, asked: configuration.timing.wallClock())
        while true {
            if let response = try await step(&chain) { return response }
        }
    }

    /// Tries until there is a good answer (2xx, or 304 to a conditional request), or the policy gives up.
    ///
    /// - Returns: the answer, and how many requests were made for it.
    /// - Throws: the last fault; an answer that is no success is `.status`.
    public func fetch(
        _ request: HTTPRequest, retries: Int = 3, policy: RetryPolicy = RetryPolicy()
    ) async throws(TransportError) -> Fetched {
        var policy = policy
        policy.retries = retries
        var requests = 0
        for number in 1... {
            let outcome = await attempt(request)
            requests += outcome.requests
            let decision = RetryDecision.decide(
                outcome.attempt, tryNumber: number, policy: policy, random: configuration.timing.random())
            switch (decision, outcome.result) {
            case (.done, .success(let response)): return Fetched(response: response, requests: requests)
            case (.retry(let seconds), _): try await wait(seconds, before: request, outcome, requests)
            case (_, let result): throw failure(result, request, outcome.attempt, requests)
            }
        }
        throw TransportError(.cancelled, method: request.method, url: request.url, requests: requests)
    }
}

/// A good answer and what it took.
public struct Fetched: Sendable {
    public let response: HTTPResponse
    /// HTTP requests made, tries and redirects included.
    public let requests: Int
}

extension HTTPClient {
    /// What one try of a fetch came to.
    private struct Outcome {
        let result: Result<HTTPResponse, TransportError>
        let attempt: Attempt
        let requests: Int
    }

    private func attempt(_ request: HTTPRequest) async -> Outcome {
        do throws(TransportError) {
            let response = try await send(request)
            let asked = RetryAfter.seconds(response.headers["Retry-After"], now: configuration.timing.wallClock())
            let attempt = Attempt.status(response.status, retryAfter: asked)
            return Outcome(result: .success(response), attempt: attempt, requests: response.requests)
        } catch {
            return Outcome(result: .failure(error), attempt: .fault(error.fault), requests: error.requests)
        }
    }

    private func wait(
        _ seconds: Double, before request: HTTPRequest, _ outcome: Outcome, _ requests: Int
    ) async throws(TransportError) {
        let error = failure(outcome.result, request, outcome.attempt, requests)
        configuration.logger?.info("trying again in \(seconds) s: \(error)")
        do {
            try await configuration.timing.sleep(.seconds(seconds))
        } catch {
            throw TransportError(.cancelled, method: request.method, url: request.url, requests: requests)
        }
    }

    private func failure(
        _ result: Result<HTTPResponse, TransportError>, _ request: HTTPRequest, _ attempt: Attempt, _ requests: Int
    ) -> TransportError {
        switch result {
        case .success(let response):
            let fault = Fault.status(response.status, retryAfter: attempt.retryAfter)
            return TransportError(fault, method: request.method, url: response.url, requests: requests)
        case .failure(var error):
            error.requests = requests
            return error
        }
    }
}

extension HTTPClient {
    /// A request on its way along its redirects.
    private struct Chain {
        let request: HTTPRequest
        let first: WebAddress
        /// Seconds since 1970.
        let asked: Double
        var hop: Hop
        var requests = 0
        var wireBytes = 0
        /// Of the request's timeout, without the waiting for turns.
        var timeLeft: Duration

        init(_ request: HTTPRequest, asked: Double) throws(TransportError) {
            do throws(Fault) {
                guard !request.method.isEmpty, request.method.utf8.allSatisfy(HTTPHeaders.isToken) else {
                    throw .invalidRequest("its method is not a token")
                }
                try request.conditionalHeaders.check()
                first = try WebAddress(request.url)
            } catch {
                throw TransportError(error, url: request.url)
            }
            self.request = request
            self.asked = asked
            hop = Hop(address: first, method: request.method, headers: request.conditionalHeaders, body: request.body)
            timeLeft = request.limits.timeout
        }

        func error(_ fault: Fault) -> TransportError {
            TransportError(fault, method: hop.method, url: hop.address.url, requests: requests)
        }
    }

    /// Makes the chain's next request. Gives the answer that ends it, or moves on to where it was redirected.
    private func step(_ chain: inout Chain) async throws(TransportError) -> HTTPResponse? {
        do throws(Fault) {
            let answer = try await exchange(&chain)
            chain.wireBytes += answer.wireBytes
            let next = try chain.hop.redirected(status: answer.status, location: answer.headers["Location"])
            guard let next, chain.request.limits.redirects > 0 else {
                return response(answer, chain)
            }
            guard chain.requests <= chain.request.limits.redirects else {
                throw .tooManyRedirects(limit: chain.request.limits.redirects)
            }
            chain.hop = next
            return nil
        } catch {
            throw chain.error(error)
        }
    }

    private func exchange(_ chain: inout Chain) async throws(Fault) -> Answer {
        let exchange = prepare(chain)
        guard chain.timeLeft > .zero else {
            throw .timeout(.answering, seconds: chain.request.limits.timeout.inSeconds)
        }
        let timing = configuration.timing
        let isRedirected = chain.requests > 0
        chain.requests += 1
        do throws(Fault) {
            let (answer, took) = try await gates.withTurn(at: chain.hop.address, rate: chain.request.rate) {
                () async throws(Fault) in
                let began = timing.now()
                let answer = try await loop.perform(exchange)
                return (answer, began.duration(to: timing.now()))
            }
            chain.timeLeft -= took
            return answer
        } catch {
            guard isRedirected, case .privateAddress = error else { throw error }
            throw .redirectRefused(to: MaskedURL(chain.hop.address.url), error)
        }
    }

    private func prepare(_ chain: Chain) -> Exchange {
        let limits = chain.request.limits
        let refusesPrivate = chain.request.guardPrivate.refusesPrivate(chain.hop.address, startedAt: chain.first)
        // Behind a proxy the address would be the proxy's to find out, and nothing would be refused.
        let proxy = refusesPrivate ? nil : configuration.proxies.proxy(for: chain.hop.address)
        return Exchange(
            hop: chain.hop, userAgent: configuration.userAgent, refusesPrivate: refusesPrivate,
            isPublic: configuration.isPublic, proxy: proxy, proxyExceptions: configuration.proxies.exceptions,
            authorities: configuration.authorities, pinned: configuration.pinned, cookies: chain.request.cookies,
            timeout: chain.timeLeft, connectTimeout: limits.connectTimeout, stallTimeout: limits.stallTimeout,
            sizeMax: limits.size)
    }

    private func response(_ answer: Answer, _ chain: Chain) -> HTTPResponse {
        HTTPResponse(
            status: answer.status, url: chain.hop.address.url, headers: answer.headers, body: answer.body,
            wireBytes: chain.wireBytes, requests: chain.requests, httpVersion: answer.httpVersion,
            validators: Validators(of: answer.headers, asked: chain.asked))
    }
}
