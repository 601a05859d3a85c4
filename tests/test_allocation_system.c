/*
 * test_allocation_system.c - memory that is refused to the whole process: what the C library, its threads, the BLAS and zlib
 * ask for during a call, as well as what the library does. It holds what test_allocation.c holds, with the C library's allocator.
 */
#include "system_memory.h"

#include "refuse_each.h"

#include <unistd.h>

/* As in test_allocation.c. */
int fsync(int descriptor);

int fsync(int descriptor)
{
    (void)descriptor;
    return 0;
}

static void test_whatever_the_process_is_refused_changes_nothing_and_leaks_nothing(void **state)
{
    (void)state;
    if (!SYSTEM_MEMORY) {
        print_message("not here: without glibc, or under a sanitizer, malloc cannot be replaced\n");
        return;
    }
    is_caller = 1;
    const int64_t requests = refuse_all();
    assert_true(requests > 500);
    assert_in_range(spared, 0, requests / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whatever_the_process_is_refused_changes_nothing_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, make_trials, remove_trials);
}
