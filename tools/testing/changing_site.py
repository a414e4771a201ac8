#!/usr/bin/env python3
"""A web site on loopback whose pages a test writes and changes between looks. Standard library only.

  changing_site.py             prints its base URL, serves until its standard input ends

  PUT    /PATH?QUERY           what GET of the same gives from now on: the body, and as headers of the PUT
                                 X-Type: its Content-Type (text/html; charset=utf-8)     X-Status: its status (200)
                                 X-Location: URL    where a redirecting status leads
                                 X-Tag: no          neither ETag nor Last-Modified
                                 X-Modified: DATE   this Last-Modified and no ETag; honours If-Modified-Since
                                 X-Fault: cut       half the body, then it hangs up
                                 X-Fault: bomb      a small gzip that inflates to 64 MiB
                                 X-Fault: hangup    not a byte
                                 X-Fault: hold      no answer until the client goes
                                 X-Times: N         the fault or status holds for N answers, then it is a good page
                                 X-Then: JSON       a list of bodies that come after the first, one for each answer; the last one stays
                                 X-After: PATH      answers only when PATH has been asked for
  DELETE /PATH?QUERY           404 from now on
  GET    /PATH?QUERY           the page; honours If-None-Match
  GET    /_log/PREFIX          the requests under a prefix so far as JSON Lines: path, status, headers; then forgets them
"""
import hashlib, json, select, socket, sys, threading, zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHANGED = threading.Condition()
PAGES, LOG, ASKED = {}, [], set()


def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
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

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with CHANGED:
            PAGES[self.path] = {"body": body, "then": json.loads(self.headers.get("X-Then") or "[]"), "times": int(self.headers.get("X-Times") or -1),
                                **{k: self.headers.get("X-" + k) for k in ("Type", "Status", "Location", "Tag", "Modified", "Fault", "After")}}
        self.answer(204)

    def do_DELETE(self):
        with CHANGED:
            PAGES.pop(self.path, None)
        self.answer(204)

    def do_GET(self):
        if self.path.startswith("/_log/"):
            return self.tell_log(self.path[len("/_log"):])
        with CHANGED:
            ASKED.add(self.path)
            CHANGED.notify_all()
            page = PAGES.get(self.path)
            if page and page["After"]:
                CHANGED.wait_for(lambda: page["After"] in ASKED, 30)
            page = page and dict(page)
            if page and page["then"]:
                PAGES[self.path]["body"] = PAGES[self.path]["then"].pop(0).encode()
            if page and page["times"] == 0:
                page["Fault"] = page["Status"] = None
            elif page and page["times"] > 0:
                PAGES[self.path]["times"] -= 1
        if page is None:
            return self.tell(404, b"no such page\n")
        self.serve(page)

    def serve(self, page):
        body, fault = page["body"], page["Fault"]
        kind = ("Content-Type", page["Type"] or "text/html; charset=utf-8")
        if fault == "hangup":
            return self.hang_up()
        if fault == "hold":
            select.select([self.connection], [], [], 30)
            return self.hang_up()
        if fault == "bomb":
            return self.tell(200, bomb(), [kind, ("Content-Encoding", "gzip")])
        if fault == "cut":
            self.note(200)
            self.send_response(200)
            self.send_header(*kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            return self.hang_up()
        if page["Status"]:
            return self.tell(int(page["Status"]), body, [kind] + [("Location", page["Location"])] * bool(page["Location"]))
        tag = ("ETag", '"%s"' % hashlib.sha256(body).hexdigest()[:16])
        if page["Modified"]:
            if self.headers.get("If-Modified-Since") == page["Modified"]:
                return self.tell(304)
            return self.tell(200, body, [kind, ("Last-Modified", page["Modified"])])
        if page["Tag"] == "no":
            return self.tell(200, body, [kind])
        if self.headers.get("If-None-Match") == tag[1]:
            return self.tell(304, b"", [tag])
        self.tell(200, body, [kind, tag])

    def tell(self, status, body=b"", headers=()):
        self.note(status)
        self.answer(status, body, headers)

    def note(self, status):
        with CHANGED:
            LOG.append({"path": self.path, "status": status, "headers": {k.lower(): v for k, v in self.headers.items()}})

    def tell_log(self, prefix):
        with CHANGED:
            mine = [line for line in LOG if line["path"].startswith(prefix)]
            LOG[:] = [line for line in LOG if not line["path"].startswith(prefix)]
        self.answer(200, "".join(json.dumps(line) + "\n" for line in mine).encode(), [("Content-Type", "application/x-ndjson")])


class Server(ThreadingHTTPServer):
    request_queue_size, daemon_threads = 128, True

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the tests; everything else is to be seen."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.buffer.read()


main()
