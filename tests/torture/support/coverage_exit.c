/*
 * coverage_exit.c - a child of a test that ends by _exit has counted, too.
 *
 * gcov's counts are written when a program ends by exit. Tests that break something on purpose do it in a child, which ends by
 * _exit; the linker (--wrap=_exit) sends it here first. See tests/torture/coverage.sh. A child that has limited its files to a few
 * bytes is given them back, or leaves its counts out: cut short, they would spoil those of all others.
 */
#include <sys/resource.h>

void __gcov_dump(void);
void __real__exit(int status);
void __wrap__exit(int status);

void __wrap__exit(int status)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit now;
    if ((getrlimit(RLIMIT_FSIZE, &now) == 0 && now.rlim_cur == RLIM_INFINITY) || setrlimit(RLIMIT_FSIZE, &none) == 0) {
        __gcov_dump();
    }
    __real__exit(status);
}
