"""What the tables of tools/bench share: made-up logs, daybook's half and its peers run one after the other, and a verdict."""
import json
import os
import shutil
import statistics
import subprocess
import sys


def note(text):
    print(text, file=sys.stderr, flush=True)


class Table:
    """`name`: daybook-bench's subcommand; `peers`: the script with what stands beside it."""

    def __init__(self, name, peers, bench, folder):
        self.name, self.program, self.folder = name, bench, folder
        self.peers = os.path.join(os.path.dirname(os.path.abspath(__file__)), peers)
        self.failures = []

    def bench(self, *arguments, of=None):
        """What `daybook-bench NAME …` answers, and the most memory it had, in bytes."""
        command = [self.program, of or self.name, *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        answer = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise SystemExit(f"{' '.join(command)} failed")
        return json.loads(answer), usage.ru_maxrss * 1024

    def peer(self, *arguments):
        command = [sys.executable, self.peers, *map(str, arguments)]
        return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    def made(self, events):
        """The folder of a log of so many events; made once."""
        # The number is that of the way events are made up: another one, and old logs are made again.
        data = os.path.join(self.folder, f"sessions-3-{events}")
        if not os.path.exists(data + ".made"):
            shutil.rmtree(data, ignore_errors=True)
            note(f"Making a log of {events:,} events …")
            answer, _ = self.bench("make", data, events, of="log")
            note(f"  in {answer['seconds']:.0f} s")
            open(data + ".made", "w").close()
        return data

    def scratch(self, name):
        folder = os.path.join(self.folder, "run", name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    def say(self, holds, name, sentence):
        print(f"  {'yes' if holds else 'NO '}  {name:<8} {sentence}", flush=True)
        if not holds:
            self.failures.append(name)

    def judge(self, name, ratios, wanted, sentence):
        """Ratios of rounds in which both took turns, so that what else the machine did met both."""
        ratio = statistics.median(ratios)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds"
        self.say(ratio >= wanted, name, f"{ratio:.2f} times {sentence}; {wanted} is asked for ({spread})")

    def run(self, measures):
        """Takes the measures, functions by name, and exits with the verdict."""
        os.makedirs(os.path.join(self.folder, "run"), exist_ok=True)
        try:
            for name, measure in measures.items():
                note(f"Measuring {name} …")
                measure()
        finally:
            shutil.rmtree(os.path.join(self.folder, "run"), ignore_errors=True)
        sys.exit(1 if self.failures else 0)


def segments(data):
    folder = os.path.join(data, "log")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".ndjson.gz")]
