#!/bin/sh
# The program in the README is the example, letter by letter. usage: test_readme.sh README.md PROGRAM.c
set -eu

sed -n '/^```c$/,/^```$/p' "$1" | sed '1d;$d' | diff - "$2"
