# Perl: see ../run.sh.
version() {
    perl -MFFI::Platypus -e 'printf "Perl %vd, FFI::Platypus %s\n", $^V, FFI::Platypus->VERSION'
}

circle() {
    perl -I"$here/lib" "$here/circle.pl"
}

check() {
    perl -I"$here/lib" "$here/check.pl"
}
