#!/usr/bin/env python3
"""A service over HTTP on loopback that answers as it is told to, for tests of channels. Prints its base URL, serves until its standard
input ends.

  POST /plan       {"NAME": {"status": 429, "headers": {…}, "body": "…"}, …}; instead of an answer also "hangup", "garbage" or "silence"
  *    /NAME/…     is answered so, each time; without a plan with 200 and {"ok": true}
  GET  /got/NAME   what came for it, as JSON Lines: method, path, headers (names in lower case), body
"""
import json, socket, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK, PLANS, GOT = threading.Lock(), {}, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        first, _, rest = self.path[1:].partition("/")
        if first == "plan":
            with LOCK:
                PLANS.update(json.loads(body))
            return self.answer(200)
        if first == "got":
            with LOCK:
                lines = "".join(json.dumps(got) + "\n" for got in GOT.get(rest, []))
            return self.answer(200, lines.encode())
        with LOCK:
            GOT.setdefault(first, []).append({
                "method": self.command, "path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode("utf-8", "replace")})
            plan = PLANS.get(first, {"status": 200, "body": '{"ok": true}'})
        if plan == "hangup":
            return self.hang_up()
        if plan == "garbage":
            self.wfile.write(bytes(range(128, 256)) * 4)
            return self.hang_up()
        if plan == "silence":
            self.connection.settimeout(60)
            self.close_connection = True
            return self.connection.recv(1)
        return self.answer(plan["status"], plan.get("body", "").encode(), plan.get("headers", {}).items())

    do_GET = do_POST = do_PUT = do_PATCH = handle_any


class Server(ThreadingHTTPServer):
    request_queue_size, daemon_threads = 128, True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
