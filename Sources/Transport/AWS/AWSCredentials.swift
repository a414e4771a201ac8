// Who asks AWS, and where: from the environment variables that every AWS program reads.

/// An access key. It prints without its secret.
public struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public let accessKey: String
    let secretKey: String
    let sessionToken: String?

    public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where there is one, `AWS_SESSION_TOKEN`.
    public init?(environment: (String) -> String?) {
        guard let accessKey = environment("AWS_ACCESS_KEY_ID"), !accessKey.isEmpty,
            let secretKey = environment("AWS_SECRET_ACCESS_KEY"), !secretKey.isEmpty
        else { return nil }
        let token = environment("AWS_SESSION_TOKEN").flatMap { $0.isEmpty ? nil : $0 }
        self.init(accessKey: accessKey, secretKey: secretKey, sessionToken: token)
    }

    public var description: String { "access key \(accessKey.prefix(4))…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// One service of AWS in one region, or of something that speaks like it.
public struct AWSService: Hashable, Sendable {
    /// As signatures name it: `sns`.
    public let name: String
    public let region: String
    /// Without a slash at its end.
    public let endpoint: String

    public init(name: String, region: String, endpoint: String) {
        self.name = name
        self.region = region
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    }

    /// `AWS_ENDPOINT_URL_SNS`, else `AWS_ENDPOINT_URL`, else AWS's own endpoint for the region.
    public init(name: String, region: String, environment: (String) -> String?) {
        // Signatures and addresses know mail by its old names, variables by that of its API's second version.
        let variable = name == "ses" ? "SESV2" : name.uppercased()
        let host = name == "ses" ? "email" : name
        let given = ["AWS_ENDPOINT_URL_\(variable)", "AWS_ENDPOINT_URL"].lazy.compactMap(environment)
            .first { !$0.isEmpty }
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        self.init(name: name, region: region, endpoint: given ?? "https://\(host).\(region).\(domain)")
    }

    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    public static func region(environment: (String) -> String?) -> String? {
        ["AWS_REGION", "AWS_DEFAULT_REGION"].lazy.compactMap(environment).first { !$0.isEmpty }
    }
}
