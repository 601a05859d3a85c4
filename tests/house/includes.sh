#!/bin/sh
# Who may call whom. A file of one room of src/ includes the headers of these rooms, its own, and no other:
#
#     api     format data core base        dnn.h
#     format  core base                    dnn.h
#     data    base                         dnn.h
#     core    base/random alone
#     base    nothing                      dnn.h
#
# and cblas.h is included by core/affine.c alone. No file has 400 lines or more.
#
# usage: includes.sh SOURCE_DIR
set -eu

cd "$1/src"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every source file of the library, and each "file header" pair of its includes, with quotes and brackets taken off.
find . -name '*.[ch]' | sed 's|^\./||' | sort >"$work/files"
while read -r file; do
    sed -n 's|^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]\([^>"]*\)[>"].*|'"$file"' \1|p' "$file"
done <"$work/files" >"$work/includes"

awk '
    BEGIN {
        split("api format data core base", room)
        for (i in room) is_room[room[i]] = 1
        may["api"] = " api format data core base "
        may["format"] = " format core base "
        may["data"] = " data base "
        may["core"] = " core "
        may["base"] = " base "
    }
    function wrong(why) { print "src/" $1 " includes " $2 ": " why; failed = 1 }
    {
        from = $1; sub(/\/.*/, "", from)
        to = $2; sub(/\/.*/, "", to)
        arrows++
        if (!(from in is_room)) wrong("no such room as " from)
        else if ($2 ~ /^\.\.?\//) wrong("write it relative to src/")
        else if ($2 == "dnn.h") { if (from == "core") wrong("core knows nothing of the public interface") }
        else if ($2 ~ /^(stdlib|stdio|unistd|fcntl|locale|pthread|threads)\.h$/) { if (from == "core") wrong("core opens no files, allocates nothing and knows no threads") }
        else if ($2 ~ /cblas/) { if ($1 != "core/affine.c") wrong("only core/affine.c calls the BLAS") }
        else if (index($2, "/") && to in is_room) {
            if (!index(may[from], " " to " ") && !(from == "core" && $2 == "base/random.h"))
                wrong(from " may not call " to)
        }
        # A system header, such as sys/stat.h; or one of ours, in quotes without its room, which no compiler would find.
    }
    END {
        print arrows " includes looked at"
        if (arrows < 10) { print "too few: is this the right directory?"; failed = 1 }
        exit failed
    }' "$work/includes" || status=1

while read -r file; do
    lines=$(wc -l <"$file")
    if [ "$lines" -ge 400 ]; then
        echo "src/$file has $lines lines: divide it"
        status=1
    fi
done <"$work/files"
echo "$(wc -l <"$work/files") files looked at, the longest $(xargs wc -l <"$work/files" | grep -v ' total$' | sort -n | tail -n 1 |
    awk '{ print "src/" $2 " with " $1 " lines" }')"

[ "${status-0}" -eq 0 ] || echo "FAILED"
exit "${status-0}"
