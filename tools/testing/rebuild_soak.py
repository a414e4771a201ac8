#!/usr/bin/env python3
"""Rebuilds in a loop while `daybook run` watches and readers ask, for as long as one likes: no error, no half state, no repeated effect.

A catalogue moves from version to version every second or so and is looked at every second. Meanwhile:
  - one loop rebuilds, all projections or some, without a pause;
  - readers ask `daybook`: a list as of a fixed point is the same bytes for ever; now, no item is missing that was there and none falls
    back to an older version; an item's history has no gap; `status` never goes back;
  - a reader with SQLite alone follows the pointers, and holds a read transaction while generations change.
At the end:
  - every command, and `daybook run`, ended as it should, and the service complained of nothing;
  - every change that the log holds since the first look was announced exactly once, under an id of its own, and nothing else was;
  - the log is sound, a last rebuild comes to the same tables, and no old generation is left.

  rebuild_soak.py [DAYBOOK] [--minutes N] [--seed N] [--history BUNDLE]    a history has sessions/*.html; one is made up without

Ends with `N passed, N failed`.
"""
import argparse, glob, json, os, sqlite3, subprocess, time

from trial import Trial, conclude

PROJECTIONS = ["sessions", "runs", "items", "pages"]


class Reader:
    """One who asks again and again, and remembers the answers."""

    def __init__(self, trial):
        self.trial, self.fixed, self.versions, self.last = trial, {}, {}, 0

    def lines(self, *arguments):
        return [json.loads(line) for line in self.trial.answer(*arguments).splitlines()]

    def ask(self, dice):
        dice.choice([self.then, self.then, self.now, self.history, self.status])(dice)

    def then(self, dice):
        """As of a fixed point, which the log has reached."""
        if len(self.fixed) < 30:
            end = self.lines("log", "stats", "--json")[0]["events"]
            self.fixed.setdefault(dice.randrange(end), None)
        point = dice.choice(sorted(self.fixed))
        told = self.trial.answer("sessions", "list", "--json", "--as-of", str(point))
        if self.fixed[point] not in (None, told):
            before, now = self.fixed[point].count(b"\n"), told.count(b"\n")
            self.trial.fail(f"sessions as of {point} were {before} and are {now}, or look otherwise")
        self.fixed[point] = told

    def now(self, _):
        rows = {(row["watch"], row["key"]): row["version"] for row in self.lines("sessions", "list", "--json")}
        for name, version in self.versions.items():
            if rows.get(name, 0) < version:
                self.trial.fail(f"{name} was at version {version} and is at {rows.get(name, 'none')}")
        self.versions = rows

    def history(self, dice):
        if not self.versions:
            return
        watch, key = dice.choice(sorted(self.versions))
        rows = self.lines("sessions", "history", f"{watch}/{key}", "--json")
        versions = [row["version"] for row in rows]
        if versions != list(range(1, len(rows) + 1)) or len(rows) < self.versions[watch, key]:
            self.trial.fail(f"{key} has the versions {versions} and had {self.versions[watch, key]}")
        if any(row.get("until") != following["since"] for row, following in zip(rows, rows[1:])):
            self.trial.fail(f"the history of {key} has a gap")

    def status(self, _):
        rows = self.lines("status", "--json")
        if len(rows) != 1 or rows[0]["lastRun"] < str(self.last):
            self.trial.fail(f"status went back from {self.last} to {rows}")
        self.last = rows[0]["lastRun"]


