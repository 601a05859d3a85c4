/*
 * test_pace.c - the choice between two ways, told made-up times: no clock, no threads, the same each time.
 */
#include "base/pace.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TEAM, ALONE };

/* What a piece takes that begins at `now`. */
typedef double (*piece)(int32_t way, double now);

struct outcome {
    double seconds;     /* of all pieces */
    double ideal;       /* had each been done the faster way */
    double in_team;     /* share of the time */
    double last_change; /* when */
};

/* Works from `begin` until `end`. */
static struct outcome work(struct pace *pace, piece seconds_of, double begin, double end)
{
    struct outcome outcome = {0};
    double now = begin, team = 0;
    int32_t before = pace_way(pace);
    while (now < end) {
        const int32_t way = pace_way(pace);
        const double seconds = seconds_of(way, now);
        outcome.ideal += fmin(seconds, seconds_of(1 - way, now));
        outcome.last_change = way != before ? now : outcome.last_change;
        team += way == TEAM ? seconds : 0;
        now += seconds;
        before = way;
        pace_note(pace, seconds);
    }
    outcome.seconds = now - begin;
    outcome.in_team = team / outcome.seconds;
    return outcome;
}

static struct outcome work_anew(piece seconds_of, double end)
{
    struct pace pace;
    pace_begin(&pace, TEAM);
    return work(&pace, seconds_of, 0, end);
}

static double team_is_faster(int32_t way, double now)
{
    (void)now;
    return way == TEAM ? 100e-6 : 180e-6;
}

static double team_is_slower(int32_t way, double now)
{
    return team_is_faster(1 - way, now);
}

static void test_the_faster_way_is_taken_and_trials_cost_a_percent(void **state)
{
    (void)state;
    const struct outcome fast = work_anew(team_is_faster, 10), slow = work_anew(team_is_slower, 10);
    assert_true(fast.in_team > 0.99 && fast.seconds <= 1.01 * fast.ideal);
    assert_true(slow.in_team < 0.01 && slow.seconds <= 1.01 * slow.ideal);
    /* It is still tried. */
    assert_true(fast.last_change > 8 && slow.last_change > 8);
}

static double team_is_hopeless(int32_t way, double now)
{
    (void)now;
    return way == TEAM ? 4e-3 : 100e-6; /* a time slice of another process a piece */
}

static double pieces_are_long(int32_t way, double now)
{
    (void)now;
    return way == TEAM ? 80e-3 : 50e-3;
}

static void test_a_way_that_is_far_slower_is_tried_so_rarely_that_it_costs_little(void **state)
{
    (void)state;
    const struct outcome hopeless = work_anew(team_is_hopeless, 20), long_pieces = work_anew(pieces_are_long, 60);
    assert_true(hopeless.seconds <= 1.02 * hopeless.ideal);
    assert_true(long_pieces.seconds <= 1.02 * long_pieces.ideal);
}

static double machine_wakes(int32_t way, double now)
{
    return way == TEAM && now < 5e-3 ? 400e-6 : team_is_faster(way, now);
}

/* The first milliseconds say that the team is slow. That is looked at again within a tenth of a second. */
static void test_a_slow_beginning_is_forgotten(void **state)
{
    (void)state;
    struct pace pace;
    pace_begin(&pace, TEAM);
    const struct outcome beginning = work(&pace, machine_wakes, 0, 0.1);
    const struct outcome after = work(&pace, machine_wakes, 0.1, 1);
    assert_true(beginning.in_team < 0.9); /* it was alone for a while, or this tests nothing */
    assert_true(after.in_team > 0.98);
}

static double another_process_comes_at_3(int32_t way, double now)
{
    return now < 3 ? team_is_faster(way, now) : team_is_slower(way, now);
}

static double another_process_goes_at_3(int32_t way, double now)
{
    return another_process_comes_at_3(1 - way, now);
}

static void test_a_change_is_noticed_within_a_second(void **state)
{
    (void)state;
    const piece changes[] = {another_process_comes_at_3, another_process_goes_at_3};
    for (int i = 0; i < 2; i++) {
        struct pace pace;
        pace_begin(&pace, TEAM);
        work(&pace, changes[i], 0, 4.5);
        const struct outcome after = work(&pace, changes[i], 4.5, 6);
        assert_true(i == 0 ? after.in_team < 0.02 : after.in_team > 0.98);
    }
}

/* One processor is shared: for 3 ms the team is faster than one thread, then it waits for 3 ms. Half of the trials are lucky. */
static double time_slices(int32_t way, double now)
{
    const double phase = fmod(now, 6e-3);
    return way == ALONE ? 100e-6 : 55e-6 + (phase < 3e-3 ? 0 : 6e-3 - phase);
}

static void test_lucky_trials_do_not_make_it_slower_than_one_thread(void **state)
{
    (void)state;
    struct pace pace;
    pace_begin(&pace, TEAM);
    int64_t pieces = 0;
    double now = 0;
    for (; now < 10; pieces++) {
        const double seconds = time_slices(pace_way(&pace), now);
        now += seconds;
        pace_note(&pace, seconds);
    }
    assert_true(now / (double)pieces < 1.03 * 100e-6);
}

/* Each 50 ms the system takes 3 ms away, whatever is done. */
static double interruptions(int32_t way, double now)
{
    const double seconds = team_is_faster(way, now);
    return fmod(now, 50e-3) < fmod(now + seconds, 50e-3) ? seconds : seconds + 3e-3;
}

static void test_interruptions_decide_nothing(void **state)
{
    (void)state;
    assert_true(work_anew(interruptions, 10).in_team > 0.97);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_faster_way_is_taken_and_trials_cost_a_percent),
        cmocka_unit_test(test_a_way_that_is_far_slower_is_tried_so_rarely_that_it_costs_little),
        cmocka_unit_test(test_a_slow_beginning_is_forgotten),
        cmocka_unit_test(test_a_change_is_noticed_within_a_second),
        cmocka_unit_test(test_lucky_trials_do_not_make_it_slower_than_one_thread),
        cmocka_unit_test(test_interruptions_decide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
