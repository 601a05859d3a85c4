/*
 * test_guard.c - a lock that a fork cannot leave locked.
 */
#include "base/guard.h"
#include "thread_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#if !defined(_WIN32)
#include <sys/wait.h>
#endif
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 20000, PATIENCE = 20 };

static struct {
    struct guard guard;
    int64_t count; /* not atomic: the guard is what keeps it right */
} counted;

static void count_up(struct gang_member *member)
{
    (void)member;
    for (int i = 0; i < ROUNDS; i++) {
        guard_take(&counted.guard);
        counted.count++;
        guard_give_back(&counted.guard);
    }
}

static void test_one_thread_holds_it_at_a_time(void **state)
{
    (void)state;
    struct gang_member members[THREADS];
    assert_int_equal(gang_run(THREADS, count_up, NULL, members), 0);
    assert_int_equal(counted.count, THREADS * ROUNDS);
}

static void expect_it_is_held(struct gang_member *member)
{
    MEMBER_EXPECT(member, !guard_try(member->shared));
}

static void test_who_tries_does_not_wait(void **state)
{
    (void)state;
    struct guard guard = {0};
    struct gang_member members[THREADS];
    assert_true(guard_try(&guard));
    assert_int_equal(gang_run(THREADS, expect_it_is_held, &guard, members), 0);
    guard_give_back(&guard);
    assert_true(guard_try(&guard));
}

struct held {
    struct guard guard;
    atomic_bool is_held, is_done;
};

/* Longer than the processor is only offered to others. */
static void hold_it_long(struct gang_member *member)
{
    struct held *held = member->shared;
    if (member->index == 0) {
        guard_take(&held->guard);
        atomic_store(&held->is_held, true);
        MEMBER_EXPECT(member, nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL) == 0);
        atomic_store(&held->is_done, true);
        guard_give_back(&held->guard);
        return;
    }
    while (!atomic_load(&held->is_held)) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    guard_take(&held->guard);
    MEMBER_EXPECT(member, atomic_load(&held->is_done));
    guard_give_back(&held->guard);
}

static void test_who_waits_long_gets_it_at_last(void **state)
{
    (void)state;
    struct held held = {0};
    struct gang_member members[THREADS];
    assert_int_equal(gang_run(THREADS, hold_it_long, &held, members), 0);
    assert_true(guard_try(&held.guard));
}

#if !defined(_WIN32)
/* A child has none of the threads that may have held it. */
static void test_a_child_takes_what_its_parent_held(void **state)
{
    (void)state;
    struct guard guard = {0};
    guard_take(&guard);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(PATIENCE);
        guard_take(&guard);
        const bool is_held = !guard_try(&guard); /* by the child now */
        guard_give_back(&guard);
        _exit(is_held && guard_try(&guard) ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(guard_try(&guard)); /* the parent's own is as it was */
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread_holds_it_at_a_time),
        cmocka_unit_test(test_who_tries_does_not_wait),
        cmocka_unit_test(test_who_waits_long_gets_it_at_last),
#if !defined(_WIN32)
        cmocka_unit_test(test_a_child_takes_what_its_parent_held),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
