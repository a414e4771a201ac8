"""What the trials of `daybook run` share (keep_watch.py, rebuild_soak.py, kill_deliveries.py): a catalogue that changes, a receiver of what is told, a
daybook between them, and what the log says should have been told.
"""
import gzip, json, os, random, re, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.parse, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = """
watches:
  catalogue:
    kind: sessions
    every: {every}
    topics: {{ url: "{site}/_list/sessions", items: "#topics a", id: "@data-id" }}
    fetch: {{ url: "{site}/sessions/{{topic}}", retries: 1, timeout: 5s }}
    items: ".sessionRow"
    key: "@id"
    fields:
      title: ".title"
      abstract: {{ select: ".abstract", remove: "a" }}
      speakers: {{ select: ".speakers", as: lines }}
      room: ".sessionRoom"
channels:
  hook: {{ webhook: "{hook}" }}
reactors:
  announce:
    on: [session.added, session.updated, session.withdrawn, session.returned]
    to: [hook]
    attempts: 100
    backoff: 100ms
"""
KEY = re.compile(rb'<div id="([^"]+)" class="[^"]*sessionRow')


def made_up(folder, seed, versions=24, topics=6, rows=40):
    """A repository whose catalogue changes from commit to commit: titles, rooms, who is there."""
    dice = random.Random(seed)
    git = lambda *a: subprocess.run(["git", "-C", folder, "-c", "user.name=x", "-c", "user.email=x@x", *a], check=True, stdout=subprocess.DEVNULL)
    os.makedirs(folder + "/sessions")
    git("init", "-q")
    state = {f"s{t}-{n}": [f"Talk {n} of {t}", "Hall 1"] for t in range(topics) for n in range(rows)}
    gone = {}
    for version in range(versions):
        for key in dice.sample(sorted(state), 6):
            state[key][dice.randrange(2)] += f" ({version})"
        for key in dice.sample(sorted(state), 3):
            gone[key] = state.pop(key)
        for key in dice.sample(sorted(gone), min(2, len(gone))):
            state[key] = gone.pop(key)
        for topic in range(topics):
            with open(f"{folder}/sessions/t{topic}.html", "w") as page:
                page.write("<html><body>" + "".join(
                    f'<div id="{k}" class="resultRow sessionRow"><span class="title">{t}</span> <span class="sessionRoom">{r}</span></div>\n'
                    for k, (t, r) in sorted(state.items()) if k.startswith(f"s{topic}-")) + "</body></html>")
        git("add", "-A")
        git("commit", "-qm", f"version {version}", "--allow-empty")
    return folder


