#!/usr/bin/env python3
"""A web server on loopback that misbehaves on demand, for tests. Standard library only.

  http_standin.py [--host 127.0.0.1]     prints its base URL, serves until its standard input ends

  GET  /hello                  "hello\\n"
  *    /echo                   the request as JSON: method, path, headers (names in lower case), body
  GET  /etag                   a page with ETag and Last-Modified that honours both conditions
  PUT  /store/NAME             keeps the body; GET gives it, with ?encoding= as Content-Encoding, ?type= as Content-Type
                               and, with ?cut=N, without its last N bytes though well framed
  GET  /bomb?mb=N              a gzip of N MiB of zeros
  GET  /large?bytes=N          N bytes of text, with their length told; &chunked=1 without it
  GET  /heads?n=N              N response headers of 1 KiB each
  GET  /cut?after=N&of=M       M bytes promised, N sent, then it hangs up; &chunked=1 promises no number
  GET  /slow?seconds=S         waits before it answers
  GET  /stall                  sends a few bytes, then nothing for as long as the client stays
  GET  /hangup                 closes the connection without a byte
  GET  /garbage                bytes that are not HTTP
  GET  /badgzip                says gzip, is not
  GET  /status?code=N          that status; &retry-after=TEXT, &location=TEXT as headers
  GET  /redirect?n=N           N redirects, then /hello;  /redirect?to=URL&code=302 one to there; &seconds=S before each
  GET  /flaky?key=K&fail=N     fails N times for this key, then "worked\\n"; &how=status|hangup|cut, &code=503, &retry-after=
  GET  /cookies/set?NAME=VALUE sets them;  GET /cookies gives what came, as JSON
  GET  /log?key=K              the requests for this key so far, as JSON: path, time, how many were inside, the client's port
Asked with an absolute URL it plays a proxy, and answers "proxied METHOD URL\\n".
"""
import argparse, json, os, socket, sys, threading, time, zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LOCK, STORE, FAILED, LOG, INSIDE = threading.Lock(), {}, {}, {}, {}
TAG, DATE = '"v1"', "Sun, 06 Nov 1994 08:49:37 GMT"


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def log_message(self, *_):
        pass

    def answer(self, status=200, body=b"", kind="text/plain; charset=utf-8", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
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
        if self.path.startswith("http"):
            return self.answer(200, f"proxied {self.command} {self.path}\n".encode())
        parts = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        key = query.get("key")
        with LOCK:
            INSIDE[key] = INSIDE.get(key, 0) + 1
            if parts.path != "/log":
                LOG.setdefault(key, []).append({"path": self.path, "time": time.monotonic(), "inside": INSIDE[key],
                                                "port": self.client_address[1]})
        try:
            name = "at_" + parts.path.strip("/").split("/")[0]
            getattr(self, name, self.missing)(parts.path, query, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with LOCK:
                INSIDE[key] -= 1

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def missing(self, *_):
        self.answer(404, b"no such path\n")

    def at_hello(self, path, query, body):
        self.answer(200, b"hello\n")

    def at_echo(self, path, query, body):
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.answer(200, json.dumps({"method": self.command, "path": self.path, "headers": headers,
                                     "body": body.decode("utf-8", "replace")}).encode(), "application/json")

    def at_etag(self, path, query, body):
        known = self.headers.get("If-None-Match") == TAG or (
            "If-None-Match" not in self.headers and self.headers.get("If-Modified-Since") == DATE)
        headers = [("ETag", TAG), ("Last-Modified", DATE)]
        self.answer(304 if known else 200, b"" if known else b"a page\n", headers=headers)

    def at_store(self, path, query, body):
        if self.command == "PUT":
            with LOCK:
                STORE[path] = body
            return self.answer(201)
        kept = STORE.get(path, b"")
        kept = kept[: len(kept) - int(query.get("cut", 0))]
        headers = [("Content-Encoding", query["encoding"])] if "encoding" in query else []
        self.answer(200, kept, query.get("type", "text/plain"), headers)

    def at_bomb(self, path, query, body):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        mebibyte = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        head, end = b"\x1f\x8b\x08" + bytes(6) + b"\xff", b"\x03\x00" + bytes(8)    # nobody is to come as far as the checksum
        self.answer(200, head + mebibyte * int(query["mb"]) + end, headers=[("Content-Encoding", "gzip")])

    def at_large(self, path, query, body):
        size = int(query["bytes"])
        if "chunked" not in query:
            return self.answer(200, b"x" * size)
        self.begin_chunks()
        for at in range(0, size, 1 << 16):
            self.chunk(b"x" * min(1 << 16, size - at))
        self.wfile.write(b"0\r\n\r\n")

    def at_heads(self, path, query, body):
        self.answer(200, headers=[(f"X-Filler-{n}", "y" * 1000) for n in range(int(query["n"]))])

    def begin_chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def at_cut(self, path, query, body):
        after, whole = int(query["after"]), int(query["of"])
        if "chunked" in query:
            self.begin_chunks()
            self.chunk(b"x" * after)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(whole))
            self.end_headers()
            self.wfile.write(b"x" * after)
        self.hang_up()

    def at_slow(self, path, query, body):
        time.sleep(float(query["seconds"]))
        self.answer(200, b"at last\n")

    def at_stall(self, path, query, body):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"x" * 100)
        self.wfile.flush()
        self.connection.settimeout(60)
        self.connection.recv(1)
        self.close_connection = True

    def at_hangup(self, path, query, body):
        self.hang_up()

    def at_garbage(self, path, query, body):
        self.wfile.write(bytes(range(128, 256)) * 4)
        self.hang_up()

    def at_badgzip(self, path, query, body):
        self.answer(200, b"this was never packed" * 10, headers=[("Content-Encoding", "gzip")])

    def at_status(self, path, query, body):
        headers = [(name.title(), query[name]) for name in ("retry-after", "location") if name in query]
        self.answer(int(query["code"]), b"as asked\n", headers=headers)

    def at_redirect(self, path, query, body):
        time.sleep(float(query.get("seconds", 0)))
        left = int(query.get("n", 1))
        again = f"/redirect?n={left - 1}" + (f"&seconds={query['seconds']}" if "seconds" in query else "")
        target = query.get("to") or (again if left > 1 else "/hello")
        self.answer(int(query.get("code", 302)), b"elsewhere\n", headers=[("Location", target)])

    def at_flaky(self, path, query, body):
        with LOCK:
            FAILED[query["key"]] = FAILED.get(query["key"], 0) + 1
            done = FAILED[query["key"]] > int(query["fail"])
        how = query.get("how", "status")
        if done:
            self.answer(200, b"worked\n")
        elif how == "hangup":
            self.hang_up()
        elif how == "cut":
            self.at_cut(path, {"after": "10", "of": "100"}, body)
        else:
            headers = [("Retry-After", query["retry-after"])] if "retry-after" in query else []
            self.answer(int(query.get("code", 503)), b"not now\n", headers=headers)

    def at_cookies(self, path, query, body):
        if path == "/cookies/set":
            return self.answer(200, headers=[("Set-Cookie", f"{name}={value}; Path=/") for name, value in query.items()])
        pairs = [pair.strip().partition("=") for pair in self.headers.get("Cookie", "").split(";") if pair.strip()]
        self.answer(200, json.dumps({name: value for name, _, value in pairs}).encode(), "application/json")

    def at_log(self, path, query, body):
        with LOCK:
            self.answer(200, json.dumps(LOG.get(query.get("key"), [])).encode(), "application/json")


class Server(ThreadingHTTPServer):
    request_queue_size, daemon_threads = 128, True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    server = Server((parser.parse_args().host, 0), Handler)
    print(f"http://{server.server_address[0]}:{server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
