#!/usr/bin/env python3
"""A second reader of daybook's log, written from docs/log-format.md alone: python3 tools/read-log.py DATA

Prints the event lines. Standard error tells of a torn tail and of damage; exit status 4 when acknowledged events are lost."""
import hashlib
import os
import re
import struct
import sys
import zlib

EVENTS_MAX = int(sys.argv[2]) if len(sys.argv) > 2 else 65_536      # another size is for tests
MARKER = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
TABLE = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    TABLE.append(number)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


class Block:
    def __init__(self, at, member, segment):
        self.at, self.end = at, at + len(member)
        self.first, self.count, self.flags, self.durable, checksum = struct.unpack_from("<QIBQI", member, 22)
        self.length = struct.unpack_from("<I", member, len(member) - 4)[0]
        self.valid = (crc32c(member[:43] + member[47:]) == checksum and self.flags <= 1 and self.durable <= self.first
                      and 1 <= self.length <= 65_280 and segment <= self.first and self.next <= segment + EVENTS_MAX)
        self.member = member

    @property
    def next(self):
        return self.first + self.count

    def text(self):
        text = zlib.decompress(self.member[47:-8], -15)
        if len(text) != self.length or zlib.crc32(text) != struct.unpack_from("<I", self.member, len(self.member) - 8)[0]:
            raise ValueError("the text is not what the member's trailer says")
        return text


class End:
    """A sealed segment's last member."""
    count, flags, length = 0, 0, 0

    def __init__(self, at, member, segment):
        self.at, self.end = at, at + len(member)
        self.first, count, flags, self.durable, checksum = struct.unpack_from("<QIBQI", member, 22)
        self.next = self.first
        self.events, self.earliest, self.latest, self.recorded, self.last_recorded = struct.unpack_from("<Iqqqq", member, 51)
        self.root = member[87:119]
        self.valid = (crc32c(member[:43] + member[47:]) == checksum and flags == 2 and count == 0 and self.first == self.durable
                      and member[47:51] == b"DE\x56\0" and member[-28:] == MARKER and self.first == segment + EVENTS_MAX)


def block_at(data, at, segment):
    """The valid block or end member that starts there, or None."""
    if data[at:at + 18] == bytes.fromhex("1f8b08040000000000ff7d00424302009200") and data[at + 18:at + 22] == b"DB\x19\0":
        end = End(at, data[at:at + 147], segment) if at + 147 <= len(data) else None
        return end if end and end.valid else None
    head = data[at:at + 47]
    if len(head) < 47 or head[:16] != bytes.fromhex("1f8b08040000000000ff230042430200") or head[18:22] != b"DB\x19\0":
        return None
    size = struct.unpack_from("<H", head, 16)[0] + 1
    if size <= 55 or at + size > len(data):
        return None
    block = Block(at, data[at:at + size], segment)
    return block if block.valid else None


def walk(data, segment):
    """Blocks, an end member, and (from, to, due, resumed) for damage, in order."""
    at, due = 0, segment
    while at < len(data):
        block = block_at(data, at, segment)
        if block and block.first == due:
            yield block
            at, due = block.end, block.next
            if isinstance(block, End):
                if at < len(data):                      # nothing may follow
                    yield (at, len(data), due, None)
                return
            continue
        if block and block.first > due:
            yield (at, at, due, block.first)
            due = block.first
            continue
        place = data.find(b"\x1f\x8b", at + 1)
        while place >= 0:
            block = block_at(data, place, segment)
            if block and block.first >= due:
                break
            place = data.find(b"\x1f\x8b", place + 1)
        to = place if place >= 0 else len(data)
        yield (at, to, due, block.first if place >= 0 else None)
        if place >= 0:
            due = block.first
        at = to


def published(folder):
    try:
        data = open(os.path.join(folder, "end"), "rb").read()
    except OSError:
        return 0
    return struct.unpack("<Q", data[:8])[0] if len(data) == 12 and struct.pack("<I", crc32c(data[:8])) == data[8:] else 0


