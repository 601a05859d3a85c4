/*
 * refuse_each.h - each trial of trials.h with each request for memory refused in turn, once and from then on.
 *
 * To be included by one file of a test program, behind what declares `counted`: counted_memory.h or system_memory.h.
 */
#ifndef DNN_TESTS_REFUSE_EACH_H
#define DNN_TESTS_REFUSE_EACH_H

#include "expect.h"
#include "support.h"
#include "trials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct world world;
static struct results results;
static int64_t spared; /* calls that succeeded although memory was refused */

/* What is tried, and what can be asked (print_of) where nothing is refused. */
static struct {
    const struct trial *trial;
    int kind;
    bool is_made; /* the world */
    int64_t refused;
    uint64_t before, after, next; /* next: after that, and a step more */
} present;

/* Where a try went wrong. */
static void check(bool holds, const char *what)
{
    if (!holds)
        fail_msg("%s, world %d, request %lld%s: %s; \"%s\"", present.trial->what, present.kind,
                 (long long)present.refused, counted.goes_on ? " and all after it" : "", what, dnn_last_error());
}

static void make(void)
{
    if (!present.is_made)
        world_make(&world, present.kind);
    present.is_made = true;
    if (present.trial->flags & TRIAL_WRITES)
        trial_put_old();
    results_clear(&results);
}

static void destroy(void)
{
    if (present.is_made)
        world_destroy(&world);
    present.is_made = false;
}

static void begin(const struct trial *trial, int kind)
{
    present.trial = trial, present.kind = kind, present.refused = 0;
    make();
    present.before = print_of(&world, &results, false);
    assert_ok(trial->call(&world, &results));
    present.after = print_of(&world, &results, false);
    present.next = print_of(&world, &results, true);
    results_destroy(&results);
    destroy();
}

/* Whether as many blocks are out as before, but for what the C library keeps of threads that have ended, for the next. */
static bool is_all_there(int64_t blocks)
{
    const int64_t more = counted.blocks - blocks;
    return more == 0 || (present.kind == WORLD_KINDS - 1 && more > 0 && more <= KEPT_FOR_THREADS);
}

/* After a call that was refused memory. */
static void check_refusal(int32_t status, int64_t blocks)
{
    check(status == DNN_ERROR_OUT_OF_MEMORY && strstr(dnn_last_error(), "not enough memory") != NULL,
          "it does not say so");
    if (present.trial->flags & TRIAL_MOVES)
        return;
    check(is_all_there(blocks), "blocks are leaked");
    check(results_are_untouched(&results), "results are touched");
    check(print_of(&world, &results, false) == present.before, "the world has changed");
}

/* After the call was made again. The world is used again if nothing of it has changed; and now and then it is asked for more
 * than it could be afterwards. */
static void check_success(void)
{
    const bool may_differ = (present.trial->flags & TRIAL_MOVES) != 0;
    check(may_differ || print_of(&world, &results, false) == present.after, "afterwards it gives something else");
    if (present.refused % 8 == 1) {
        check(may_differ || print_of(&world, &results, true) == present.next,
              "afterwards it goes on to something else");
        results_destroy(&results);
        destroy();
        return;
    }
    results_destroy(&results);
    make();
    if (print_of(&world, &results, false) != present.before)
        destroy();
}

/* The call with one request refused, and all after it if goes_on; then again. False: it needs no such request. */
static bool refuse(int64_t refused, int goes_on)
{
    make();
    const int64_t blocks = counted.blocks, refusals = counted.refusals;
    mark_last_error();
    counted.requests = 0;
    counted.goes_on = goes_on;
    counted.refused = present.refused = refused;
    int32_t status = present.trial->call(&world, &results);
    counted.refused = 0;
    const bool was_refused = counted.refusals > refusals;
    const bool may_do_without = !goes_on || present.kind == WORLD_KINDS - 1;
    if (was_refused && status == DNN_OK && may_do_without) {
        spared++; /* a block that cannot be made smaller is large enough, and a thread that cannot be started is one less */
    } else if (was_refused) {
        check_refusal(status, blocks);
        results_clear(&results);
        status = present.trial->call(&world, &results);
    }
    check(status == DNN_OK, "afterwards it fails");
    check_success();
    return was_refused;
}

/* Each request of a trial in turn. Returns how many there were. */
static int64_t refuse_each(const struct trial *trial, int kind)
{
    const int64_t blocks = counted.blocks;
    int64_t count[2] = {0, 0};
    begin(trial, kind);
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        while (refuse(count[goes_on] + 1, goes_on))
            assert_true(++count[goes_on] < 10000);
        destroy();
        check(is_all_there(blocks), "blocks are leaked in the end");
    }
    assert_int_equal(count[0], count[1]);
    return count[0];
}

/* The two kinds that differ most, and the wide one where it makes a difference; in full, all others too. */
static bool is_tried_in(const struct trial *trial, int kind, bool is_full)
{
    return kind == WORLD_KINDS - 1 ? (trial->flags & TRIAL_WIDE) != 0 : is_full || kind < 2;
}

/* All trials; returns how many requests there were. */
static int64_t refuse_all(void)
{
    const bool is_full = getenv("DNN_TEST_FULL") != NULL;
    int64_t requests = 0, calls = 0;
    const int64_t refusals = counted.refusals;
    for (int t = 0; trial_at(t) != NULL; t++) {
        for (int kind = 0; kind < WORLD_KINDS; kind++) {
            if (is_tried_in(trial_at(t), kind, is_full) && (DNN_ONNX || !(trial_at(t)->flags & TRIAL_ONNX))) {
                requests += refuse_each(trial_at(t), kind);
                calls++;
            }
        }
    }
    print_message("%lld calls, %lld requests for memory, %lld refusals, %lld of which were got over\n",
                  (long long)calls, (long long)requests, (long long)(counted.refusals - refusals), (long long)spared);
    return requests;
}

#endif /* DNN_TESTS_REFUSE_EACH_H */
