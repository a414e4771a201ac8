// Signatures held against AWS's own: its published test suite (aws-sig-v4-test-suite) and the example of the IAM User Guide.

import Foundation
import Testing

@testable import Transport

@Suite("AWS signatures")
struct SignatureV4Tests {
    private static let credentials = AWSCredentials(
        accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var method = "GET"
        var host = "example.amazonaws.com"
        var query: [(name: String, value: String)] = []
        var headers: HTTPHeaders = []
        var body = ""
        var service = "service"
        let signed: String
        let signature: String

        var request: SignatureV4 {
            SignatureV4(
                method: method, host: host, path: "/", query: query, headers: headers, body: Array(body.utf8),
                service: service, region: "us-east-1", time: "20150830T123600Z")
        }
    }

    @Test(
        "the published vectors",
        arguments: [
            Vector(
                testDescription: "get-vanilla", signed: "host;x-amz-date",
                signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            Vector(
                testDescription: "get-vanilla-query-order-key-case",
                query: [("Param2", "value2"), ("Param1", "value1")],
                signed: "host;x-amz-date", signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
            ),
            Vector(
                testDescription: "post-vanilla", method: "POST", signed: "host;x-amz-date",
                signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            Vector(
                testDescription: "post-x-www-form-urlencoded", method: "POST",
                headers: ["Content-Type": "application/x-www-form-urlencoded"], body: "Param1=value1",
                signed: "content-type;host;x-amz-date",
                signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
            Vector(
                testDescription: "get-header-key-duplicate",
                headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
                signed: "host;my-header1;x-amz-date",
                signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
            Vector(
                testDescription: "the IAM User Guide's ListUsers", host: "iam.amazonaws.com",
                query: [("Action", "ListUsers"), ("Version", "2010-05-08")],
                headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"], service: "iam",
                signed: "content-type;host;x-amz-date",
                signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
        ])
    func vectors(vector: Vector) {
        #expect(vector.request.signedHeaders == vector.signed)
        #expect(vector.request.signature(Self.credentials) == vector.signature)
        #expect(
            vector.request.authorization(Self.credentials)
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(vector.service)/aws4_request, "
                + "SignedHeaders=\(vector.signed), Signature=\(vector.signature)")
    }

    @Test("what is encoded for the wire is encoded once more, but for S3")
    func paths() {
        func path(_ service: String) -> Substring? {
            SignatureV4(
                method: "GET", host: "h", path: "/a%20b/c~d", query: [], headers: [], body: [], service: service,
                region: "r", time: "20150830T123600Z"
            ).canonicalRequest.split(separator: "\n").dropFirst().first
        }
        #expect(path("connect") == "/a%2520b/c~d")
        #expect(path("s3") == "/a%20b/c~d")
    }

    @Test("a request carries its time, its token and a signature over both, and its secret shows nowhere")
    func request() throws {
        let service = AWSService(name: "sns", region: "eu-west-1", endpoint: "http://127.0.0.1:4566/")
        let credentials = AWSCredentials(accessKey: "AKID", secretKey: "very secret", sessionToken: "token")
        let made = AWSRequest(service, form: [("Action", "Publish"), ("Message", "a b&c=ü~")])
        let date = Date(timeIntervalSince1970: 1_440_938_160)
        let request = try made.signed(credentials, at: date, limits: Limits())
        #expect(request.url == "http://127.0.0.1:4566/" && request.method == "POST")
        #expect(String(decoding: request.body ?? [], as: UTF8.self) == "Action=Publish&Message=a%20b%26c%3D%C3%BC~")
        #expect(request.headers["X-Amz-Date"] == "20150830T123600Z")
        #expect(request.headers["X-Amz-Security-Token"] == "token")
        let authorization = try #require(request.headers["Authorization"])
        #expect(authorization.contains("Credential=AKID/20150830/eu-west-1/sns/aws4_request"))
        #expect(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"))
        #expect(!"\(credentials) \(String(reflecting: credentials)) \(request)".contains("very secret"))
    }

    @Test(
        "where a service is",
        arguments: [
            ([:], "us-east-1", "https://sns.us-east-1.amazonaws.com"),
            ([:], "cn-north-1", "https://sns.cn-north-1.amazonaws.com.cn"),
            (["AWS_ENDPOINT_URL": "http://a:1/"], "r", "http://a:1"),
            (["AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_SNS": "http://b:2"], "r", "http://b:2"),
            (["AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_SQS": "http://b:2"], "r", "http://a:1"),
            (["AWS_ENDPOINT_URL_SNS": ""], "r", "https://sns.r.amazonaws.com"),
        ] as [([String: String], String, String)])
    func endpoints(environment: [String: String], region: String, expected: String) {
        #expect(AWSService(name: "sns", region: region, environment: { environment[$0] }).endpoint == expected)
    }

    @Test("keys come from the environment, whole or not at all")
    func keys() {
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": ""]
        #expect(
            AWSCredentials(environment: { environment[$0] }) == AWSCredentials(accessKey: "A", secretKey: "S"))
        #expect(AWSCredentials(environment: { $0 == "AWS_ACCESS_KEY_ID" ? "A" : nil }) == nil)
    }

    @Test(
        "a refusal is read in each of AWS's ways to say it",
        arguments: [
            (
                "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
                "Throttling", true
            ),
            (#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}"#, "QueueDoesNotExist", false),
            (#"{"__type":"TooManyRequestsException","message":"slow"}"#, "TooManyRequestsException", true),
            ("nonsense", "", false), ("", "", false), ("{", "", false), ("<Code>x", "", false),
        ])
    func refusals(body: String, code: String, isThrottled: Bool) {
        let refusal = AWSRefusal(Array(body.utf8))
        #expect(refusal.code == code && refusal.isThrottled == isThrottled)
    }

    @Test("of a refusal's message the first line is kept: what was signed, and the session's token in it, follows")
    func firstLine() {
        let message = "\nThe signature does not match.\n\nThe canonical request was\nx-amz-security-token:t0ken"
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>\(message)</Message></Error>"
        #expect(AWSRefusal(Array(body.utf8)).message == "The signature does not match.")
    }
}
