// From a request to an answer: which page, whether the asker may have it, and how it goes out.

import HTTPTypes
import Hummingbird
import NIOCore

struct PageResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let pages: [EndpointPage]
    let guardian: BearerGuard

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let answer = await answer(
            method: request.method.rawValue, path: request.uri.path, authorization: request.headers[.authorization])
        return Self.response(answer, isHead: request.method == .head)
    }

    func answer(method: String, path: String, authorization: String?) async -> EndpointAnswer {
        guard let page = pages.first(where: { $0.path.utf8.elementsEqual(path.utf8) }) else {
            let paths = pages.map(\.path).joined(separator: ", ")
            return .problem(404, "Not found", detail: "There is no such page here; there are \(paths).")
        }
        guard method == "GET" || method == "HEAD" else {
            var answer = EndpointAnswer.problem(
                405, "Method not allowed", detail: "\(page.path) can be read with GET and HEAD only.")
            answer.headers["Allow"] = "GET, HEAD"
            return answer
        }
        if !page.isOpen, let refusal = guardian.refusal(of: authorization) { return refusal }
        return await page.answer()
    }

    private static func response(_ answer: EndpointAnswer, isHead: Bool) -> Response {
        let body = ByteBuffer(string: answer.body)
        var headers = HTTPFields()
        headers[.contentType] = answer.mediaType
        headers[.contentLength] = String(body.readableBytes)
        headers[.cacheControl] = "no-store"
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: isHead ? ResponseBody() : ResponseBody(byteBuffer: body))
    }
}