class Soak(Trial):
    def answer(self, *arguments):
        """Standard output of a question that must be answered, and without a word on standard error."""
        done = subprocess.run([self.daybook, *arguments, "--config", self.config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        self.count(arguments[0])
        if done.returncode or done.stderr:
            self.fail(f"daybook {' '.join(arguments)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-400:]}")
        return done.stdout

    def rebuild(self, dice):
        self.answer("rebuild", *dice.choice([[], [], ["sessions"], dice.sample(PROJECTIONS, 2)]))

    def hold(self, dice):
        """Reads a generation with SQLite alone, in one transaction that outlives it."""
        name = dice.choice(PROJECTIONS)
        database, pointer = self.open(name)
        try:
            database.execute("BEGIN")
            before = self.state(database)
            deadline = time.time() + 5
            while self.pointer(name) == pointer and time.time() < deadline:
                time.sleep(0.05)
            self.count("read through a swap" if self.pointer(name) != pointer else "read without a swap")
            if self.state(database) != before:
                self.fail(f"{name} changed inside a read transaction")
        finally:
            database.close()

    def open(self, name):
        for _ in range(100):
            pointer = self.pointer(name)
            path = glob.glob(f"{self.folder}/data/projections/{name}-v*-g{pointer}.sqlite")
            try:
                if path:
                    return sqlite3.connect(f"file:{path[0]}?mode=ro", uri=True, isolation_level=None, timeout=30), pointer
            except sqlite3.OperationalError:
                pass  # the pointer moved in between
        raise RuntimeError(f"no generation of {name} could be opened")

    def pointer(self, name):
        with open(glob.glob(f"{self.folder}/data/projections/{name}-v*.current")[0]) as file:
            return file.read().strip()

    def state(self, database):
        """The checkpoint, and how many rows each table has, whatever tables there are."""
        tables = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL ORDER BY name")]
        counts = {table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
        return database.execute("SELECT events FROM engine_checkpoint").fetchone(), counts

    def go(self):
        self.run("check", "--json")
        self.start()
        readers = [Reader(self) for _ in range(2)]
        loops = [self.every(0.3, 2, self.move), self.every(0, 0.1, self.rebuild), self.every(0, 0.3, self.hold)]
        loops += [self.every(0, 0.2, reader.ask) for reader in readers]
        for loop in loops:
            loop.join()
        # What is still to be told is told before this answers.
        self.run("check", "--json", "--wait", "60s")
        self.stop()

    def judge(self):
        events = list(self.lines())
        first = next(i for i, e in enumerate(events) if e["type"] == "run.completed")
        expected = {(event["id"], kind, event["subject"]) for place, event, kind in self.changes(events) if place > first}
        self.judge_announcements(events, expected)
        for identity, names in self.receiver.accepted.items():
            if len(names) != 1:
                self.fail(f"announced {len(names)} times: {identity} {names[0]}")
        with open(self.folder + "/said.ndjson") as said:
            told = [json.loads(line) for line in said]
        # That a look takes longer than a second is no more than the machine being busy, and a catalogue that moves within a look is to be doubted.
        complaints = [line for line in told if line["level"] in ("warning", "error", "critical")
                      and "the look took longer" not in line["message"] and line.get("suspicions") != ["moving"]]
        if complaints:
            self.fail(f"the service complained: {complaints[:3]}")
        verified = self.run("log", "verify", "--json", timeout=600)
        if not (verified and verified[0]["ok"]):
            self.fail(f"log verify: {verified}")
        before = self.answer("sessions", "list", "--json")
        self.run("rebuild", timeout=600)
        if self.answer("sessions", "list", "--json") != before:
            self.fail("a rebuild comes to something else")
        left = glob.glob(f"{self.folder}/data/projections/*.sqlite")
        if len(left) != len(glob.glob(f"{self.folder}/data/projections/*.current")):
            self.fail(f"old generations are left: {sorted(map(os.path.basename, left))}")
        runs = sum(e["type"].startswith("run.") for e in events)
        print(f"  {len(events)} events, {runs} looks, {len(expected)} changes, {sum(map(len, self.receiver.accepted.values()))} announced, did {self.counts}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("daybook", nargs="?", default=".build/release/daybook")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history")
    options = parser.parse_args()
    trial = Soak(options.daybook, options.minutes, options.seed, options.history, every="1s")
    trial.receiver.refusing = 0

    def go():
        trial.go()
        trial.judge()

    conclude(trial, go)


main()
