# Rust: see ../run.sh. Needs no crate, and no network. The crate is copied, for cargo writes into its folder.
version() {
    cargo --version
}

build() {
    rm -rf crate
    cp -r "$here" crate
    RUSTFLAGS='-D warnings' cargo build --quiet --offline --release --examples --manifest-path crate/Cargo.toml \
        --target-dir target
}

circle() {
    target/release/examples/circle
}

check() {
    target/release/examples/check
}
