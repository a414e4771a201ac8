#!/usr/bin/env python3
"""SNS, SQS and SES on loopback, as far as a test sends something to them, behind a gate that verifies each request's Signature Version 4
with botocore's own signer. Needs botocore (tools/test installs it).

  aws_standin.py               prints its base URL, serves until its standard input ends

  access key AKIDEXAMPLE, secret wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY. A wrong signature is answered 403.
  POST /plan   a JSON array of what the next requests are answered: ok, throttle (400 Throttling), busy (503), denied (403),
               hangup; ok when it is used up
  GET  /got    the requests so far as JSON Lines: service, verified, problem, answer, form (SNS) or json (SQS, SES), token
"""
import json, re, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$")
LOCK, PLAN, GOT = threading.Lock(), [], []


def verify(handler, body):
    """The service, and what is wrong with the signature, if anything."""
    match = AUTHORIZATION.match(handler.headers.get("Authorization", ""))
    if not match:
        return None, "no Authorization that reads as one"
    key, day, region, service, signed, signature = match.groups()
    names = signed.split(";")
    if key != KEY:
        return service, "unknown access key"
    if not {"host", "x-amz-date", "content-type"} <= set(names):
        return service, "too little is signed"
    request = AWSRequest(method="POST", url=f"http://{handler.headers['Host']}{handler.path}", data=body,
                         headers={name: handler.headers[name] for name in names})
    request.context["timestamp"] = handler.headers["X-Amz-Date"]
    if not handler.headers["X-Amz-Date"].startswith(day):
        return service, "the scope is of another day"
    signer = SigV4Auth(Credentials(KEY, SECRET), service, region)
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return service, None if expected == signature else "the signature does not match"


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind, headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, code, message):
        if self.headers.get("Content-Type", "").startswith("application/x-amz-json"):
            return self.answer(status, json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": message}).encode(), "application/json")
        if self.headers.get("Content-Type", "").startswith("application/json"):
            return self.answer(status, json.dumps({"message": message}).encode(), "application/json", {"x-amzn-ErrorType": f"{code}:http://internal.amazon.com/"})
        error = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        self.answer(status, error.encode(), "text/xml")

    def do_GET(self):
        with LOCK:
            lines = "".join(json.dumps(got) + "\n" for got in GOT)
        self.answer(200, lines.encode(), "application/x-ndjson")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/plan":
            with LOCK:
                PLAN[:] = json.loads(body)
            return self.answer(200, b"{}", "application/json")
        service, problem = verify(self, body)
        with LOCK:
            planned = "unsigned" if problem else PLAN.pop(0) if PLAN else "ok"
            form = dict(parse_qsl(body.decode())) if service == "sns" else None
            GOT.append({"service": service, "verified": problem is None, "problem": problem, "answer": planned, "form": form,
                        "json": json.loads(body) if service in ("sqs", "ses") else None, "token": self.headers.get("X-Amz-Security-Token")})
        if planned == "unsigned":
            return self.refuse(403, "SignatureDoesNotMatch", problem)
        if planned == "throttle":
            return self.refuse(400, "Throttling", "Rate exceeded")
        if planned == "busy":
            return self.refuse(503, "ServiceUnavailable", "try again")
        if planned == "denied":
            return self.refuse(403, "AuthorizationError", "not yours")
        if planned == "hangup":
            self.close_connection = True
            return None
        if service == "sqs":
            return self.answer(200, json.dumps({"MessageId": "1", "MD5OfMessageBody": ""}).encode(), "application/x-amz-json-1.0")
        if service == "ses":
            if self.path != "/v2/email/outbound-emails":
                return self.refuse(404, "NotFoundException", "no such path")
            return self.answer(200, json.dumps({"MessageId": "1"}).encode(), "application/json")
        self.answer(200, b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>", "text/xml")


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
