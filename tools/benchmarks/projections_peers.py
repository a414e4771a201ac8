"""What tools/bench projections measures beside a rebuild; each prints one line of JSON.

    projections_peers.py sqlite 'DATA/log/*.ndjson.gz' DATABASE [FILE]     Python's sqlite3: versions, changes, indexes
    projections_peers.py store FOLDER 'DATA/log/*.ndjson.gz' EVENTS        saves events with pyeventsourcing, to be read
    projections_peers.py eventsourcing FOLDER                              reads them and applies them to aggregates
    projections_peers.py duckdb 'DATA/log/*.ndjson.gz'                     newest title, room and abstract of each stream
"""
import glob
import gzip
import json
import os
import sqlite3
import sys
import time
import uuid

from log_peers import duckdb

FIELDS = ["abstract", "code", "room", "speakers", "starts", "title", "track"]


def lines(pattern):
    for path in sorted(glob.glob(pattern)):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from file


def sqlite(pattern, path, file=None):
    """As one would write it who knows SQLite: one transaction, executemany, fields taken out of the JSON once, window functions
    for versions, indexes last, and no syncs while it goes on."""
    began = time.perf_counter()
    database = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
        database.execute(f"PRAGMA {setting}")
    database.execute("BEGIN")
    columns = ", ".join(f"{name} TEXT" for name in FIELDS)
    database.execute(f"CREATE TABLE event (sequence INTEGER PRIMARY KEY, subject TEXT, time TEXT, id TEXT, {columns})")
    extracts = ", ".join(f"json_extract(?1, '$.data.{name}')" for name in FIELDS)
    database.executemany(
        f"""INSERT INTO event SELECT CAST(json_extract(?1, '$.sequence') AS INTEGER), json_extract(?1, '$.subject'),
            json_extract(?1, '$.time'), json_extract(?1, '$.id'), {extracts}""", ((line,) for line in lines(pattern)))
    befores = ", ".join(f"lag({name}) OVER item AS old_{name}" for name in FIELDS)
    differs = " OR ".join(f"{name} IS NOT old_{name}" for name in FIELDS)
    database.execute(
        f"""CREATE TABLE version AS
            SELECT *, row_number() OVER item AS version, lead(sequence) OVER item AS until_sequence,
              lead(time) OVER item AS until_time
            FROM (SELECT *, lag(sequence) OVER item AS old_sequence, {befores} FROM event
                  WINDOW item AS (PARTITION BY subject ORDER BY sequence))
            WHERE old_sequence IS NULL OR {differs}
            WINDOW item AS (PARTITION BY subject ORDER BY sequence)""")
    changed = " UNION ALL ".join(
        f"""SELECT sequence, '{name}' AS field, old_{name} AS old, {name} AS new FROM version
            WHERE version > 1 AND {name} IS NOT old_{name}""" for name in FIELDS)
    database.execute(f"CREATE TABLE change AS {changed}")
    database.execute(
        """CREATE TABLE outbox AS SELECT sequence, CASE version WHEN 1 THEN 'session.added' ELSE 'session.updated' END AS kind,
           subject, time, id FROM version""")
    for index in ("version_by_sequence ON version (subject, sequence)", "version_by_time ON version (subject, time)",
                  "change_by_sequence ON change (sequence)", "outbox_by_sequence ON outbox (sequence)"):
        database.execute(f"CREATE INDEX {index}")
    database.execute("COMMIT")
    seconds = time.perf_counter() - began
    count = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
             for table in ("event", "version", "outbox")}
    if file:
        write_histories(database, file)
    return {"seconds": seconds, "events": count["event"], "versions": count["version"], "changes": count["outbox"]}


def write_histories(database, file):
    """As daybook-bench writes them: one session in 499, a line for each version."""
    with open(file, "w", encoding="utf-8") as out:
        rows = database.execute(
            """SELECT subject, version, sequence FROM version WHERE CAST(substr(subject, -6) AS INTEGER) % 499 = 0
               ORDER BY subject, sequence""").fetchall()
        for subject, version, sequence in rows:
            fields = database.execute("SELECT field, new, old FROM change WHERE sequence = ? ORDER BY field", [sequence])
            changes = [{"field": field, "new": value(field, new), "old": value(field, old)} for field, new, old in fields]
            text = json.dumps(changes, ensure_ascii=False, separators=(",", ":"))
            out.write(f"{subject}\t{version}\t{sequence}\t{text}\n")


def value(field, text):
    return json.loads(text) if field == "speakers" else text


def sessions_of(folder):
    from eventsourced_sessions import Session, Sessions

    name = os.path.join(folder, "eventsourcing.sqlite")
    return Session, Sessions(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": name})


def store(folder, pattern, events):
    """Of so many sessions as have so many events. Saving them is not what is measured."""
    os.makedirs(folder)
    Session, app = sessions_of(folder)
    histories = {}
    wanted = int(events) // 20
    for line in lines(pattern):
        event = json.loads(line)
        subject = event["subject"]
        if subject in histories or len(histories) < wanted:
            histories.setdefault(subject, []).append(event["data"])
    ids = []
    for history in histories.values():
        session = Session(history[0])
        for data in history[1:]:
            session.change(data)
        ids.append(str(session.id))
        app.save(session)
    with open(os.path.join(folder, "ids.json"), "w") as out:
        json.dump(ids, out)
    return {"events": sum(map(len, histories.values()))}


def eventsourcing(folder):
    _, app = sessions_of(folder)
    with open(os.path.join(folder, "ids.json")) as file:
        ids = [uuid.UUID(text) for text in json.load(file)]
    events = versions = 0
    began = time.perf_counter()
    for id in ids:
        session = app.repository.get(id)
        events += session.version
        versions += session.version_count
    return {"seconds": time.perf_counter() - began, "events": events, "versions": versions}


if __name__ == "__main__":
    peers = {"sqlite": sqlite, "store": store, "eventsourcing": eventsourcing, "duckdb": duckdb}
    print(json.dumps(peers[sys.argv[1]](*sys.argv[2:])))
