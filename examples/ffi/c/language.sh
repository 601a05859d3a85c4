# C, the reference: see ../run.sh.
version() {
    "${CC:-cc}" --version
}

build() {
    for program in circle check; do
        "${CC:-cc}" -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -I"$DNN_INCLUDE" "$here/$program.c" \
            -o "$program" -L"$DNN_LIBRARY_FOLDER" -ldnn
    done
}

circle() {
    ./circle
}

check() {
    ./check
}
