#!/usr/bin/env python3
"""`daybook run`, killed (-9) again and again at moments aimed around deliveries; nothing may be lost, and what comes twice is the same.

A catalogue moves from version to version. Its changes are told by reactors that tell at once, gather (`digest`), fold what flaps (`damp`)
and, where there is time for it, hold back for some minutes (`quiet`), to a receiver that refuses one in twenty and remembers the id and the
bytes of everything that comes. The service is killed when a delivery has arrived and is not answered, just after the answer, or at any
moment, and started again. At the end, for each reactor:
  - every change that the log holds since the first look was told, in a message that was taken;
  - no change was told under two ids, and whatever came under one id was the same bytes;
  - a gathered message told what its record in the log names, and every change that was held is named by one.

  kill_deliveries.py [DAYBOOK] [--kills N] [--minutes N] [--seed N]    whichever comes first; then it goes on until all is told

Ends with `N passed, N failed`.
"""
import argparse, collections, hashlib, json, subprocess, time

from trial import Receiver, Trial, conclude

QUIET_FROM = 200    # kills; a shorter trial would mostly wait for the end of quiet hours
REACTOR = """  {name}:
    on: [session.added, session.updated, session.withdrawn, session.returned]
    to: [hook]
    attempts: 100
    backoff: 100ms
    {more}
"""


class Trap(Receiver):
    """Remembers everything, and springs once where it is set."""

    def __init__(self, dice):
        self.bodies, self.taken, self.events, self.set = {}, collections.Counter(), {}, None
        super().__init__(dice)

    def came(self, identity, body, is_taken):
        event = json.loads(body)
        name = (event["source"].rsplit("/", 1)[1], identity)
        self.bodies.setdefault(name, set()).add(hashlib.sha256(body).hexdigest())
        self.events[name] = event
        self.taken[name] += is_taken

    def before_answer(self):
        self.spring("before the answer")

    def after_answer(self):
        self.spring("after the answer")

    def spring(self, where):
        if (trap := self.set) and trap[0] == where:
            self.set = None
            time.sleep(trap[1])
            trap[2]()


class KillDeliveries(Trial):
    def one(self):
        """Starts the service, moves the catalogue on, and kills the service at some moment of what comes of it."""
        self.start()
        self.position = min(max(self.position + self.dice.choice([-1, 1, 1]), 0), self.site.count - 1)
        self.site.show(self.position)
        where = self.dice.choice(["before the answer", "after the answer", "after the answer", "at any moment"])
        self.receiver.set = (where, self.dice.choice([0, self.dice.uniform(0, 0.02)]), self.service.kill)
        began = time.time()
        try:
            # A busy machine takes its time, so "any moment" is measured by how long it took of late until a delivery came.
            self.service.wait(timeout=self.dice.uniform(0, 1.5 * self.usual) if where == "at any moment" else 20 * self.usual)
            self.usual = 0.8 * self.usual + 0.2 * (time.time() - began)
        except subprocess.TimeoutExpired:
            where = "at any moment"    # no delivery came
        self.receiver.set = None
        self.service.kill()
        if self.service.wait() != -9:
            self.fail(f"daybook run ended by itself with {self.service.returncode}")
        self.count("killed " + where)

    def go(self, kills):
        self.position, self.usual = 0, 1.0
        self.run("check", "--json")
        self.kills = 0
        while self.kills < kills and time.time() < self.end:
            self.one()
            self.kills += 1
            if self.kills % 100 == 0:
                print(f"  {self.kills} kills, {sum(self.receiver.taken.values())} deliveries taken", flush=True)
        limit = time.time() + 600
        while self.is_left() and time.time() < limit:
            self.run("check", "--json", "--wait", "20s", allowed=(0, 3))

    def is_left(self):
        held = self.run("deliveries", "list", "--state", "held", "--json")
        return any("toldIn" not in row for row in held) or self.run("deliveries", "list", "--state", "failed", "--json")

    def judge(self, reactors):
        events = list(self.lines())
        first = next(i for i, e in enumerate(events) if e["type"] == "run.completed")
        expected = {(int(event["sequence"]), kind, event["subject"]) for place, event, kind in self.changes(events) if place > first}
        held, gathered, named = {}, {}, collections.Counter()
        for event in events:
            data = event["data"]
            if event["type"] == "notification.held":
                held[data["id"]] = self.name(data["change"])
            elif event["type"] == "notification.prepared" and "changes" in data:
                gathered[data["reactor"], data["key"]] = data["changes"]
                named.update(data["changes"])
        for identity in held:
            if named[identity] != 1:
                self.fail(f"{identity} was held and is named by {named[identity]} messages")
        told = {reactor: {} for reactor in reactors}
        for (reactor, identity), event in self.receiver.events.items():
            if len(self.receiver.bodies[reactor, identity]) != 1:
                self.fail(f"one id, several messages: {reactor} {identity}")
            if not self.receiver.taken[reactor, identity]:
                continue
            for name in self.names(reactor, identity, event, held, gathered):
                told[reactor].setdefault(name, set()).add(identity)
        for reactor in reactors:
            self.compare(reactor, expected, told[reactor])
        verified = self.run("log", "verify", "--json", timeout=600)
        if not (verified and verified[0]["ok"]):
            self.fail(f"log verify: {verified}")
        around = self.counts.get("killed before the answer", 0) + self.counts.get("killed after the answer", 0)
        if not expected or not held or not around:
            self.fail(f"it shows nothing: {len(expected)} changes, {len(held)} of them held, {around} kills around a delivery")
        twice = sum(count - 1 for count in self.receiver.taken.values() if count > 1)
        print(f"  {self.kills} kills {self.counts}, {len(expected)} changes told by {len(reactors)} reactors, {len(held)} held and told in "
              f"{len(gathered)} messages, {sum(self.receiver.taken.values())} deliveries taken and {self.receiver.refused} refused, "
              f"{twice} duplicates{'' if self.failures else ', each with the same id and bytes; nothing lost'}")

    def names(self, reactor, identity, event, held, gathered):
        """The changes that a message tells."""
        if event["type"] != "notification.digest":
            return [self.name(event["data"])]
        names = [held[one] for one in gathered.get((reactor, identity), [])]
        listed = [self.name(change) for change in event["data"]["changes"]]
        if not names or listed != names[:len(listed)] or event["data"]["count"] != len(names) or event["data"]["more"] != len(names) - len(listed):
            self.fail(f"{reactor} {identity} tells something else than its record names")
        return names

    def name(self, change):
        return int(change["sequence"]), change["kind"], change["subject"]

    def compare(self, reactor, expected, told):
        for name in sorted(expected - set(told)):
            self.fail(f"{reactor} never told {name}")
        for name in sorted(set(told) - expected):
            self.fail(f"{reactor} told what the log does not have: {name}")
        for name, identities in told.items():
            if len(identities) > 1:
                self.fail(f"{reactor} told {name} under several ids: {identities}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("daybook", nargs="?", default=".build/release/daybook")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=24 * 60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    more = {"gather": "digest: 2s", "fold": "damp: 1 in 1m"}
    if options.kills >= QUIET_FROM:
        clock = lambda minutes: time.strftime("%H:%M", time.gmtime(time.time() + 60 * minutes))
        more["rest"] = f"quiet: {clock(1)}-{clock(3)}"
    reactors = "".join(REACTOR.format(name=name, more=text) for name, text in more.items())
    trial = KillDeliveries(options.daybook, options.minutes, options.seed, every="1s", receiver=Trap, reactors=reactors)

    def go():
        trial.go(options.kills)
        trial.judge(["announce", *more])

    conclude(trial, go)


main()