class Receiver:
    """Takes deliveries, and refuses some of them."""

    def __init__(self, dice, refusing=0.05):
        self.refusing, self.accepted, self.refused, lock = refusing, {}, 0, threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    fails = dice.random() < receiver.refusing
                    receiver.refused += fails
                    receiver.came(self.headers["webhook-id"], body, not fails)
                receiver.before_answer()
                self.send_response(503 if fails else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.wfile.flush()
                receiver.after_answer()

        class Server(ThreadingHTTPServer):
            request_queue_size, daemon_threads = 128, True

            def handle_error(self, request, client_address):
                """A service that was killed has hung up; everything else is to be seen."""
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def came(self, identity, body, is_taken):
        if is_taken:
            event = json.loads(body)
            self.accepted.setdefault(identity, []).append((event["data"]["event"], event["type"], event["subject"]))

    def before_answer(self):
        pass

    def after_answer(self):
        pass


class Site:
    """exhibit.py, and which versions were on show when."""

    def __init__(self, history):
        command = [sys.executable, os.path.join(HERE, "exhibit.py"), history, "--port", "0", "--path", "sessions"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.url = self.process.stdout.readline().decode().strip()
        self.count = json.loads(self.get("/_exhibit"))["count"]
        self.keys = [self.at(n) for n in range(self.count)]
        self.shown = []
        self.show(0)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read()

    def post(self, path):
        urllib.request.urlopen(urllib.request.Request(self.url + path, data=b"", method="POST"), timeout=30).read()

    def at(self, n):
        self.post(f"/_exhibit/at?n={n}")
        topics = re.findall(r'data-id="([^"]+)"', self.get("/_list/sessions").decode())
        pages = [self.get("/sessions/" + urllib.parse.quote(t)) for t in topics]
        return {k.decode() for page in pages for k in KEY.findall(page)}

    def show(self, n):
        before = time.time()
        self.post(f"/_exhibit/at?n={n}")
        self.shown.append((before, time.time(), n))

    def during(self, start, end):
        """The versions on show at any time from start to end."""
        for (before, _, n), following in zip(self.shown, self.shown[1:] + [(float("inf"), float("inf"), 0)]):
            if before <= end and following[1] >= start:
                yield n


class Trial:
    """A daybook in a folder of its own, and loops that do things to it until the time is up."""

    def __init__(self, daybook, minutes, seed, history=None, every="5s", receiver=Receiver, reactors=""):
        self.dice = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="daybook-trial-")
        self.daybook = os.path.abspath(daybook)
        self.site = Site(history or made_up(self.folder + "/history", seed))
        self.receiver = receiver(random.Random(seed + 1))
        self.config = self.folder + "/daybook.yaml"
        with open(self.config, "w") as out:
            out.write(f"data: {self.folder}/data\n" + CONFIG.format(site=self.site.url, hook=self.receiver.url, every=every) + reactors)
        self.end = time.time() + minutes * 60
        self.failures, self.counts, self.lock = [], {}, threading.Lock()
        self.service = None

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def fail(self, what):
        with self.lock:
            self.failures.append(what)
        print("FAILED:", what[:600], flush=True)

    def run(self, *arguments, allowed=(0,), timeout=120):
        done = subprocess.run([self.daybook, *arguments, "--config", self.config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        self.count(arguments[0])
        if done.returncode not in allowed:
            self.fail(f"daybook {' '.join(arguments)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-400:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]

    def start(self):
        self.said = open(self.folder + "/said.ndjson", "ab")
        self.service = subprocess.Popen([self.daybook, "run", "--config", self.config], stdout=self.said, stderr=self.said)

    def every(self, shortest, longest, action):
        dice = random.Random(self.dice.random())

        def loop():
            while time.time() < self.end:
                time.sleep(min(dice.uniform(shortest, longest), max(0, self.end - time.time())))
                if time.time() < self.end:
                    try:
                        action(dice)
                    except Exception as error:
                        self.fail(f"{action.__name__}: {error!r}")

        thread = threading.Thread(target=loop)
        thread.start()
        return thread

    def move(self, dice):
        self.site.show(dice.randrange(self.site.count))

    def stop(self):
        """Ends the service as systemd would."""
        self.service.send_signal(signal.SIGTERM)
        began = time.time()
        code = self.service.wait(timeout=30)
        if code or time.time() - began > 10:
            self.fail(f"daybook run took {time.time() - began:.1f} s to end, with {code}")

    # The log, read from its published format alone.

    def lines(self):
        for name in sorted(os.listdir(self.folder + "/data/log")):
            if name.endswith(".ndjson.gz"):
                with gzip.open(f"{self.folder}/data/log/{name}") as log:
                    yield from map(json.loads, log)

    def changes(self, events):
        """Place, event and kind of every change of a session that a reader of these events comes to by itself."""
        present = {}
        for place, event in enumerate(events):
            if not event["type"].startswith("session."):
                continue
            key = event["subject"].split("/", 1)[1]
            was = present.get(key)
            if event["type"] == "session.observed":
                kind = "session.added" if was is None else "session.returned" if was == "absent" else "session.updated"
                present[key] = event["data"]
            else:
                kind, present[key] = "session.withdrawn", "absent"
            yield place, event, kind

    def judge_announcements(self, events, expected):
        """All that was to be told, `expected` and what alarms came to, was told, each under one id of its own; and nothing else was."""
        alarms = {(e["id"], e["type"], e["subject"]) for e in events if e["type"] == "alarm.changed"}
        expected = expected | alarms
        if alarms:
            print(f"  {len(alarms)} changes of alarms")
        got = {}
        for identity, names in self.receiver.accepted.items():
            if len(set(names)) != 1:
                self.fail(f"one id for two changes: {identity} {set(names)}")
            for name in set(names):
                got.setdefault(name, set()).add(identity)
        for name in expected - set(got):
            self.fail(f"never announced: {name}")
        for name in set(got) - expected:
            self.fail(f"announced though the log does not have it: {name}")
        for name, identities in got.items():
            if len(identities) > 1:
                self.fail(f"announced under several ids: {name} {identities}")


def conclude(trial, go):
    """Runs a trial, says what came of it, and ends the process accordingly."""
    try:
        go()
    finally:
        if trial.service and trial.service.poll() is None:
            trial.service.kill()
        trial.site.process.terminate()
    if trial.failures:
        print(f"  what there is to see is in {trial.folder}")
    else:
        shutil.rmtree(trial.folder)
    print(f"{5 - min(5, len(trial.failures))} passed, {len(trial.failures)} failed")
    sys.exit(1 if trial.failures else 0)
