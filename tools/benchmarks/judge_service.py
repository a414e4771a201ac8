"""Judges what tools/bench service left: the log, from its published format alone, and what was measured. Exit 1 where a promise is not kept."""
import glob
import gzip
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

folder, is_short = sys.argv[1], sys.argv[2] != "0"
measured = json.load(open(f"{folder}/measured.json"))
rows, incidents = measured["rows"], measured["incidents"]
failures = []


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def say(holds, sentence, against=()):
    print(f"  {'yes' if holds else 'NO '}  {sentence}" + (f": {'; '.join(against[:5])}" if against else ""))
    if not holds:
        failures.append(sentence)


def events():
    for name in sorted(glob.glob(f"{folder}/data/log/*.ndjson.gz")):
        with gzip.open(name) as log:
            yield from map(json.loads, log)


# --- The log: every run of every watch, and that each change was told once.
looks, outcomes, changed, told, types = {}, {}, set(), [], {}
first_looks = set()
for event in events():
    kind = event["type"]
    types[kind] = types.get(kind, 0) + 1
    if kind.startswith("run."):
        looks.setdefault(event["subject"], []).append(moment(event["time"]))
        outcomes[kind] = outcomes.get(kind, 0) + 1
        first_looks.add(event["subject"])
    elif kind.startswith("item.") and event["subject"].split("/")[0] in first_looks:
        changed.add(event["id"])
count = sum(map(len, looks.values()))
end = moment(rows[-1]["at"])
sleeps = [(moment(i["at"]), moment(i["at"]) + timedelta(seconds=i["suspend"])) for i in incidents if "suspend" in i]
steps = [i for i in incidents if "step" in i]


def asleep(start, end):
    """How much of this time the machine slept."""
    return sum((max(timedelta(), min(end, to) - max(start, since)) for since, to in sleeps), timedelta())


def gaps(times, interval):
    """Intervals between looks, as shares of the one that is set, without sleep; the look that makes up for a sleep counts from its end."""
    for before, after in zip(times, times[1:]):
        yield (after - before - asleep(before, after)) / interval, before, after


def dailies(watch):
    """For each whole local day: how often it looked, and how often it should have."""
    zone = ZoneInfo(watch["zone"])
    minute, hour = watch["cron"].split()[:2]
    seen = {}
    for time in looks.get(watch["name"], []):
        day = time.astimezone(zone).date()
        seen[day] = seen.get(day, 0) + 1
    # The first look comes at once, whatever the schedule says; the last day is not over.
    day = min(seen, default=end.astimezone(zone).date()) + timedelta(days=1)
    while day < end.astimezone(zone).date():
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        due = (midnight.replace(hour=int(hour), minute=int(minute))).astimezone(timezone.utc)
        over = (midnight + timedelta(days=1)).astimezone(timezone.utc)
        # On a day whose rest the machine slept through, nobody could look.
        wanted = 0 if any(since <= due and to >= over for since, to in sleeps) else 1
        yield day, seen.get(day, 0), wanted
        day += timedelta(days=1)


# Simulated time waits for looks that are later than ten minutes; as much again for what a look takes.
slack = timedelta(minutes=20)
# A look that a sleep fell into took long, and says so.
complaints = [c for c in measured["complaints"] if "took longer" not in c]
long = len(measured["complaints"]) - len(complaints)
every = [w for w in measured["watches"] if "every" in w]
shares, extremes = [], []
for watch in every:
    found = list(gaps(looks.get(watch["name"], []), timedelta(seconds=watch["every"])))
    for share, before, after in found:
        # Whoever looked just before a sleep looks again just after it, as that time has gone by.
        woke = any(before < to <= after for _, to in sleeps)
        if not woke:
            shares.append(share)
        late = 1.5 + slack / timedelta(seconds=watch["every"])
        if share > late or share < 0.5 and not woke:
            extremes.append(f"{watch['name']} {before:%m-%d %H:%M} to {after:%m-%d %H:%M}")
