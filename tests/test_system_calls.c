/*
 * test_system_calls.c - the system refuses, interrupts or cuts short each call that a reader or writer makes, one after
 * the other.
 *
 * Whatever is done to it, a reader makes what the whole file holds, or nothing; a writer leaves the old file or the new one.
 * A status of DNN_OK means the whole result, and any other one DNN_ERROR_IO, with the path and the system's reason, and
 * results untouched. No descriptor is left open, no temporary file lies about, and the same call made again works. Every
 * public function that has a path is tried (trials.h), with files that are read and written in one piece and 50 bytes at a
 * time, so that calls fail in the middle of each format too. What a process that is killed leaves: test_file_write.c.
 *
 * DNN_TEST_FULL in the environment: with every error in every place.
 */
#include "failing_calls.h"

#include "expect.h"
#include "support.h"
#include "trials.h"

#include <dirent.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#if !defined(_WIN32)
#include <sys/resource.h>
#endif

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { PIECE = 50, FOR_EVER = 1 << 20, MOST_CALLS = 5000 };

static struct world world;
static struct results results;
static int64_t tried; /* calls of the system that something was done to */
static bool is_full;

static void do_to(int chosen, enum deed deed, int error, int times)
{
    script.calls = 0;
    script.chosen = chosen;
    script.deed = deed;
    script.error = error;
    script.times = times;
    script.which = NULL;
}

static int open_descriptors(void)
{
    int count = 0;
    for (int d = 0; d < 64; d++)
        count += fcntl(d, F_GETFD) >= 0;
    return count;
}

/* Of the folder: files of the names that dnn.h tells. Removes them. */
static int remove_temporaries(void)
{
    int count = 0;
    char path[600];
    DIR *directory = opendir(scratch());
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strncmp(entry->d_name, ".dnn-", 5) == 0) {
            snprintf(path, sizeof path, "%s/%s", scratch(), entry->d_name);
            assert_int_equal(unlink(path), 0);
            count++;
        }
    }
    closedir(directory);
    return count;
}

/* What the call gives where nothing fails. */
static struct {
    uint64_t before, after; /* what can be asked */
    struct bytes file;      /* the file that it writes */
} expected;

static void expect_of(const struct trial *trial)
{
    results_clear(&results);
    trial_put_old();
    expected.before = print_of(&world, &results, false);
    assert_ok(trial->call(&world, &results));
    expected.file = read_whole(trial_out());
    trial_put_old();
    expected.after = print_of(&world, &results, false);
    results_destroy(&results);
}

static bool out_holds(struct bytes bytes)
{
    struct bytes now = read_whole(trial_out());
    const bool is_same = same_bytes(now, bytes);
    free(now.data);
    return is_same;
}

static const struct trial *present;

/* Where a try went wrong. */
static void check(bool holds, const char *what)
{
    if (!holds)
        fail_msg("%s, %s, call %d (%s), error %d, %d times, at most %d bytes: %s; \"%s\"", present->what,
                 script.deed == FAIL ? "fails" : "ends", script.chosen, script.which == NULL ? "" : script.which,
                 script.error, script.times, (int)script.most, what, dnn_last_error());
}

static void check_success(bool is_again)
{
    if (!is_again && script.deed == FIND_THE_END && (present->flags & TRIAL_OPEN))
        return; /* a file like any other, to whoever reads it */
    check(out_holds(expected.file), is_again ? "made again, it writes another file" : "it writes another file");
    trial_put_old();
    check(print_of(&world, &results, false) == expected.after,
          is_again ? "made again, it gives something else" : "it gives something else");
}

static void check_failure(int32_t status)
{
    const bool is_writer = (present->flags & TRIAL_WRITES) != 0, is_cut = script.deed == FIND_THE_END;
    check(status == DNN_ERROR_IO || (is_cut && status == DNN_ERROR_FORMAT), "the status is another one");
    check(strstr(dnn_last_error(), scratch()) != NULL, "the message has no path");
    check(is_cut || strstr(dnn_last_error(), strerror(script.error)) != NULL, "the message has no reason");
    check(out_holds((struct bytes){(uint8_t *)(uintptr_t) "old", 3}) || (is_writer && out_holds(expected.file)),
          "the file is neither the old one nor the new one");
    trial_put_old();
    check(results_are_untouched(&results), "results are touched");
    check(print_of(&world, &results, false) == expected.before, "the world has changed");
}

