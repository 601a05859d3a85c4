# PHP: see ../run.sh.
version() {
    php -m | grep -qx FFI && php --version
}

circle() {
    php "$here/circle.php"
}

check() {
    php "$here/check.php"
}
