#!/usr/bin/env python3
"""`daybook run` under everything at once, for as long as one likes; it must neither lose, double nor invent anything.

A catalogue with topics is served by exhibit.py, moved on and made to misbehave at random. Beside `daybook run`, which is killed
(-9) about every minute and started again at once, other processes check, ask and rebuild. At the end:
  - `log verify` finds the log sound, and `rebuild` comes to the same tables;
  - nobody was withdrawn who stood on the site in every version shown during that run;
  - every change the log holds since the first look was announced, under one id of its own, and so was what alarms came to, and nothing else.

  keep_watch.py [DAYBOOK] [--minutes N] [--seed N] [--history BUNDLE]    a history has sessions/*.html; one is made up without

Ends with `N passed, N failed`.
"""
import argparse
from datetime import datetime

from trial import Trial, conclude

FAULTS = ["captcha", "cut", "status:503", "status:429:1", "status:403", "empty", "garbage", "wrongtype", "slow:1"]


class KeepWatch(Trial):
    def kill(self, _):
        if self.service.poll() is not None:
            self.fail(f"daybook run ended by itself with {self.service.returncode}")
        self.service.kill()
        self.service.wait()
        self.count("kill")
        self.start()

    def misbehave(self, dice):
        self.site.post(f"/_exhibit/fault?kind={dice.choice(FAULTS)}&times={dice.choice([1, 3, 40])}&path=/sessions/")
        self.count("fault")

    def check(self, _):
        # 3: the site misbehaves, or the service was killed at the wrong moment and its successor is at it.
        self.run("check", "--json", "--wait", "2s", allowed=(0, 3))

    def ask(self, dice):
        question = dice.choice([
            ("sessions", "list", "--json"), ("status", "--json"), ("status",), ("log", "stats", "--json"), ("deliveries", "list", "--json", "-n", "20"),
            ("sessions", "list", "--json", "--as-of", "1m ago"),
        ])
        self.run(*question)

    def rebuild(self, _):
        self.run("rebuild")

    def go(self):
        self.run("check", "--json")
        self.start()
        loops = [
            self.every(50, 70, self.kill), self.every(3, 20, self.move), self.every(4, 25, self.misbehave), self.every(2, 9, self.check),
            self.every(1, 4, self.ask), self.every(15, 45, self.rebuild),
        ]
        for loop in loops:
            loop.join()
        self.site.post("/_exhibit/fault?kind=none&times=0")
        for _ in range(3):
            self.run("check", "--json", "--wait", "30s", allowed=(0, 3))
        self.run("check", "--json", "--wait", "30s")
        self.stop()

    def judge(self):
        events = list(self.lines())
        first = next(i for i, e in enumerate(events) if e["type"] == "run.completed")
        expected = set()
        runs = {e["id"].split(".")[0]: e for e in events if e["type"].startswith("run.")}
        withdrawn = 0
        for place, event, kind in self.changes(events):
            if kind == "session.withdrawn":
                withdrawn += 1
                key = event["subject"].split("/", 1)[1]
                run = runs[event["id"].split(".")[0]]
                end = datetime.fromisoformat(run["time"]).timestamp()
                start = end - run["data"]["seconds"] - 0.1
                if all(key in self.site.keys[n] for n in self.site.during(start, end + 0.1)):
                    self.fail(f"{key} was withdrawn at {event['time']} though it stood on the site")
            if place > first:
                expected.add((event["id"], kind, event["subject"]))
        self.judge_announcements(events, expected)
        verified = self.run("log", "verify", "--json", timeout=600)
        if not (verified and verified[0]["ok"]):
            self.fail(f"log verify: {verified}")
        before = self.run("sessions", "list", "--json")
        self.run("rebuild", timeout=600)
        if self.run("sessions", "list", "--json") != before:
            self.fail("a rebuild comes to something else")
        outcomes = {}
        for run in runs.values():
            outcomes[run["type"]] = outcomes.get(run["type"], 0) + 1
        print(f"  {len(events)} events, {len(expected)} changes, {withdrawn} withdrawals, runs {outcomes}, did {self.counts}, "
              f"{sum(map(len, self.receiver.accepted.values()))} deliveries taken and {self.receiver.refused} refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("daybook", nargs="?", default=".build/release/daybook")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history")
    options = parser.parse_args()
    trial = KeepWatch(options.daybook, options.minutes, options.seed, options.history)

    def go():
        trial.go()
        trial.judge()

    conclude(trial, go)


main()