def recover(folder, names):
    """(end, torn pieces, place of the corruption or None): steps 2 to 7."""
    walked, durable = [], published(folder)
    for name in reversed(names):
        segment = int(name[:20])
        data = open(os.path.join(folder, name), "rb").read()
        steps = list(walk(data, segment))
        walked.insert(0, (name, segment, len(data), steps))
        durable = max([durable] + [step.durable for step in steps if not isinstance(step, tuple)])
        if durable >= segment:
            break
    whole, due, place, stopped = (walked[0][1], walked[0][0], 0), walked[0][1], None, False
    if durable < due:                                   # all that comes before was lost in a crash
        whole, due = (0, "%020d.ndjson.gz" % 0, 0), 0
    for name, segment, size, steps in walked:
        if stopped or segment != due:
            break
        place = (name, size)
        for step in steps:
            if isinstance(step, tuple):
                place, stopped = (name, step[0]), True
                break
            due = step.next
            if isinstance(step, End) and whole[0] == due:
                whole = (due, name, step.end)
            if step.flags & 1:
                whole = (due, name, step.end)
    if whole[0] < durable:
        return durable, [], place
    torn = [(name, whole[2] if name == whole[1] else 0, size) for name, _, size, _ in walked if name >= whole[1]]
    return whole[0], [piece for piece in torn if piece[2] > piece[1]], None


def root(hashes):
    """The Merkle root over a power of two of leaves."""
    while len(hashes) > 1:
        hashes = [hashlib.sha256(b"\1" + hashes[n] + hashes[n + 1]).digest() for n in range(0, len(hashes), 2)]
    return hashes[0]


def lines(folder, names, end):
    """(sequence, line) for every event before `end` that can be read."""
    for name in names:
        segment = int(name[:20])
        pending = None                                  # (sequence, the line's bytes so far)
        leaves = []
        for step in walk(open(os.path.join(folder, name), "rb").read(), segment):
            if isinstance(step, End) and len(leaves) == EVENTS_MAX and (step.events, step.root) != (EVENTS_MAX, root(leaves)):
                print(f"end member: {name} does not stand for its lines", file=sys.stderr)
            if not isinstance(step, Block):
                pending = None
                continue
            parts = step.text().split(b"\n")            # the last part is what follows the last newline
            starts_line = step.count == len(parts) - (1 if parts[-1] == b"" else 0)
            sequence = step.first
            for index, part in enumerate(parts):
                is_whole = index < len(parts) - 1
                if index == 0 and not starts_line:
                    if pending:
                        pending = (pending[0], pending[1] + part)
                elif is_whole or part:
                    pending, sequence = (sequence, part), sequence + 1
                if is_whole and pending:
                    leaves.append(hashlib.sha256(b"\0" + pending[1]).digest())
                    if pending[0] < end:
                        yield pending
                    pending = None


def main():
    folder = os.path.join(sys.argv[1], "log")
    names = sorted(name for name in os.listdir(folder) if re.fullmatch(r"\d{20}\.ndjson\.gz", name))
    if not names:
        return 0
    end, torn, corrupt = recover(folder, names)
    for name, start, stop in torn:
        print(f"torn tail: {name}, bytes {start} to {stop}", file=sys.stderr)
    if corrupt:
        print(f"corrupt: {corrupt[0]} at byte {corrupt[1]}", file=sys.stderr)
    due = 0
    for sequence, line in lines(folder, names, end):
        if sequence != due:
            print(f"lost: sequences {due} to {sequence - 1}", file=sys.stderr)
        due = sequence + 1
        sys.stdout.buffer.write(line + b"\n")
    if due != end:
        print(f"lost: sequences {due} to {end - 1}", file=sys.stderr)
        return 4
    return 4 if corrupt else 0


sys.exit(main())
