# GNU Octave: see ../run.sh. The little C++ in between is built by mkoctfile (Debian: octave-dev).
version() {
    command -v mkoctfile >/dev/null && octave-cli --version
}

build() {
    mkoctfile -Wall -Wextra "-I$DNN_INCLUDE" "-I$here/../cpp" "-L$DNN_LIBRARY_FOLDER" -ldnn -o dnn_call.oct \
        "$here/dnn_call.cc"
}

run_script() {
    octave-cli --no-init-file --quiet --path "$here" --path "$PWD" "$here/$1"
}

circle() {
    run_script circle.m
}

check() {
    run_script check.m
}
