// What is served at one path, and what is answered instead where it cannot be.

import CanonicalJSON

/// A page that GET and HEAD may ask for.
public struct EndpointPage: Sendable {
    public let path: String
    /// Whether it is given to everybody, without a token.
    public let isOpen: Bool
    let answer: @Sendable () async -> EndpointAnswer

    /// - Parameter path: begins with a slash.
    public init(path: String, isOpen: Bool = false, answer: @escaping @Sendable () async -> EndpointAnswer) {
        self.path = path
        self.isOpen = isOpen
        self.answer = answer
    }
}

/// A status, a media type and a body.
public struct EndpointAnswer: Sendable, Equatable {
    public var status: Int
    public var mediaType: String
    public var body: String
    var headers: [String: String] = [:]

    public init(status: Int, mediaType: String, body: String) {
        self.status = status
        self.mediaType = mediaType
        self.body = body
    }

    /// A JSON object.
    public static func json(_ value: JSON, status: Int = 200) -> EndpointAnswer {
        EndpointAnswer(status: status, mediaType: "application/json", body: value.canonicalText + "\n")
    }

    /// An error as RFC 9457 writes it.
    public static func problem(_ status: Int, _ title: String, detail: String) -> EndpointAnswer {
        let problem: JSON = ["status": JSON(status), "title": .string(title), "detail": .string(detail)]
        return EndpointAnswer(
            status: status, mediaType: "application/problem+json", body: problem.canonicalText + "\n")
    }
}
