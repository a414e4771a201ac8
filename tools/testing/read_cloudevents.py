#!/usr/bin/env python3
"""Reads JSON Lines with the CloudEvents SDK for Python (PyPI: cloudevents) and writes them with it.

Standard input: events as `daybook log export` prints them. Standard output: each as the SDK writes it again. Ends with 1, and says
which line on standard error, where the SDK takes an event for another than the line says.
"""
import json
import sys
from datetime import datetime, timezone

from cloudevents.core.formats.json import JSONFormat

EXTENSIONS = ["sequence", "recordedtime", "revision", "causationid", "evidence"]


def differences(line, event):
    """The attributes that the SDK reads otherwise than a plain JSON parser does."""
    plain = json.loads(line)
    time = datetime.strptime(plain["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    read = {
        "specversion": event.get_specversion(), "type": event.get_type(), "source": event.get_source(),
        "subject": event.get_subject(), "id": event.get_id(), "dataschema": event.get_dataschema(), "data": event.get_data(),
    }
    read.update((name, event.get_extension(name)) for name in EXTENSIONS)
    wrong = [name for name, value in read.items() if value != plain.get(name)]
    unknown = [name for name in plain if name not in read and name != "time"]
    return wrong + unknown + ([] if event.get_time() == time else ["time"])


def main():
    reader = JSONFormat()
    for number, line in enumerate(sys.stdin.buffer, start=1):
        event = reader.read(None, line)
        wrong = differences(line, event)
        if wrong:
            sys.exit(f"line {number}: the SDK reads something else as {', '.join(wrong)}")
        sys.stdout.buffer.write(reader.write(event) + b"\n")


main()
