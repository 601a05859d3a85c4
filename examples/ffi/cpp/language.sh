# C++: see ../run.sh.
version() {
    "${CXX:-c++}" --version
}

build() {
    for program in circle check; do
        "${CXX:-c++}" -std=c++11 -Wall -Wextra -pedantic -Werror -I"$DNN_INCLUDE" "$here/$program.cpp" -o "$program" \
            -L"$DNN_LIBRARY_FOLDER" -ldnn
    done
}

circle() {
    ./circle
}

check() {
    ./check
}