/* One call, with that done to it; then again with nothing. False if it makes no such call of the system. */
static bool try_once(int chosen, enum deed deed, int error, int times)
{
    results_clear(&results);
    trial_put_old();
    const int before = open_descriptors(), entries = scratch_count();
    mark_last_error();
    do_to(chosen, deed, error, times);
    int32_t status = present->call(&world, &results);
    script.chosen = 0;
    const bool was_done = script.which != NULL;
    const int left = remove_temporaries();
    script.chosen = chosen;
    check(open_descriptors() == before, "a descriptor is left open");
    check(left == 0 || times > 1 || strcmp(script.which, "unlink") == 0, "a temporary file is left");
    check(scratch_count() == entries, "a file came or went");
    /* After a close that was interrupted comes another call, which no signal can interrupt. */
    if (was_done && error == EINTR &&
        strstr(times == 1 ? "open read write fsync close" : "open read write fsync", script.which))
        check(status == DNN_OK, "an interruption ends it");
    script.chosen = 0; /* what checks must not fail */
    if (status == DNN_OK) {
        check_success(false);
    } else {
        script.chosen = chosen;
        const int calls = script.calls;
        check_failure(status);
        script.calls = calls;
        results_clear(&results);
        script.chosen = 0;
        assert_ok(present->call(&world, &results));
        check_success(true);
    }
    results_destroy(&results);
    tried += was_done;
    return was_done;
}

/* To each call in turn. Returns how many there are. */
static int try_each(enum deed deed, int error, int times)
{
    int calls = 0;
    while (try_once(calls + 1, deed, error, times))
        assert_true(++calls < MOST_CALLS);
    return calls;
}

static void try_whole(void)
{
    static const int errors[] = {EIO,    ENOSPC, EACCES, EMFILE, EINTR,  ENFILE,       ENOMEM,
                                 EDQUOT, EROFS,  EPERM,  ELOOP,  EAGAIN, ENAMETOOLONG, EOVERFLOW};
    script.most = 0;
    const int calls = try_each(FAIL, EIO, 1);
    check(calls >= 4, "it makes hardly any calls of the system");
    for (size_t e = 0; e < (is_full ? COUNT(errors) : 5); e++) {
        assert_int_equal(try_each(FAIL, errors[e], errors[e] == EINTR ? 3 : 1), calls);
        if (errors[e] != EINTR) /* which is waited out for ever, as it should be */
            assert_int_equal(try_each(FAIL, errors[e], FOR_EVER), calls);
    }
    try_each(FAIL, EINTR, 1);
    try_each(FIND_THE_END, 0, 1);
}

/* In pieces the same comes about; and calls fail in the middle. */
static void try_pieces(void)
{
    script.most = 1;
    try_once(FOR_EVER, NOTHING, 0, 1);
    script.most = PIECE;
    const int calls = try_each(FAIL, EIO, 1);
    check(calls >= 5, "it is not made in pieces");
    try_each(FAIL, ENOSPC, FOR_EVER);
    if (present->flags & TRIAL_READS)
        try_each(FIND_THE_END, 0, FOR_EVER);
    if (is_full) {
        try_each(FAIL, EINTR, 2);
        try_each(FIND_THE_END, 0, 1);
    }
    script.most = 0;
}

static bool has_a_path(const struct trial *trial)
{
    return (trial->flags & (TRIAL_READS | TRIAL_WRITES)) && !(trial->flags & TRIAL_MOVES) &&
           (DNN_ONNX || !(trial->flags & TRIAL_ONNX));
}

