"""The pages of tools/bench extract, read with selectolax (lexbor)."""
import json
import os
import re
import sys
import time

from selectolax.lexbor import LexborHTMLParser

folder, rounds, titles = sys.argv[1], int(sys.argv[2]), sys.argv[3]
pages = {name: open(os.path.join(folder, name), "rb").read() for name in sorted(os.listdir(folder))}
select = {
    "code": ".abbreviation", "title": ".title", "abstract": ".abstract", "type": ".type",
    "speakers": ".speakers", "room": ".sessionRoom", "status": ".tooltip",
}
code, room = re.compile(r"^(\S+)"), re.compile(r"^\W*(.*)$")


def folded(text):
    return " ".join(text.split())


def first_group(pattern, text):
    found = pattern.search(text)
    return found.group(1) if found else ""


def lines(element):
    parts = [
        "\n" if child.tag == "br" else child.text(deep=True).replace("\n", " ")
        for child in element.iter(include_text=True)
    ]
    return [line for line in map(folded, "".join(parts).split("\n")) if line]


def fields(item):
    values = {}
    for name, css in select.items():
        element = item.css_first(css)
        if element is None:
            continue
        if name == "speakers":
            value = lines(element)
        else:
            if name == "abstract":
                element.strip_tags(["a"])
            value = folded(element.text(deep=True))
        if name == "code":
            value = first_group(code, value)
        elif name == "room":
            value = first_group(room, value)
        if value:
            values[name] = value
    return values


def read():
    for name, body in pages.items():
        for item in LexborHTMLParser(body).css(".sessionRow"):
            values = fields(item)
            yield name, item.attributes["id"], values, json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


with open(titles, "w", encoding="utf-8") as out:
    for name, key, values, _ in read():
        print(name, key, values.get("title", ""), sep="\t", file=out)
for _ in range(rounds):
    start = time.process_time()
    for _ in read():
        pass
    print(time.process_time() - start)
