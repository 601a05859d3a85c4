/*
 * test_stack.c - hosts whose threads have 64 KiB of stack: everything that the library does fits there, and leaves room.
 *
 * Each job runs in a thread of its own, on a stack that was filled with a pattern: how deep it went is where the pattern ends. That
 * counts what the BLAS and the C library use in the job. Not counted is what a thread that does nothing has used: glibc puts the
 * thread-local variables of all libraries that the program was linked with on each thread's stack, and OpenBLAS 0.3.21 has 60
 * KiB of them; with it glibc refuses to start a thread of 64 KiB at all, unless the library was loaded by dlopen (tests/unload
 * does that). A sanitizer's frames are many times larger: there the jobs run on more, and nothing is judged.
 * DNN_TEST_STACK_REPORT=1 in the environment prints every depth.
 */
#include "expect.h"
#include "stack_jobs.h"
#include "stack_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__has_feature)
#define UNDER_SANITIZER (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#else
#define UNDER_SANITIZER 0
#endif

enum { KIB = 1024, STACK = (UNDER_SANITIZER ? 2048 : 64) * KIB, MOST = 48 * KIB };

/* ---- a thread on a painted stack ---- */

struct errand {
    const struct stack_job *job;
    int32_t status;
    char message[512];
    struct stack_use use;
};

static void run_errand(void *argument)
{
    struct errand *errand = argument;
    errand->status = errand->job->run();
    if (errand->status != DNN_OK) {
        strncpy(errand->message, dnn_last_error(), sizeof errand->message - 1);
    }
}

static void do_nothing(void *unused)
{
    (void)unused;
}

/* What every thread has used when it begins, in whole pages. */
static size_t taken_beforehand(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const struct stack_use use = stack_run(do_nothing, NULL, 1024 * KIB);
    return (use.beforehand + page - 1) / page * page;
}

static void test_everything_fits_on_a_stack_of_64_kib(void **state)
{
    (void)state;
    const size_t beforehand = taken_beforehand();
    size_t deepest = 0;
    const char *name = "nothing";
    for (size_t i = 0; i < stack_job_count; i++) {
        struct errand errand = {.job = &stack_jobs[i], .status = SENTINEL_LABEL};
        errand.use = stack_run(run_errand, &errand, beforehand + STACK);
        if (errand.status != DNN_OK) {
            fail_msg("%s: status %d, %s", stack_jobs[i].name, errand.status, errand.message);
        }
        if (getenv("DNN_TEST_STACK_REPORT") != NULL) {
            print_message("%6zu bytes of stack, %s\n", errand.use.depth, stack_jobs[i].name);
        }
        if (errand.use.depth > deepest) {
            deepest = errand.use.depth;
            name = stack_jobs[i].name;
        }
    }
    print_message("stack: %zu jobs, the deepest %zu bytes (%s), %zu taken before a thread begins\n", stack_job_count,
                  deepest, name, beforehand);
    assert_true(UNDER_SANITIZER || (deepest > 0 && deepest <= MOST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_everything_fits_on_a_stack_of_64_kib)};
    return cmocka_run_group_tests(tests, stack_jobs_set_up, stack_jobs_tear_down);
}
