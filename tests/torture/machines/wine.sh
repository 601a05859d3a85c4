#!/bin/sh
# Runs a program of Windows: sh tests/torture/machines/wine.sh PROGRAM [ARGUMENT...]
#
# What Wine takes for the disk and the registry of that Windows is a folder of the build, and this machine's files are on its drive
# Z:, where the program starts: so a path as "/tmp/file" is the same file here and there. Nothing is shown on a display.
here=$(cd "$(dirname "$0")" && pwd)
WINEPREFIX=$(cd "$here/../../.." && pwd)/build/torture/wine
export WINEPREFIX
# mscoree, mshtml: what Wine would ask whether to fetch. WINEDEBUG: nothing of what it says of itself.
export WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= DISPLAY=
# The run-time of OpenMP, for the one test of it, is the compiler's.
WINEPATH="Z:$(dirname "$(x86_64-w64-mingw32-gcc-posix -print-file-name=libgomp-1.dll)");Z:/usr/x86_64-w64-mingw32/lib"
export WINEPATH
mkdir -p "$WINEPREFIX"
# What it prints comes at its end, by way of a file: the services that the first program starts have its output as theirs, and
# live on, so whoever read a pipe to its end would wait for them.
out=$(mktemp "$WINEPREFIX/out.XXXXXX")
trap 'rm -f "$out"' EXIT
trap 'exit 143' TERM INT
status=0
wine "$@" >"$out" 2>&1 </dev/null || status=$?
cat "$out"
exit "$status"
