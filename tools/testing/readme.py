#!/usr/bin/env python3
"""Runs what the README shows, in a folder of its own: readme.py DAYBOOK README.md

Every `daybook …` line of its code blocks is run in order and must end with 0, its YAML becomes daybook.yaml (with the
example's address replaced by a page on loopback), and `tools/run` must start the demo and end on Ctrl-C. The last line
is 'N passed, N failed'.
"""
import http.server, os, re, signal, subprocess, sys, tempfile, threading, time

PAGE = b"""<html><body>
<div class="talk" data-id="A-17"><h3>Logs all the way down</h3><p class="room">Aria 3</p><p class="speaker">Ada</p><p class="speaker">Grace</p></div>
<div class="talk" data-id="B-02"><h3>What the page did not say</h3><p class="room">Aria 4</p><p class="speaker">Edsger</p></div>
</body></html>"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def blocks(text):
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)


def commands(kind, body):
    for line in body.splitlines():
        line = line.removeprefix("$ ") if kind == "console" else line
        line = re.sub(r"\s{2,}#.*$", "", line).strip()
        if line.startswith(("daybook ", "tools/run")):
            yield line


class Results:
    passed = failed = 0

    def add(self, what, holds, detail=""):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        print(("ok      " if holds else "FAILED  ") + what + ("" if holds else f"\n{detail}"), flush=True)


def demo(root, folder):
    """tools/run without arguments shows the demo until Ctrl-C."""
    process = subprocess.Popen([os.path.join(root, "tools", "run")], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, news = [], threading.Event()

    def listen():
        for line in process.stdout:
            said.append(line.decode())
            if "session." in said[-1] or "->" in said[-1]:
                news.set()

    threading.Thread(target=listen, daemon=True).start()
    told = news.wait(600)
    process.send_signal(signal.SIGINT)
    try:
        code = process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        code = "still running 20 s after Ctrl-C"
    return told and code == 0 and "daybook init" in "".join(said), f"exit {code}\n{''.join(said)[-2000:]}"


def main():
    binary, readme = os.path.abspath(sys.argv[1]), sys.argv[2]
    root = os.path.dirname(os.path.abspath(readme))
    results = Results()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bin")
        os.mkdir(path)
        os.symlink(binary, os.path.join(path, "daybook"))
        environment = {**os.environ, "PATH": path + ":" + os.environ["PATH"]}
        with open(readme) as file:
            shown = blocks(file.read())
        for kind, body in shown:
            if kind == "yaml":
                with open(os.path.join(folder, "daybook.yaml"), "w") as out:
                    out.write(body.replace("https://conference.example", f"http://127.0.0.1:{server.server_port}"))
                continue
            for command in commands(kind, body):
                if command.startswith("tools/run"):
                    with tempfile.TemporaryDirectory() as empty:
                        results.add(command, *demo(root, empty))
                    continue
                done = subprocess.run(command, shell=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
                results.add(command, done.returncode == 0, done.stdout.decode(errors="replace"))
    print(f"{results.passed} passed, {results.failed} failed")
    sys.exit(1 if results.failed or not results.passed else 0)


main()