cron = [w for w in measured["watches"] if "cron" in w]
days = [(w["zone"], *row) for w in cron for row in dailies(w)]
wrong = [f"{zone} {day}: {seen} instead of {wanted}" for zone, day, seen, wanted in days if seen != wanted]
deliveries = [json.loads(line) for line in open(f"{folder}/told.ndjson")] if changed else []
told = [d["data"]["event"] for d in deliveries if "event" in d.get("data", {})]
ids = [d["id"] for d in deliveries]
last = rows[-1]
span = end - min((t[0] for t in looks.values()), default=end)

print()
print(f"{count} looks ({', '.join(f'{n} {k[4:]}' for k, n in sorted(outcomes.items()))}) of {len(looks)} watches in {span.days} days; "
      f"{len(changed)} changes; {len(sleeps)} sleeps, {len(steps)} steps of the clock")
print(f"{'so far' if is_short else 'a year'}: {last['events']:,} events, {last['logBytes'] / 1e6:.1f} MB of log "
      f"({last['logBytes'] / last['events']:.0f} bytes an event), {last['dataBytes'] / 1e6:.1f} MB with all that is derived")
print(f"time a query at the end: list {last['listSeconds'] * 1e3:.1f} ms, history {last['historySeconds'] * 1e3:.2f} ms, "
      f"watches {last['statusSeconds'] * 1e3:.2f} ms")
print()
say(not complaints and long <= 4 * len(sleeps), f"the service complained of nothing, but that {long} looks took long because the machine slept", complaints)
say(set(outcomes) == {"run.completed"}, "every look was complete")
say(not wrong, f"{len(cron)} daily watches looked exactly once on each of {len(days)} local days, "
    f"{sum(1 for d in days if d[3] == 0)} slept through", wrong)
say(bool(shares) and not extremes, f"{len(every)} others kept between half and one and a half of their interval in all {len(shares)} cases "
    f"without a sleep in between ({min(shares, default=0):.2f} to {max(shares, default=0):.2f}), and no longer with one", extremes)
say(len(ids) == len(set(ids)) and len(changed) == types.get("notification.delivered", 0) == len(ids),
    f"each of {len(changed)} changes was told once ({len(ids)} lines, {types.get('notification.delivered', 0)} deliveries on record)")

MB = 1e6
for row in rows:
    row["own"] = row["heap"] - row["sqlite"]
# SQLite's caches fill in the first months, up to a limit for each connection. Beside them a saw is allocated, of what the index has yet
# to take in, so what counts is the highest of some rows; a tooth is some 1.5 MB. Packing a full segment leaves the process some 3 MB larger,
# once.
for name, key, room in (("what is allocated beside SQLite", "own", 2 * MB), ("what SQLite caches", "sqlite", 1 * MB),
                        ("resident memory", "resident", 4 * MB)):
    before, after = max(r[key] for r in rows[8:12]), max(r[key] for r in rows[16:])
    if not is_short:
        say(after <= before + room,
            f"{name} stays: {before / MB:.1f} MB in the middle of the year, {after / MB:.1f} MB at its end; {room / MB:.0f} MB more would do")
for name, room in (("descriptors", 8), ("threads", 8)):
    before, after = max(r[name] for r in rows[:5]), max(r[name] for r in rows[5:])
    say(after <= before + room and after < 128, f"{name} are bounded: {before} early, {after} later")


def cpu(rows):
    return (rows[-1]["cpuSeconds"] - rows[0]["cpuSeconds"]) / max(1, rows[-1]["looks"] - rows[0]["looks"]) * 1e3


if not is_short:
    before, after = cpu(rows[1:5]), cpu(rows[16:])
    say(after <= 1.5 * before, f"a look costs what it did: {before:.2f} ms of CPU early, {after:.2f} ms late")
sys.exit(1 if failures else 0)
