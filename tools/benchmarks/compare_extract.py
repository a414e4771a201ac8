"""Prints what tools/bench extract measured, and fails where the three do not agree on the items' titles."""
import os
import statistics
import sys

work = sys.argv[1]
size = sum(entry.stat().st_size for entry in os.scandir(f"{work}/pages"))
count = len(os.listdir(f"{work}/pages"))
speeds, titles = {}, {}
for reader in ("daybook", "lxml", "selectolax"):
    seconds = [float(line) for line in open(f"{work}/{reader}.seconds")]
    speeds[reader] = size / statistics.median(seconds) / 1e6, size / min(seconds) / 1e6
    titles[reader] = sorted(open(f"{work}/{reader}.titles", encoding="utf-8").read().splitlines())

items = len(titles["daybook"])
print(f"{count} pages, {size / 1e6:.1f} MB, {items} items; parsed, selected, normalised and written as JSON on one core")
for reader, (median, best) in speeds.items():
    print(f"  {reader:12} {median:7.1f} MB/s  (best {best:.1f})")
for reader in ("lxml", "selectolax"):
    print(f"  daybook is {speeds['daybook'][0] / speeds[reader][0]:.1f} times as fast as {reader}")
differing = [
    (reader, ours, theirs)
    for reader in ("lxml", "selectolax")
    for ours, theirs in zip(titles["daybook"], titles[reader])
    if ours != theirs
]
uneven = [reader for reader in titles if len(titles[reader]) != items]
if differing or uneven or not items:
    print(f"the titles differ: {uneven or differing[:3] or 'there are no items'}")
    sys.exit(1)
print(f"all three agree on all {items} titles")
