# R: see ../run.sh. The little C in between is built by R itself.
export DNN_R="$here"

version() {
    R --version
}

build() {
    cp "$here/dnn.c" .
    PKG_CPPFLAGS="-I$DNN_INCLUDE" PKG_CFLAGS="-Wall -Wextra -Wno-cast-function-type -Werror" PKG_LIBS="-L$DNN_LIBRARY_FOLDER -ldnn" \
        R CMD SHLIB -o dnn.so dnn.c
}

circle() {
    Rscript --vanilla "$here/circle.R"
}

check() {
    Rscript --vanilla "$here/check.R"
}
