"""What tools/bench log measures beside daybook's log; each prints one line of JSON.

    log_peers.py duckdb 'DATA/log/*.ndjson.gz' [FILE]     newest title, room and abstract of each stream
    log_peers.py eventsourcing FOLDER LINES COMMITS       pyeventsourcing on SQLite, 1,000 events saved at a time
    log_peers.py nats FOLDER LINES COMMITS                NATS JetStream, every message or batch synced, 1,000 at a time
"""
import json
import os
import socket
import subprocess
import sys
import time

COMMIT = 1000


def duckdb(pattern, file=None):
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    began = time.perf_counter()
    rows = connection.execute(
        """SELECT subject, arg_max(data.title, sequence), arg_max(data.room, sequence), arg_max(data.abstract, sequence)
           FROM read_json(?, format = 'newline_delimited', compression = 'gzip', columns = {
               subject: 'VARCHAR', sequence: 'VARCHAR', data: 'STRUCT(title VARCHAR, room VARCHAR, abstract VARCHAR)'})
           GROUP BY subject""", [pattern])
    rows = rows.fetchall()
    seconds = time.perf_counter() - began
    if file:
        texts = ("\t".join([row[0], *(json.dumps(text, ensure_ascii=False) for text in row[1:])]) + "\n" for row in rows)
        with open(file, "w", encoding="utf-8") as out:
            out.writelines(sorted(texts))
    return {"streams": len(rows), "seconds": seconds}


def batches(lines, commits):
    with open(lines, encoding="utf-8") as file:
        for _ in range(commits):
            yield [line.rstrip("\n") for _, line in zip(range(COMMIT), file)]


def eventsourcing(folder, lines, commits):
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate, event

    class Session(Aggregate):
        @event("Appeared")
        def __init__(self, data):
            self.data = data

    class Sessions(Application):
        pass

    name = os.path.join(folder, "eventsourcing.sqlite")
    app = Sessions(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": name})
    rates = []
    for batch in batches(lines, int(commits)):
        # As for daybook, values are made before time is taken, and are text on disk when it ends.
        sessions = [Session(json.loads(line)["data"]) for line in batch]
        began = time.perf_counter()
        app.save(*sessions)
        rates.append(len(sessions) / (time.perf_counter() - began))
    return {"rates": rates}


class Nats:
    """Just enough of the protocol to send many messages in one write: what is to be measured is the server."""

    def __init__(self, folder):
        self.port = free_port()
        configuration = os.path.join(folder, "nats.conf")
        with open(configuration, "w") as file:
            file.write(f'listen: "127.0.0.1:{self.port}"\n'
                       f'jetstream {{ store_dir: "{folder}/nats", sync_interval: always }}\n')
        program = os.path.join(os.path.dirname(sys.executable), "nats-server")
        self.server = subprocess.Popen([program, "-c", configuration], stderr=subprocess.DEVNULL)
        self.socket, self.rest = self.connect(), b""
        self.socket.sendall(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB ack 1\r\n')
        stream = {"name": "S", "subjects": ["s.*"], "storage": "file", "allow_atomic": True}
        self.publish("$JS.API.STREAM.CREATE.S", json.dumps(stream).encode())
        answer = self.answers(1)[0]
        if "error" in answer:
            raise SystemExit(f"NATS made no stream: {answer['error']}")

    def connect(self):
        for _ in range(200):
            try:
                connection = socket.create_connection(("127.0.0.1", self.port))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
            except OSError:
                time.sleep(0.05)
        raise SystemExit("NATS did not start")

    def publish(self, subject, payload):
        self.socket.sendall(b"PUB %s ack %d\r\n%s\r\n" % (subject.encode(), len(payload), payload))

    def answers(self, count):
        """The next `count` acknowledgements."""
        found = []
        while len(found) < count:
            end = self.rest.find(b"\r\n")
            if end < 0:
                self.rest += self.receive()
                continue
            head = self.rest[:end].split()
            if head[:1] == [b"PING"]:
                self.socket.sendall(b"PONG\r\n")
            if head[:1] not in ([b"MSG"], [b"HMSG"]):
                self.rest = self.rest[end + 2:]
                continue
            size = int(head[-1])
            while len(self.rest) < end + 4 + size:
                self.rest += self.receive()
            body = self.rest[end + 2:end + 2 + size]
            self.rest = self.rest[end + 4 + size:]
            found.append(json.loads(body) if body.startswith(b"{") else {})
        return found

    def receive(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise SystemExit("NATS closed the connection")
        return data

    def stop(self):
        self.server.terminate()
        self.server.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nats(folder, lines, commits):
    server = Nats(folder)
    rates = {"each": [], "batch": []}
    try:
        for number, batch in enumerate(batches(lines, int(commits))):
            payloads = [line.encode() for line in batch]
            for way in ("each", "batch"):
                if way == "each":
                    whole = b"".join(b"PUB s.%d ack %d\r\n%s\r\n" % (i, len(p), p) for i, p in enumerate(payloads))
                else:
                    name = f"{os.getpid()}-{number}"
                    whole = b"".join(in_batch(name, i, len(payloads), p) for i, p in enumerate(payloads))
                began = time.perf_counter()
                server.socket.sendall(whole)
                # The first message of a batch is answered too, with nothing.
                answers = server.answers(len(payloads) if way == "each" else 2)
                rates[way].append(len(payloads) / (time.perf_counter() - began))
                if any("error" in answer for answer in answers) or "seq" not in answers[-1]:
                    raise SystemExit(f"NATS refused: {answers[-1]}")
    finally:
        server.stop()
    return rates


def in_batch(name, index, count, payload):
    """A message of an atomic batch (NATS 2.12): only its first and last are answered, the last when all are on disk."""
    headers = f"NATS/1.0\r\nNats-Batch-Id: {name}\r\nNats-Batch-Sequence: {index + 1}\r\n"
    headers += ("Nats-Batch-Commit: 1\r\n" if index + 1 == count else "") + "\r\n"
    reply = "ack " if index in (0, count - 1) else ""
    return f"HPUB s.{index} {reply}{len(headers)} {len(headers) + len(payload)}\r\n{headers}".encode() + payload + b"\r\n"


if __name__ == "__main__":
    print(json.dumps({"duckdb": duckdb, "eventsourcing": eventsourcing, "nats": nats}[sys.argv[1]](*sys.argv[2:])))
