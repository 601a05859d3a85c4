# C#: see ../run.sh. By Mono, which Debian has; the same files build with .NET.
version() {
    command -v mcs >/dev/null && mono --version
}

build() {
    for program in Circle Check; do
        mcs -warnaserror -out:"$program.exe" "$here/$program.cs" "$here/Dnn.cs"
    done
}

circle() {
    mono Circle.exe
}

check() {
    mono Check.exe
}
