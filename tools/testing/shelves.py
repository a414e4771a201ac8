#!/usr/bin/env python3
"""A site on loopback of shelves with some twenty items each, for long runs. Standard library only.

  shelves.py                   prints its base URL, serves until its standard input ends

  GET /N                       shelf N as HTML, with a heading that is like an item but has no id; honours If-None-Match

Deterministic: what a shelf shows depends on its number and how often it was asked for, and nothing else. Every fortieth
request or so finds one item changed; every fifth change is that an item leaves, or comes back.
"""
import hashlib, socketserver, sys, threading

ITEMS, EVERY = 20, 40
ASKED, LOCK = {}, threading.Lock()


def page(shelf, changes):
    rows = ["<tr class=item><th class=title>Item</th><th class=price>Price</th><th class=stock>In stock</th></tr>"]
    for item in range(ITEMS):
        # The changes so far that were about this item, and how many of them moved it.
        mine = [n for n in range(1, changes + 1) if (n * 7 + shelf) % ITEMS == item]
        if sum(n % 5 == 0 for n in mine) % 2:
            continue
        edition = len(mine)
        rows.append(f'<tr class=item id="{shelf}-{item}"><td class=title>Item {item} of shelf {shelf}, edition {edition}</td>'
                    f'<td class=price>${10 + item + edition}.50</td><td class=stock>{(item * 13 + edition * 5) % 90} left</td></tr>')
    return ("<!doctype html><html><head><title>Shelf %d</title></head><body><table>%s</table></body></html>"
            % (shelf, "\n".join(rows))).encode()


class Shelf:
    """A shelf's page is made when it changes, not at each request."""

    def __init__(self, number):
        self.number, self.asked, self.changes = number, 0, None

    def answer(self, known):
        self.asked += 1
        changes = (self.asked + 11 * self.number) // EVERY
        if changes != self.changes:
            self.changes, self.body = changes, page(self.number, changes)
            self.tag = '"%s"' % hashlib.sha256(self.body).hexdigest()[:16]
        head = f"ETag: {self.tag}\r\n".encode()
        if known == self.tag:
            return b"HTTP/1.1 304 Not Modified\r\n" + head + b"\r\n"
        return (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n" % len(self.body)
                + head + b"\r\n" + self.body)


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while True:
            line = self.rfile.readline().split()
            if len(line) < 3:
                return
            headers = {}
            while (header := self.rfile.readline().strip()):
                name, _, value = header.partition(b":")
                headers[name.strip().lower()] = value.strip().decode()
            try:
                number = int(line[1][1:])
            except ValueError:
                self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            with LOCK:
                answer = ASKED.setdefault(number, Shelf(number)).answer(headers.get(b"if-none-match"))
            self.wfile.write(answer)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address, request_queue_size = True, True, 128


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    sys.stdin.read()
