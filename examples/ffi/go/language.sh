# Go: see ../run.sh. Debian's package is golang-go; cgo needs a C compiler and pkg-config as well.
version() {
    command -v cc >/dev/null && command -v pkg-config >/dev/null && go version
}

# An uninstalled libdnn is found by a pkg-config file made for it here.
build() {
    cat >dnn.pc <<EOF
Name: dnn
Description: libdnn as it was built
Version: 0
Cflags: -I$DNN_INCLUDE
Libs: -L$DNN_LIBRARY_FOLDER -ldnn
EOF
    scratch=$PWD
    cd "$here"
    export PKG_CONFIG_PATH="$scratch" GOFLAGS=-mod=mod GOCACHE="$scratch/cache" GOTOOLCHAIN=local
    for program in circle check; do
        go build -o "$scratch/$program" "./$program"
    done
    go vet ./...
}

circle() {
    ./circle
}

check() {
    ./check
}
