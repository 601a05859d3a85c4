"""What Doxygen reads instead of dnn.h, so that dnn.h stays plain: in its comments, the names of functions and status codes
become links, and the capitals that begin a paragraph bold.

usage: links.py HEADER
"""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    header = file.read()
functions = set(re.findall(r"^DNN_API [^(]*?(dnn_\w+)\(", header, re.M))


def linked(comment):
    text = re.sub(r"(?<!@copydetails )\b(dnn_\w+)\b(?:\(\))?",
                  lambda found: f"{found[1]}()" if found[1] in functions else found[0], comment[0])
    text = re.sub(r"\bDNN_(?:OK|STOPPED|ERROR_\w+)", r"#\g<0>", text)
    return re.sub(r"^ \* (THE [A-Z]+|[A-Z]{5,}(?: [A-Z]{5,})?)\b", r" * **\1**", text, flags=re.M)


sys.stdout.reconfigure(encoding="utf-8")
print(re.sub(r"/\*\*.*?\*/", linked, header, flags=re.S), end="")
