"""The pages of tools/bench extract, read with lxml and cssselect."""
import json
import os
import re
import sys
import time

import lxml.html
from lxml.cssselect import CSSSelector

folder, rounds, titles = sys.argv[1], int(sys.argv[2]), sys.argv[3]
pages = {name: open(os.path.join(folder, name), "rb").read() for name in sorted(os.listdir(folder))}
items = CSSSelector(".sessionRow")
select = {
    name: CSSSelector(css)
    for name, css in {
        "code": ".abbreviation", "title": ".title", "abstract": ".abstract", "type": ".type",
        "speakers": ".speakers", "room": ".sessionRoom", "status": ".tooltip",
    }.items()
}
code, room = re.compile(r"^(\S+)"), re.compile(r"^\W*(.*)$")
parser = lxml.html.HTMLParser(encoding="utf-8")


def folded(text):
    return " ".join(text.split())


def first_group(pattern, text):
    found = pattern.search(text)
    return found.group(1) if found else ""


def without_links(element):
    parts = [element.text or ""]
    for child in element:
        parts.append("" if child.tag == "a" else child.text_content())
        parts.append(child.tail or "")
    return "".join(parts)


def lines(element):
    parts = [element.text or ""]
    for child in element:
        parts.append("\n" if child.tag == "br" else child.text_content())
        parts.append((child.tail or "").replace("\n", " "))
    return [line for line in map(folded, "".join(parts).split("\n")) if line]


def fields(item):
    found = {name: places[0] for name, selector in select.items() if (places := selector(item))}
    values = {}
    for name, element in found.items():
        if name == "speakers":
            value = lines(element)
        elif name == "abstract":
            value = folded(without_links(element))
        else:
            value = folded(element.text_content())
        if name == "code":
            value = first_group(code, value)
        elif name == "room":
            value = first_group(room, value)
        if value:
            values[name] = value
    return values


def read():
    for name, body in pages.items():
        if not body.strip():
            continue
        for item in items(lxml.html.document_fromstring(body, parser=parser)):
            values = fields(item)
            yield name, item.get("id"), values, json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


with open(titles, "w", encoding="utf-8") as out:
    for name, key, values, _ in read():
        print(name, key, values.get("title", ""), sep="\t", file=out)
for _ in range(rounds):
    start = time.process_time()
    for _ in read():
        pass
    print(time.process_time() - start)
