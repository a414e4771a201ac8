#!/usr/bin/env python3
"""A real mail server (chasquid, from Debian's package of that name) on loopback, in a folder of its own, with a certificate made for it.

Prints one line of JSON when it is there, and serves until its standard input ends:
  {"smtps": PORT, "submission": PORT, "authorities": PATH of the certificate to trust, "user", "password"}
`submission` offers STARTTLS; neither takes mail without a login. Domain mail.test has the users ann and bob, both with that password.
A mail whose subject has "not now" in it is refused for now (451).

Each line on standard input is a number: it answers with a line of JSON, the first so many mails that were delivered, as Python's email
library reads them: to, headers (decoded, as lists), raw header, text, html, defects.
"""
import email, email.policy, json, os, pathlib, shutil, socket, subprocess, sys, tempfile, time

USER, PASSWORD = "ann@mail.test", "päss word"
folder = pathlib.Path(tempfile.mkdtemp(prefix="daybook-mail-"))


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def write(path, text, mode=0o644):
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def start():
    ports = [free_port(), free_port(), free_port()]
    for name in ("new", "tmp", "data", "config/domains/mail.test", "config/certs/mail.test"):
        (folder / name).mkdir(parents=True)
    certs = folder / "config/certs/mail.test"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", certs / "privkey.pem", "-out", certs / "fullchain.pem"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deliver = write("deliver", f"#!/bin/sh\nset -e\nfile=$(mktemp '{folder}/tmp/XXXXXXXX')\ncat > \"$file\"\nmv \"$file\" \"{folder}/new/$1-$(date +%s%N)\"\n", 0o755)
    write("config/hooks/post-data", "#!/bin/sh\nif grep -q '^Subject: .*not now'; then echo 'come back later'; exit 1; fi\n", 0o755)
    write("config/chasquid.conf", f'''hostname: "mail.test"
smtp_address: "127.0.0.1:{ports[2]}"
submission_address: "127.0.0.1:{ports[0]}"
submission_over_tls_address: "127.0.0.1:{ports[1]}"
mail_delivery_agent_bin: "{deliver}"
mail_delivery_agent_args: "%to%"
data_dir: "{folder}/data"
mail_log_path: "{folder}/mail.log"
''')
    for user in ("ann", "bob"):
        subprocess.run(["chasquid-util", f"--configdir={folder}/config", "user-add", f"{user}@mail.test", f"--password={PASSWORD}"],
                       check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(["chasquid", f"-config_dir={folder}/config", f"-logfile={folder}/server.log"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for port in ports[:2]:
        for _ in range(3000):
            if server.poll() is not None:
                sys.exit("chasquid did not start: " + (folder / "server.log").read_text())
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.01)
    told = {"submission": ports[0], "smtps": ports[1], "authorities": str(certs / "fullchain.pem"), "user": USER, "password": PASSWORD}
    print(json.dumps(told), flush=True)
    return server


def read(path):
    raw = path.read_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts = list(mail.walk())
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return {
        "to": path.name.rsplit("-", 1)[0], "headers": {name.lower(): [str(value) for value in mail.get_all(name)] for name in mail.keys()},
        "head": raw.split(b"\n\n", 1)[0].split(b"\r\n\r\n", 1)[0].decode("ascii", "replace"), "type": mail.get_content_type(),
        "text": text.get_content() if text else None, "html": html.get_content() if html else None,
        "defects": [str(defect) for part in parts for defect in part.defects]
        + [str(defect) for value in mail.values() for defect in value.defects],
    }


def delivered(count):
    for _ in range(6000):
        found = sorted((folder / "new").iterdir(), key=lambda path: path.name.rsplit("-", 1)[1])
        if len(found) >= count:
            return [read(path) for path in found[:count]]
        time.sleep(0.01)
    return []


server = start()
try:
    for line in sys.stdin:
        print(json.dumps(delivered(int(line))), flush=True)
finally:
    server.terminate()
    server.wait()
    shutil.rmtree(folder)
