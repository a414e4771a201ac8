#!/usr/bin/env python3
"""A webhook receiver for the tests: checks every signature itself, misbehaves on plan, and remembers what came.

Prints its URL and serves until standard input closes.
  POST /hook    a delivery. Answered by the plan of its CloudEvent's subject, else with 204.
  POST /plan    {"SUBJECT": [503, "503 after 2", "drop", 410, …], …}: what to answer to its next deliveries, in order.
  GET  /got     JSON Lines of all deliveries: id, timestamp, subject, type, late, answer, signed, sha256 of the body.
"""
import base64, hashlib, hmac, http.server, json, socket, sys, threading

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
lock, plans, got = threading.Lock(), {}, []


def is_signed(headers, body):
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    text = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    mine = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return mine in (headers.get("webhook-signature") or "").split(" ")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with lock:
            lines = "".join(json.dumps(g) + "\n" for g in got)
        self.answer(200, lines.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/plan":
            with lock:
                plans.update(json.loads(body))
            return self.answer(204)
        event = json.loads(body)
        with lock:
            plan = plans.get(event.get("subject")) or []
            answer = plan.pop(0) if plan else 204
            got.append({
                "id": self.headers.get("webhook-id"), "timestamp": int(self.headers.get("webhook-timestamp") or 0),
                "subject": event.get("subject"), "type": event.get("type"), "late": self.headers.get("daybook-late"),
                "answer": str(answer), "signed": is_signed(self.headers, body), "eventId": event.get("id"),
                "sha256": hashlib.sha256(body).hexdigest(), "version": event.get("data", {}).get("version"),
            })
        if answer == "drop":
            self.close_connection = True
            return
        status, _, wait = str(answer).partition(" after ")
        headers = [("Retry-After", wait)] if wait else []
        if status.startswith("3"):
            headers.append(("Location", "/elsewhere"))
        self.answer(int(status), headers=headers)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size, daemon_threads = 128, True

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the tests; everything else is to be seen."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
