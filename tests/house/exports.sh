#!/bin/sh
# What the library exports is what dnn.h declares is what dnn.map lists, and all of it begins with dnn_. The archive shows
# no other global name either, so it clashes with nothing in the program that links it.
#
# usage: exports.sh SOURCE_DIR SHARED_LIBRARY STATIC_LIBRARY WHETHER_LOCALIZED
set -eu

source=$1 shared=$2 static=$3 localized=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

sed -n 's/^DNN_API [^(]*[ *]\(dnn_[a-z0-9_]*\)(.*/\1/p' "$source/include/dnn.h" | sort >"$work/dnn.h"
sed -n 's/^ *\([a-z0-9_]*\);$/\1/p' "$source/src/dnn.map" | sort >"$work/dnn.map"
# What a shared library exports: a DLL has a table of names.
exported() {
    case $1 in
    *.dll)
        "${OBJDUMP-objdump}" -p "$1" |
            awk '/^\[Ordinal\/Name Pointer\] Table/ { on = 1; next } on && NF == 0 { exit } on && /^[ \t]*\[/ { print $NF }'
        ;;
    *) nm -D --defined-only "$1" | awk 'NF == 3 { sub(/@.*/, "", $3); print $3 }' ;;
    esac
}
# The linker's own marks (_init, _edata and so on) are no names of ours, and a version script hides them anyway.
exported "$shared" | sort >"$work/shared"

if [ "$(grep -c '^DNN_API' "$source/include/dnn.h")" -ne "$(wc -l <"$work/dnn.h")" ]; then
    echo "FAILED: a DNN_API line of dnn.h does not hold the name of its function"
    status=1
fi
if grep -v '^dnn_' "$work/shared"; then
    echo "FAILED: the names above are exported, and do not begin with dnn_"
    status=1
fi
# compare A B: the two lists are the same.
compare() {
    if ! diff "$work/$1" "$work/$2" >"$work/diff"; then
        echo "FAILED: $1 (<) and $2 (>) differ:"
        grep '^[<>]' "$work/diff"
        status=1
    fi
}
compare dnn.h dnn.map
compare dnn.h shared

if [ "$localized" = TRUE ]; then
    nm -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -Ev '^(__asan_|__odr_asan|__tsan_|__ubsan_)' |
        sort >"$work/static"
    # Each function, compiled twice or not, is global once.
    compare dnn.h static
fi

[ -s "$work/shared" ] || status=1
echo "$(wc -l <"$work/dnn.h") functions in dnn.h, $(wc -l <"$work/dnn.map") in dnn.map," \
    "$(wc -l <"$work/shared") exported by $(basename "$shared"); archive localized: $localized"
exit $status
