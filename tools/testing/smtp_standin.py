#!/usr/bin/env python3
"""A mail server that misbehaves on demand, on loopback, without encryption. Prints its port, serves until its standard input ends, then
prints the commands that it was given, a line each.

The recipient says what becomes of the mail: 450@… and any other number is the reply to RCPT; hangup, garbage and silence are what they
say; data550 is refused after the message has come; any other is taken.
"""
import os, socket, socketserver, sys, threading

COMMANDS, LOCK = [], threading.Lock()


class Handler(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        end = b"250 taken"
        self.say("220 standin")
        for line in self.rfile:
            command = line.decode("utf-8", "replace").strip()
            with LOCK:
                COMMANDS.append(command)
            word = command.split(":")[0].split(" ")[0].upper()
            if word == "EHLO":
                self.say("250-standin")
                self.say("250 8BITMIME")
            elif word == "RCPT":
                how = command.partition("<")[2].partition("@")[0]
                if how == "hangup":
                    return
                if how == "silence":
                    self.connection.settimeout(60)
                    self.connection.recv(1)
                    return
                if how.startswith("data"):
                    end = how[4:].encode() + b" not this"
                self.say("what?" if how == "garbage" else f"{how} 5.0.0 as asked" if how.isdigit() else "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                while (piece := self.rfile.readline()) not in (b".\r\n", b""):
                    pass
                self.wfile.write(end + b"\r\n")
            elif word == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
print("\n".join(COMMANDS), flush=True)
os._exit(0)
