"""Checks that the files and headings that Markdown files link to exist in the repository.

Usage: links.py FILE...; links to the web are not followed.
"""

import re
import sys
import unicodedata
from functools import cache
from pathlib import Path
from urllib.parse import unquote

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?^ {0,3}\1[`~]*\s*$", re.M | re.S)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
INLINE = re.compile(r"\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+[\"'(][^)]*)?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*(?:[\"'(].*)?$", re.M)
SHORT = re.compile(r"\[([^\]\[]+)\](?:\[([^\]\[]*)\])(?!\()")
DEFINITION = re.compile(r"^ {0,3}\[([^\]]+)\]:", re.M)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$", re.M)
ANCHOR = re.compile(r"<a\s+(?:id|name)=[\"']([^\"']+)[\"']")


def without_fences(text):
    return FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)


def slug(heading):
    """The anchor that code hosts give a heading."""
    heading = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?", r"\1", heading)
    heading = heading.replace("`", "").replace("*", "").lower()
    kept = (c for c in heading if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).strip().replace(" ", "-")


@cache
def anchors(path):
    text = without_fences(path.read_text(encoding="utf-8"))
    names, seen = set(ANCHOR.findall(text)), {}
    for heading in HEADING.findall(text):
        name = slug(heading)
        count = seen.get(name, 0)
        seen[name] = count + 1
        names.add(f"{name}-{count}" if count else name)
    return names


def problems(path):
    text = without_fences(path.read_text(encoding="utf-8"))
    defined = {name.lower() for name in DEFINITION.findall(text)}
    text = CODE.sub(lambda match: "x" + "\n" * match.group().count("\n"), text)
    found = [*INLINE.finditer(text), *REFERENCE.finditer(text)]
    for match in found:
        link = match.group(1)
        line = text.count("\n", 0, match.start()) + 1
        if re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.I):
            continue
        file, _, anchor = unquote(link).partition("#")
        to = (path.parent / file) if file else path
        if not to.exists():
            yield line, link, "there is no such file"
        elif anchor and to.suffix == ".md" and anchor not in anchors(to.resolve()):
            yield line, link, "there is no such heading"
    for match in SHORT.finditer(text):
        name = (match.group(2) or match.group(1)).lower()
        if name != "x" and name not in defined:
            yield text.count("\n", 0, match.start()) + 1, match.group(), "is not defined"


def main(files):
    count = 0
    for file in map(Path, files):
        for line, link, problem in problems(file):
            print(f"{file}:{line}: {link}: {problem}")
            count += 1
    print(f"{len(files)} files, {count} broken links")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
