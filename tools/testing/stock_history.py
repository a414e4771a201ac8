#!/usr/bin/env python3
"""Imports a recorded history of a shop under kind `stock` and compares what Daybook says of every saved version with what is worked out here,
from the files alone: which items are there, whether each is in stock, its price, and how the watch stands.

    tools/testing/stock_history.py REPOSITORY-OR-BUNDLE --path stores/tw/macs.json --shape refurbished
    tools/testing/stock_history.py REPOSITORY-OR-BUNDLE --path state.json --shape sizes

Without a repository it makes a small one of each shape by itself, with all that makes such histories difficult: items listed twice, files cut
short, mass removals that are true and some that are not. Exit code 1 where anything differs.
"""
import argparse, concurrent.futures, json, os, random, shutil, subprocess, sys, tempfile, time
from datetime import datetime, timezone

WATCHES = {
    # The refurbished store's list: what is listed is in stock.
    "refurbished": """
    preset: apple-refurb
    fetch: { url: "https://shop.example/macs.json" }
""",
    # By product the sizes that are to be had and those that are not. A size may be listed as both.
    "sizes": """
    kind: stock
    fetch: { url: "https://shop.example/state.json" }
    items: >-
      jq:.products | to_entries[] | .key as $url | .value | (.available[] | {url: $url, size: ., has: true}),
      (.unavailable[] | {url: $url, size: ., has: false})
    key: 'jq:.url + " " + .size'
    fields: { name: 'jq:.url', size: 'jq:.size' }
    availability: { in-stock: "jq:.has == true", out-of-stock: "jq:.has == false" }
""",
}


def refurbished(body):
    """(key, state) of each thing in a file, in its order; a state is (availability, price, all the rest that is watched)."""
    for item in json.loads(body):
        rest = tuple(json.dumps(item.get(name)) for name in ("name", "url", "family", "store"))
        yield item["model"].upper(), ("in-stock", item.get("price"), rest)


def sizes(body):
    for url, product in json.loads(body)["products"].items():
        for name, availability in (("available", "in-stock"), ("unavailable", "out-of-stock")):
            for size in product[name]:
                yield f"{url} {size}", (availability, None, ())


READERS = {"refurbished": refurbished, "sizes": sizes}


