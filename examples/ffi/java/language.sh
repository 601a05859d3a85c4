# Java, from 11 on: see ../run.sh. JNA is Debian's libjna-java.
jna=${DNN_JNA:-/usr/share/java/jna.jar}

version() {
    [ -e "$jna" ] && command -v javac >/dev/null && java -version 2>&1
}

build() {
    javac -Xlint:all -Werror -encoding UTF-8 -cp "$jna" -d . "$here"/*.java "$here"/dnn/*.java
}

# The heap has one size from the start on, so that it does not grow under the check.
run_class() {
    java ${2-} -Xms16m -Xmx16m -XX:+AlwaysPreTouch -cp ".:$jna" "$1"
}

circle() {
    run_class Circle
}

check() {
    run_class Check -Xint # no compiler, whose own memory grows as it goes
}
