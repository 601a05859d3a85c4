#!/usr/bin/env python3
"""Makes the seed corpus of fuzz_csv, beside this file in corpus/csv: small whole files, the first byte chooses the options.

The fuzzer starts from them. They are committed; this tells where they come from.
"""
import gzip
import os

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "csv")

TEXTS = {
    "plain": (0, b"1,2,3\n4,5,6\n"),
    "header": (0, b"a,b,kind\n1,2.5e-3,x\n-2,.5,y\n"),
    "quotes": (0, b'\xef\xbb\xbf"a","b ""c""",k\r\n1,"2","x\r\ny"\r\n3, "4" ,z\r\n'),
    "late_text": (0, b"1,1\n2,2\n3,x\n"),
    "missing": (1, b"a;b;t\r1;NA;3\r4;5;6\r?;1;2\r"),
    "mean": (2, b"a\tb\tt\n1\tnull\t3\n4\t5\t6"),
    "space": (3, b"  1   2 \t 3\n4 NaN 6\n"),
    "no_targets": (4, b"1|2\n3|4\n"),
    "decimal": (5, b"1,5;1\n2,25e1;2,0\n3;2\n"),
    "two_targets": (6, b"1,2,x,3\n4,5,y,\n"),
    "first": (7, b"k,a\nred,1\n\xc3\xa9,2\n"),
    "hard_numbers": (0, b"1.00000000000000011102230246251565404236316680908203125,2e-324\n9007199254740993,1e308\n"),
}


def main():
    """Everything; the time in a gzip file is 0, so that it is always the same."""
    os.makedirs(HERE, exist_ok=True)
    for name, (chosen, text) in TEXTS.items():
        with open(os.path.join(HERE, name), "wb") as file:
            file.write(bytes([chosen]) + text)
    with open(os.path.join(HERE, "quotes.gz"), "wb") as file:
        file.write(bytes([0]) + gzip.compress(TEXTS["quotes"][1], mtime=0))


if __name__ == "__main__":
    main()