class Oracle:
    """The rules of stock as docs/configuration.md has them, over whole files."""

    def __init__(self, reader):
        self.reader = reader
        self.present, self.known, self.missed, self.status, self.conflicts = {}, {}, {}, None, 0
        self.recorded = {}    # key -> all the states it was ever in

    def take(self, body, stamp):
        """The outcome of the run that reads this file."""
        try:
            listed = list(self.reader(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            return "failed"
        first, seen = {}, {}
        for key, state in listed:
            first.setdefault(key, state)
        for key, state in listed:
            # Listed in several ways: as it was last recorded, if it is listed so, else as it is listed first; and so it is, too, where that
            # was never recorded, which is what an import takes for news (docs/commands.md).
            is_news = key in self.recorded and first[key] not in self.recorded[key]
            if key not in seen or (state == self.present.get(key) and not is_news):
                seen[key] = state
        self.conflicts += len({key for key, state in listed if state != first[key]})
        absent = [key for key in self.present if key not in seen]
        few = not seen
        suspect = few or len(absent) > max(5, 0.2 * len(self.present) + 1e-9)
        gone = self.absences(absent, suspect, stamp) if not few else []
        before = dict(self.known)
        for key in gone:
            del self.present[key]
            self.known[key] = False
        self.present.update(seen)
        for key, state in seen.items():
            self.recorded.setdefault(key, set()).add(state)
        self.known.update((key, state[0] == "in-stock") for key, state in seen.items())
        self.settle(before, suspect)
        return "suspect" if suspect else "completed"

    def absences(self, absent, suspect, stamp):
        """Those who are gone: at once after a sound run, else those missed three times in a row over an hour."""
        rows = {key: self.missed.get(key, (0, stamp)) for key in absent}
        self.missed = {key: (count + 1, since) for key, (count, since) in rows.items()}
        gone = [key for key, (count, since) in self.missed.items() if not suspect or (count >= 3 and stamp - since >= 3600)]
        for key in gone:
            del self.missed[key]
        return gone

    def settle(self, before, suspect):
        if self.status is None:
            self.status = None if suspect else "INITIALIZED"
            return
        came = any(has and not before.get(key) for key, has in self.known.items())
        went = any(before[key] and not self.known[key] for key in before)
        self.status = "ITEMS_IN_STOCK" if came else "ITEMS_GONE" if went else "NO_CHANGE"

    def table(self):
        return {key: state[:2] for key, state in self.present.items()}


def versions(repository, path):
    """(commit's time, file) of every version, oldest first; nothing of Daybook's reads the repository here."""
    listing = subprocess.run(["git", "-C", repository, "log", "--reverse", "--first-parent", "--format=%H %ct", "--", path],
                             stdout=subprocess.PIPE, check=True).stdout.decode()
    last = 0
    for line in listing.splitlines():
        commit, stamp = line.split()
        shown = subprocess.run(["git", "-C", repository, "show", f"{commit}:{path}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if shown.returncode == 0:
            last = max(last, int(stamp))
            yield last, shown.stdout


class Daybook:
    def __init__(self, program, folder, shape):
        self.program, self.folder = os.path.abspath(program), folder
        with open(os.path.join(folder, "daybook.yaml"), "w") as file:
            file.write("watches:\n  shop:" + WATCHES[shape])

    def run(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            sys.exit(f"daybook {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr.decode().strip()}")
        return done.stdout.decode()

    def rows(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments, "--json").splitlines()]

    def table(self, point):
        rows = [row for row in self.rows("stock", "list", "--as-of", point) if row["state"] == "present"]
        return {row["key"]: (row["availability"], row.get("price", {}).get("amount")) for row in rows}

    def status(self, point):
        return self.rows("status", "--as-of", point)[0].get("status")


def compare(source, path, shape, program, jobs, every, name):
    """How many versions differ; prints the figures."""
    folder = tempfile.mkdtemp(prefix="stock-history-")
    try:
        clone = os.path.join(folder, "history.git")
        subprocess.run(["git", "clone", "-q", "--bare", source, clone], check=True, stderr=subprocess.DEVNULL)
        oracle, expected = Oracle(READERS[shape]), []
        for stamp, body in versions(clone, path):
            outcome = oracle.take(body, stamp)
            expected.append((stamp, outcome, oracle.table(), oracle.status))
        book = Daybook(program, folder, shape)
        began = time.time()
        book.run("import", "shop", "--git", source, "--path", path)
        took = time.time() - began
        events = [json.loads(line) for line in book.run("log", "export").splitlines()]
        runs = [event for event in events if event["type"].startswith("run.")]
        differences = compare_runs(expected, runs) + compare_log(expected, events) + compare_tables(expected, runs, book, jobs, every)
        items = len({event["subject"] for event in events if event["type"].startswith("stock.")})
        outcomes = [outcome for _, outcome, _, _ in expected]
        conflicts = sum(event["data"].get("conflicts", 0) for event in runs)
        if conflicts != oracle.conflicts:
            differences.append(f"{conflicts} conflicts, {oracle.conflicts} expected")
        print(f"{name}: {len(expected)} versions, {outcomes.count('suspect')} suspect, {outcomes.count('failed')} failed, {items} items, "
              f"{len(events)} events, {conflicts} listed in two ways, import {took:.1f} s, {len(differences)} differences")
        for difference in differences[:20]:
            print("  " + difference)
        return len(differences)
    finally:
        shutil.rmtree(folder)


def compare_runs(expected, runs):
    if len(runs) != len(expected):
        return [f"{len(runs)} runs for {len(expected)} versions"]
    return [f"run {number} {event['type']}, {outcome} expected"
            for number, ((_, outcome, _, _), event) in enumerate(zip(expected, runs)) if event["type"] != "run." + outcome]


def compare_log(expected, events):
    """The states that the log holds, after each of its runs."""
    table, found, number = {}, [], 0
    for event in events:
        key = event["subject"].partition("/")[2]
        if event["type"] == "stock.observed":
            table[key] = (event["data"]["availability"], event["data"].get("price", {}).get("amount"))
        elif event["type"] == "stock.absent":
            table.pop(key, None)
        elif event["type"].startswith("run.") and number < len(expected):
            if table != expected[number][2]:
                found.append(f"run {number}: what the log holds then differs")
            number += 1
    return found


def compare_tables(expected, runs, book, jobs, every):
    """What is answered as of each version, or of every so many and the last."""
    def one(number):
        stamp, _, table, status = expected[number]
        points = [int(runs[number]["sequence"])]
        # By time, too, where this was the last version of its second.
        if number + 1 == len(expected) or expected[number + 1][0] > stamp:
            points.append(datetime.fromtimestamp(stamp, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
        found = []
        for point in points:
            actual = book.table(point)
            if actual != table:
                keys = sorted(key for key in actual.keys() | table.keys() if actual.get(key) != table.get(key))
                found.append(f"as of {point}: {len(keys)} items differ, of them {keys[0]}: {actual.get(keys[0])}, {table.get(keys[0])} expected")
        if (actual := book.status(points[0])) != status:
            found.append(f"as of {points[0]}: the watch stands at {actual}, {status} expected")
        return found

    count = min(len(expected), len(runs))
    asked = [number for number in range(count) if number % every == 0 or number == count - 1]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return [difference for found in pool.map(one, asked) for difference in found]


def made_up(shape, seed, count):
    """Files of a shop that lives: what comes, goes, changes its price, is cut short, and is listed twice."""
    chance = random.Random(seed)
    shelf = {f"m{number:03}ta/a": 100 * number for number in range(40)}
    for number in range(count):
        for model in chance.sample(sorted(shelf), 2):
            shelf[model] = chance.randrange(100, 9999) if chance.random() < 0.5 else -shelf[model]
        day = number % 24
        if day == 4:
            yield b"[{\"model\": "
        elif day == 7:
            yield b"[]" if shape == "refurbished" else b"{\"products\": {}}"
        else:
            # A part of the list alone: once, and four times in a row, which is more than an hour.
            shown = sorted(shelf)[:15] if day == 10 or 14 <= day < 18 else sorted(shelf)
            yield (listing if shape == "refurbished" else products)(chance, shelf, shown)


def listing(chance, shelf, shown):
    there = [{"model": model.upper() if chance.random() < 0.1 else model, "name": f"Mac {model}", "price": abs(shelf[model]), "store": "tw",
              "family": "mac", "url": f"https://shop.example/{model}"} for model in shown if shelf[model] >= 0]
    twice = [dict(item, price=item["price"] + chance.choice([0, 10])) for item in there if chance.random() < 0.05]
    return json.dumps(there + twice if chance.random() < 0.5 else twice + there).encode()


def products(chance, shelf, shown):
    def sizes_of(model):
        has = {"available": [], "unavailable": []}
        for size, odds in (("S", 0.3), ("M", 0.5), ("L", 0.7)):
            is_there = (hash_of(model, size) + abs(shelf[model])) % 100 < odds * 100
            has["available" if is_there else "unavailable"].append(size)
            if chance.random() < 0.04:
                has["unavailable" if is_there else "available"].append(size)
        return has
    return json.dumps({"products": {f"https://shop.example/{model}": sizes_of(model) for model in shown}}).encode()


def hash_of(*words):
    return sum(ord(letter) * place for place, letter in enumerate("".join(words), 1))


def repository(shape, seed, count, folder):
    """A git repository with such files, twenty-five minutes apart; its path and the file's name."""
    place, path, stream = os.path.join(folder, f"{shape}.git"), f"{shape}.json", bytearray()
    for number, body in enumerate(made_up(shape, seed, count)):
        stream += f"commit refs/heads/main\ncommitter A <a@b> {1_700_000_000 + 1500 * number} +0000\ndata 0\n".encode()
        stream += f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n"
    subprocess.run(["git", "init", "-q", "--bare", place], check=True)
    subprocess.run(["git", "-C", place, "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    subprocess.run(["git", "-C", place, "fast-import", "--quiet"], input=bytes(stream), check=True)
    return place, path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", nargs="?", help="a git repository or bundle")
    parser.add_argument("--path", help="the file in it")
    parser.add_argument("--shape", choices=sorted(WATCHES), help="what the file looks like")
    parser.add_argument("--daybook", default=".build/release/daybook")
    parser.add_argument("--jobs", type=int, default=2, help="questions at once")
    parser.add_argument("--every", type=int, default=1, help="ask as of every so many versions; the log is compared at each")
    parser.add_argument("--versions", type=int, default=48, help="of a history that is made here")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.history:
        if not (options.path and options.shape):
            parser.error("a history needs --path and --shape")
        return compare(os.path.abspath(options.history), options.path, options.shape, options.daybook, options.jobs, options.every, options.path)
    with tempfile.TemporaryDirectory(prefix="stock-history-") as folder:
        return sum(compare(*repository(shape, options.seed, options.versions, folder), shape, options.daybook, options.jobs, options.every,
                           f"{shape}, made here") for shape in sorted(WATCHES))


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
