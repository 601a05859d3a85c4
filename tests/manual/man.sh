#!/bin/sh
# Every function has its man page, whose NAME tells what it does and can be found by it; none but they, the sections of dnn.h and
# dnn itself; and all of them are set without a warning.
#
# usage: man.sh SOURCE_DIR MAN_DIR       status 77 if there is no man-db
set -eu

source=$1 pages=$2/man3
if ! command -v lexgrog >/dev/null || ! command -v groff >/dev/null; then
    echo "SKIPPED: no man-db: sh scripts/install-dependencies.sh docs"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# A page and each name that it has, one a line, as mandb would store them: lexgrog reads the NAME section.
(cd "$pages" && lexgrog ./*.3) >"$work/lexgrog" || {
    grep -v ': "' "$work/lexgrog"
    echo "FAILED: no NAME can be read in the pages above"
    status=1
}
sed -n 's,^\./\([^.]*\)\.3: "\([^ ]*\) - ..*"$,\1 \2,p' "$work/lexgrog" | awk '$1 == $2 { print $1 }' | sort -u >"$work/found"
{
    echo dnn
    sed -n 's,^/\* =* \([a-z]*\) =* \*/$,dnn_\1,p' "$source/include/dnn.h"
    sed -n 's/^ *\(dnn_[a-z0-9_]*\);$/\1/p' "$source/src/dnn.map"
} | sort >"$work/expected"
if ! diff "$work/expected" "$work/found"; then
    echo "FAILED: names with a page of that name (>), and those that should have one (<)"
    status=1
fi

# What man does to show a page, for all of them at once.
(cd "$pages" && groff -K utf8 -man -Tutf8 -ww -z ./*.3) 2>"$work/warnings"
if [ -s "$work/warnings" ]; then
    cat "$work/warnings"
    echo "FAILED: warnings"
    status=1
fi
for section in NAME SYNOPSIS DESCRIPTION "SEE ALSO"; do
    if [ "$(cat "$pages"/*.3 | grep -c "^\.SH $section\$")" -ne "$(wc -l <"$work/expected")" ]; then
        echo "FAILED: a page without $section"
        status=1
    fi
done
echo "$(wc -l <"$work/found") pages"
exit $status
