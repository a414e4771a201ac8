"""Rebuilds and asks daybook's projections beside their peers and judges: what `tools/bench projections` does once everything is
built."""
import argparse
import os
import shutil
import statistics
import subprocess
import time

from judging import Table, note

parser = argparse.ArgumentParser()
parser.add_argument("--bench", required=True)
parser.add_argument("--daybook", required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--events", type=int, default=1_000_000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("measures", nargs="*")
options = parser.parse_args()
table = Table("projections", "projections_peers.py", options.bench, options.folder)
# So many of the events does pyeventsourcing read; its time for all of them is as much longer as they are more.
STORED = 100_000


def pattern(data):
    return os.path.join(data, "log", "*.ndjson.gz")


def rebuilt(data, name="rebuild"):
    folder = table.scratch(name)
    answer, memory = table.bench("rebuild", data, folder)
    return answer, memory


def removed(path):
    for suffix in ("", "-journal", "-wal"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    return path


def stored():
    folder = os.path.join(options.folder, f"eventsourcing-3-{options.events}-{STORED}")
    if not os.path.exists(os.path.join(folder, "ids.json")):
        shutil.rmtree(folder, ignore_errors=True)
        note(f"Saving {STORED:,} events with pyeventsourcing …")
        table.peer("store", folder, pattern(table.made(options.events)), STORED)
    return folder


def the_same_work(data):
    """Both come to the same versions and changes before any time is compared."""
    folder = table.scratch("compare")
    events = table.bench("rebuild", data, folder + "/daybook")[0]["events"]
    answer, _ = table.bench("histories", data, folder + "/daybook", folder + "/ours")
    theirs = table.peer("sqlite", pattern(data), folder + "/peer.sqlite", folder + "/theirs")
    same = subprocess.run(["cmp", "-s", folder + "/ours", folder + "/theirs"]).returncode == 0
    if not same or any(answer[name] != theirs[name] for name in ("versions", "changes")) or events != theirs["events"]:
        raise SystemExit(f"daybook and Python's sqlite3 do not agree: {answer}, {theirs}")
    shutil.rmtree(folder)
    return answer


def rebuild():
    data, events = table.made(options.events), stored()
    counts = the_same_work(data)
    ours, sqlite, duckdb, sourced = [], [], [], []
    for number in range(options.rounds):
        ours.append(rebuilt(data)[0]["seconds"])
        duckdb.append(table.peer("duckdb", pattern(data))["seconds"])
        answer = table.peer("eventsourcing", events)
        sourced.append(answer["seconds"] / answer["events"] * options.events)
        # It takes as long as all the others together.
        if number < max(1, options.rounds // 2):
            path = os.path.join(table.scratch("sqlite"), "peer.sqlite")
            sqlite.append(table.peer("sqlite", pattern(data), path)["seconds"])
    seconds = statistics.median(ours)
    what = f"{seconds:.2f} s for {counts['versions']:,} versions and as many changes of {counts['items']:,} sessions"
    table.judge("rebuild", [t / o for o, t in zip(ours, sqlite)], 4,
                f"as fast as Python's sqlite3 coming to the same ({what}, beside {statistics.median(sqlite):.1f} s)")
    table.judge("rebuild", [t / o for o, t in zip(ours, sourced)], 12,
                f"as fast as pyeventsourcing reading and applying as many ({statistics.median(sourced):.1f} s, told from {STORED:,})")
    ratios = [o / t for o, t in zip(ours, duckdb)]
    table.say(statistics.median(ratios) <= 3, "rebuild",
              f"takes {statistics.median(ratios):.2f} times DuckDB's fold in memory ({statistics.median(duckdb):.2f} s); at most 3 is "
              f"asked for, 2 is aimed at ({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds)")


def memory():
    few, many = options.events // 2, 5 * options.events
    used = {events: max(rebuilt(table.made(events), "memory")[1] for _ in range(2)) for events in (few, many)}
    holds = used[many] <= 1.1 * used[few] and used[many] < 400e6
    table.say(holds, "memory", f"a rebuild of {many:,} events takes {used[many] / 1e6:.0f} MB, of {few:,} {used[few] / 1e6:.0f} MB; the "
              f"same, and under 400 MB, is asked for")


def daybook(*arguments):
    """How long a command takes, in seconds, its output written to a file as it would be to a pipe."""
    output = os.path.join(options.folder, "run", "output")
    with open(output, "wb") as out:
        began = time.perf_counter()
        subprocess.run([options.daybook, *map(str, arguments)], stdout=out, check=True)
        return time.perf_counter() - began


def asked(data):
    """The log with every projection built, as any question leaves it."""
    if not os.path.exists(data + ".asked"):
        note("Building its projections …")
        daybook("status", "--data", data, "--config", "none.yaml")
        open(data + ".asked", "w").close()
    return data


def as_of():
    data = asked(table.made(options.events))
    points = [options.events * part // 10 for part in (1, 3, 5, 7, 9)]
    now, then = [], {point: [] for point in points}
    for _ in range(options.rounds):
        now.append(daybook("sessions", "list", "--json", "--data", data))
        for point in points:
            then[point].append(daybook("sessions", "list", "--json", "--data", data, "--as-of", point))
    medians = {point: statistics.median(t / n for n, t in zip(now, times)) for point, times in then.items()}
    worst = max(medians, key=medians.get)
    table.say(medians[worst] <= 1.5, "as-of", f"a list of {options.events // 20:,} sessions as of any moment takes at most "
              f"{medians[worst]:.2f} times what it takes now, at event {worst:,} ({statistics.median(now):.2f} s now, "
              f"{statistics.median(then[worst]):.2f} s then); at most 1.5 is asked for")


def cold():
    events = 5 * options.events
    data = asked(table.made(events))
    help, show = [], []
    for number in range(6 * options.rounds):
        session = (number * 7919 + 13) % (events // 20)
        help.append(daybook("--help"))
        show.append(daybook("sessions", "show", f"catalog-2026/ses{session:06}", "--data", data))
    ratio = statistics.median(s / h for s, h in zip(show, help))
    table.say(ratio <= 3, "cold", f"showing a session out of {events:,} events from cold takes {ratio:.2f} times as long as --help "
              f"({statistics.median(show) * 1e3:.0f} ms beside {statistics.median(help) * 1e3:.0f} ms); at most 3 is asked for")


def latency():
    answer, _ = table.bench("latency", table.scratch("latency"), 60 * options.rounds)
    times = sorted(answer["milliseconds"])
    median, late = statistics.median(times), times[len(times) * 95 // 100]
    table.say(median < 20, "latency", f"from a commit until its change is in the outbox it takes {median:.1f} ms ({late:.1f} ms for 95 in "
              f"100, {len(times)} events one by one); under 20 is asked for")


MEASURES = {"rebuild": rebuild, "memory": memory, "as-of": as_of, "cold": cold, "latency": latency}

table.run({name: MEASURES[name] for name in options.measures or MEASURES})
