# To be sourced by a part of tests/torture.sh, from the top of the checkout: . tests/torture/support/build.sh

# build PRESET TARGET...: configures build/PRESET where that was not done, or done without the tests, and builds the targets.
# What they say goes to standard error, which is the part's log.
build() {
    preset=$1
    shift
    if [ ! -f "build/$preset/build.ninja" ] || grep -q '^DNN_BUILD_TESTS:BOOL=OFF' "build/$preset/CMakeCache.txt"; then
        # shellcheck disable=SC2086 # a list of words
        cmake --preset "$preset" -DDNN_BUILD_TESTS=ON ${DNN_CMAKE_ARGS-} >&2 || return 1
    fi
    cmake --build "build/$preset" --parallel "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)" --target "$@" >&2
}
