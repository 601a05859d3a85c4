# Fortran 2008, by gfortran: see ../run.sh.
version() {
    gfortran --version
}

build() {
    for program in circle check; do
        gfortran -std=f2008 -Wall -Wextra -Werror "$here/dnn.f90" "$here/dnn_types.f90" "$here/$program.f90" -o "$program" \
            -L"$DNN_LIBRARY_FOLDER" -ldnn || return 1
    done
}

circle() {
    ./circle
}

check() {
    ./check
}
