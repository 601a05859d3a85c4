# Ruby: see ../run.sh.
version() {
    ruby --version
}

circle() {
    ruby -W "$here/circle.rb"
}

check() {
    ruby -W "$here/check.rb"
}
