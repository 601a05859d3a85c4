/*
 * coverage_exit.c - a child of a test that ends by _exit has counted, too.
 *
 * gcov's counts are written when a program ends by exit. Tests that break something on purpose do it in a child, which ends by
 * _exit; the linker (--wrap=_exit) sends it here first. See tests/torture/coverage.sh.
 */
void __gcov_dump(void);
void __real__exit(int status);
void __wrap__exit(int status);

void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}
