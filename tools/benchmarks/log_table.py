"""Runs daybook's log and its peers in turns and judges the ratios: what `tools/bench log` does once everything is built."""
import argparse
import os
import shutil
import statistics
import subprocess
import time

from judging import Table, segments

parser = argparse.ArgumentParser()
parser.add_argument("--bench", required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--events", type=int, default=1_000_000)
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("measures", nargs="*")
options = parser.parse_args()
table = Table("log", "log_peers.py", options.bench, options.folder)
bench, peer, made, scratch, say, judge = table.bench, table.peer, table.made, table.scratch, table.say, table.judge


def lines(count):
    """A file with the first events of a log, one a line, as peers are to store them."""
    path = os.path.join(options.folder, "run", "lines.ndjson")
    if not os.path.exists(path):
        first = segments(made(max(options.events // 10, 100_000)))[0]
        with open(path, "wb") as out:
            source = subprocess.Popen(["zcat", first], stdout=subprocess.PIPE)
            subprocess.run(["head", "-n", str(count)], stdin=source.stdout, stdout=out, check=True)
            source.stdout.close()
            source.wait()
    return path


def rate(values):
    return f"{statistics.median(values):,.0f}/s"


# --- Measures

def scan():
    data = made(options.events)
    ours, theirs = [], []
    for _ in range(options.rounds):
        began = time.perf_counter()
        answer, _ = bench("scan", data)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        source = subprocess.Popen(["zcat", *segments(data)], stdout=subprocess.PIPE)
        count = subprocess.run(["wc", "-l"], stdin=source.stdout, stdout=subprocess.PIPE, check=True).stdout
        source.wait()
        theirs.append(time.perf_counter() - began)
        if not answer["events"] == int(count) == options.events:
            raise SystemExit(f"{answer['events']} events were read, and {int(count)} lines")
    judge("scan", [t / o for o, t in zip(ours, theirs)], 6, f"as fast as zcat | wc -l "
          f"({statistics.median(ours):.2f} s beside {statistics.median(theirs):.2f} s for {answer['bytes'] / 1e6:.0f} MB)")


def fold():
    data = made(options.events)
    pattern = os.path.join(data, "log", "*.ndjson.gz")
    folder = scratch("fold")
    bench("fold", data, folder + "/daybook")
    peer("duckdb", pattern, folder + "/duckdb")
    if subprocess.run(["cmp", "-s", folder + "/daybook", folder + "/duckdb"]).returncode != 0:
        raise SystemExit(f"daybook and DuckDB do not agree: {folder}")
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(bench("fold", data)[0]["seconds"])
        theirs.append(peer("duckdb", pattern)["seconds"])
    judge("fold", [t / o for o, t in zip(ours, theirs)], 2, f"as fast as DuckDB's read_json, with the same result; 4 is aimed at "
          f"({statistics.median(ours):.2f} s beside {statistics.median(theirs):.2f} s)")


race_rates = {}


def race():
    if not race_rates:
        race_rates.update(bench("race", scratch("race"), 4 * options.rounds, 100)[0])
    return race_rates


def ratios(ours, theirs):
    return [o / t for o, t in zip(ours, theirs)]


def append():
    rates = race()
    judge("append", ratios(rates["single"], rates["loop"]), 0.8, f"the rate of write and fdatasync "
          f"({rate(rates['single'])} beside {rate(rates['loop'])}; awaited by a task: {rate(rates['awaited'])})")


def crowd():
    rates = race()
    judge("crowd", ratios(rates["crowd"], rates["sqlite"]), 30, f"SQLite's rate, with 64 writers "
          f"({rate(rates['crowd'])} beside {rate(rates['sqlite'])} of one connection, its best; "
          f"64 of its own reach {rate(rates['sqliteCrowd'])})")


def bulk():
    folder = scratch("bulk")
    commits = 6
    text = lines(commits * 1000)
    ours, python, each, batch = [], [], [], []
    for number in range(options.rounds):
        ours.append(statistics.median(bench("bulk", f"{folder}/daybook-{number}", 5 * commits)[0]["rates"]))
        for name in ("eventsourcing", "nats"):
            os.makedirs(f"{folder}/{name}-{number}")
        python.append(statistics.median(peer("eventsourcing", f"{folder}/eventsourcing-{number}", text, commits)["rates"]))
        nats = peer("nats", f"{folder}/nats-{number}", text, commits)
        each.append(statistics.median(nats["each"]))
        batch.append(statistics.median(nats["batch"]))
        shutil.rmtree(f"{folder}/nats-{number}")
    judge("bulk", ratios(ours, python), 10, f"pyeventsourcing's rate ({rate(ours)} beside {rate(python)})")
    judge("bulk", ratios(ours, each), 10, f"that of NATS ({rate(ours)} beside {rate(each)}); its atomic batches of 1,000 "
          f"reach {rate(batch)}, daybook {statistics.median(ratios(ours, batch)):.2f} times that")


# A sealed segment ends with BGZF's end marker.
END_MARKER = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def is_sealed(path):
    with open(path, "rb") as file:
        file.seek(-len(END_MARKER), os.SEEK_END)
        return file.read() == END_MARKER


def size_by_bytes():
    sealed = [path for path in segments(made(options.events)) if is_sealed(path)]
    if not sealed:
        return say(False, "bytes", "no segment of the log is sealed, so there is nothing to compare")
    ours = sum(map(os.path.getsize, sealed))
    source = subprocess.Popen(["zcat", *sealed], stdout=subprocess.PIPE)
    packed = subprocess.Popen(["gzip", "-6"], stdin=source.stdout, stdout=subprocess.PIPE)
    theirs = int(subprocess.run(["wc", "-c"], stdin=packed.stdout, stdout=subprocess.PIPE, check=True).stdout)
    events = 65_536 * len(sealed)
    say(ours <= 1.05 * theirs, "bytes", f"{ours / theirs:.3f} times gzip -6 of the whole text ({ours / events:.1f} bytes an event "
        f"beside {theirs / events:.1f}, {len(sealed)} sealed segments); at most 1.05 is asked for")


def memory():
    few, many = made(options.events), made(5 * options.events)
    used = {data: max(bench("scan", data)[1] for _ in range(3)) for data in (few, many)}
    holds = used[many] <= 1.1 * used[few] and used[many] < 150e6
    say(holds, "memory", f"a scan of {5 * options.events:,} events takes {used[many] / 1e6:.0f} MB, of {options.events:,} "
        f"{used[few] / 1e6:.0f} MB; the same, and under 150 MB, is asked for")


def open_and_read():
    few, many = made(options.events // 10), made(5 * options.events)
    times = {few: [], many: []}
    for number in range(3 * options.rounds):
        for data, events in ((few, options.events // 10), (many, 5 * options.events)):
            answer, _ = bench("stream", data, (number * 7919 + 13) % (events // 20))
            if answer["events"] != 20:
                raise SystemExit(f"a stream has {answer['events']} events")
            times[data].append(answer["seconds"] * 1e3)
    short, long = (statistics.median(times[data]) for data in (few, many))
    say(long <= 2 * short and long < 20, "open", f"opening, and reading a stream's 20 events, takes {long:.1f} ms at "
        f"{5 * options.events:,} events and {short:.1f} ms at {options.events // 10:,}: {long / short:.2f} times; "
        f"at most twice, and under 20 ms, is asked for")


MEASURES = {"scan": scan, "fold": fold, "append": append, "crowd": crowd, "bulk": bulk, "bytes": size_by_bytes,
            "memory": memory, "open": open_and_read}

table.run({name: MEASURES[name] for name in options.measures or MEASURES})
