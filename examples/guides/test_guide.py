"""What a guide quotes stands in its program: the lines of each block of code, in their order, and in the table of the tutorial's
guide each call and each line of the class. What it names is in dnn.h.

usage: test_guide.py HEADER GUIDE.md PROGRAM [TUTORIAL.py]

The program is tested by itself, so what the guide shows is known to work. White space does not count.
"""
import pathlib
import re
import sys


def packed(text):
    return re.sub(r"\s+", "", text)


def holds(source, quote):
    position = 0
    for line in filter(None, map(packed, quote.split("\n"))):
        position = source.find(line, position) + len(line)
        if position < len(line):
            return False
    return True


def main(header, guide, program, tutorial=None):
    text = pathlib.Path(guide).read_text(encoding="utf-8")
    declarations = re.sub(r"/\*.*?\*/", "", pathlib.Path(header).read_text(encoding="utf-8"), flags=re.S)
    wrong = sorted(set(re.findall(r"\bdnn_\w+", text)) - set(re.findall(r"\bdnn_\w+", declarations)))
    for name in wrong:
        print(f"FAILED: {guide} names {name}, which is not in dnn.h")
    ours = packed(pathlib.Path(program).read_text(encoding="utf-8"))
    quotes = [(quote, ours) for quote in re.findall(r"^```\w+\n(.*?)^```", text, re.M | re.S)]
    if tutorial:
        theirs = packed(pathlib.Path(tutorial).read_text(encoding="utf-8"))
        for left, right in re.findall(r"^\| (.*?) \| (.*?) \|$", text, re.M):
            quotes += [(quote, theirs) for quote in re.findall(r"`(.*?)`", left)]
            quotes += [(quote, ours) for quote in re.findall(r"`(dnn_\w+\(.*?\))`", right)]
    for quote, source in quotes:
        if not holds(source, quote):
            wrong.append(quote)
            print(f"FAILED: {guide} quotes what is not in its program:\n{quote}")
    if f"@include {pathlib.Path(program).name}\n" not in text:
        wrong.append("@include")
        print(f"FAILED: {guide} does not end in its program")
    print(f"{len(quotes)} quotes")
    return bool(wrong) or not quotes


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