static void try_all(void (*how)(void))
{
    int count = 0;
    world_make(&world, 1);
    for (int t = 0; (present = trial_at(t)) != NULL; t++) {
        if (has_a_path(present)) {
            expect_of(present);
            how();
            free(expected.file.data);
            count++;
        }
    }
    world_destroy(&world);
    assert_in_range(count, 14, 100);
}

static void test_a_call_that_fails_leaves_all_or_nothing(void **state)
{
    (void)state;
    try_all(try_whole);
}

static void test_calls_that_do_less_are_gone_on_with_and_may_fail_in_the_middle(void **state)
{
    (void)state;
    try_all(try_pieces);
}

/* A fit that writes checkpoints: it may have learned, and then the file is one that can be loaded. */
static void test_a_fit_whose_checkpoint_fails_says_so_and_leaves_a_checkpoint_or_none(void **state)
{
    (void)state;
    static const int errors[] = {EIO, ENOSPC};
    int t = 0, chosen = 0;
    while (strcmp(trial_at(t)->what, "fit_with_checkpoints") != 0)
        t++;
    present = trial_at(t);
    for (bool goes_on = true; goes_on;) {
        dnn_model *model = NULL;
        dnn_trainer *trainer = NULL;
        world_make(&world, 0);
        results_clear(&results);
        const int before = open_descriptors();
        chosen++;
        do_to(chosen, FAIL, errors[chosen % 2], 1);
        const int32_t status = present->call(&world, &results);
        script.chosen = 0;
        goes_on = script.which != NULL;
        tried += goes_on;
        assert_true(status == DNN_OK || (goes_on && status == DNN_ERROR_IO));
        assert_int_equal(open_descriptors(), before);
        assert_int_equal(remove_temporaries(), script.which != NULL && strcmp(script.which, "unlink") == 0);
        if (!out_holds((struct bytes){(uint8_t *)(uintptr_t) "old", 3}))
            assert_ok(dnn_trainer_load(trial_out(), &model, &trainer));
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
        assert_ok(present->call(&world, &results));
        world_destroy(&world);
    }
#if defined(_WIN32)
    assert_in_range(chosen, 15, 200); /* where no folder is opened */
#else
    assert_in_range(chosen, 20, 200);
#endif
}

#if !defined(_WIN32)
/* Not by replaced calls: the process really has no descriptor left. */
static void test_without_a_descriptor_left_everything_says_so_and_works_afterwards(void **state)
{
    (void)state;
    struct rlimit limit, none;
    int count = 0;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    world_make(&world, 1);
    for (int t = 0; (present = trial_at(t)) != NULL; t++) {
        if (!has_a_path(present))
            continue;
        expect_of(present);
        results_clear(&results);
        const int next = open(scratch(), O_RDONLY); /* the lowest that is free */
        close(next);
        none.rlim_cur = (rlim_t)next;
        mark_last_error();
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        const int32_t status = present->call(&world, &results);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        do_to(0, FAIL, EMFILE, 1);
        check(status == DNN_ERROR_IO, "it is not refused");
        check_failure(status);
        assert_ok(present->call(&world, &results));
        check_success(true);
        results_destroy(&results);
        free(expected.file.data);
        count++;
    }
    world_destroy(&world);
    assert_in_range(count, 14, 100);
}
#endif

static void test_that_many_calls_were_tried(void **state)
{
    (void)state;
    print_message("%lld calls of the system failed, interrupted or cut short\n", (long long)tried);
    assert_true(tried > 3000);
}

static int setup(void **state)
{
    is_full = getenv("DNN_TEST_FULL") != NULL;
    return make_trials(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_that_fails_leaves_all_or_nothing),
        cmocka_unit_test(test_calls_that_do_less_are_gone_on_with_and_may_fail_in_the_middle),
        cmocka_unit_test(test_a_fit_whose_checkpoint_fails_says_so_and_leaves_a_checkpoint_or_none),
#if !defined(_WIN32)
        cmocka_unit_test(test_without_a_descriptor_left_everything_says_so_and_works_afterwards),
#endif
        cmocka_unit_test(test_that_many_calls_were_tried),
    };
    return cmocka_run_group_tests(tests, setup, remove_trials);
}
