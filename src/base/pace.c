/*
 * base/pace.c - see pace.h.
 *
 * A turn is as many pieces as take half a millisecond. A window is some turns in a row of one way, without its first piece,
 * which wakes threads and fetches what the other way left in another core's cache; its figure is the mean of all turns but
 * the longest, so that one interruption by the system decides nothing.
 *
 * A trial is a window of three turns of the other way: if they are faster, that is the favourite from now on. A trial can be
 * lucky, where threads wait for a processor that they share, and fall between two time slices. So the favourite is measured
 * too, in longer windows, and goes when it is slower than what is known of the other way.
 *
 * What a trial costs is what it took longer than the favourite would have, and the next comes when that is less than a
 * percent of the work since. It also comes not before a pause, which doubles up to a second as long as trials are lost.
 * All times are those of the work itself.
 *
 * Tried before, and worse: the shortest of four pieces of each way at the very beginning, when the machine was still waking, and
 * pauses counted in pieces, which doubled up to 65,536. That left a network at 196 µs a step for 13 seconds where the other
 * way takes 95.
 */
#include "base/pace.h"

#include <math.h>

static const double turn_seconds = 5e-4;
static const double first_pause = 2e-3, least_pause = 2e-2, longest_pause = 1;

/* What trials may cost, as a share of the work. */
static const double price = 0.01;

/* Two ways that are nearer than that are the same. A trial whose first turn is farther than the other is over. */
static const double margin = 1.03, far_slower = 1.3;

enum { TRIAL_TURNS = 3, FIRST_TURNS = 4, TURNS = 16 };

void pace_begin(struct pace *pace, int32_t first)
{
    *pace = (struct pace){.way = first, .known = {INFINITY, INFINITY}, .pause = first_pause};
}

int32_t pace_way(const struct pace *pace)
{
    return pace->way;
}

static double mean(const struct pace_window *window)
{
    return window->turns > 1 ? (window->sum - window->longest) / (window->turns - 1) : window->sum;
}

static bool is_window_over(const struct pace *pace)
{
    const int32_t turns = pace->window.turns;
    const double others = pace->known[1 - pace->way];
    if (pace->is_trial) {
        return turns >= TRIAL_TURNS || (turns == 1 && pace->window.sum > far_slower * others);
    }
    /* More than that are there if a fork came just then: see base/guard.h. */
    return turns >= (isinf(others) ? FIRST_TURNS : TURNS);
}

/* The other way is the favourite from now on, or again; what is over took so much longer than it would have. */
static void leave_way(struct pace *pace)
{
    const struct pace_window *window = &pace->window;
    pace->way = 1 - pace->way;
    pace->lost = window->seconds - (double)window->pieces * pace->known[pace->way];
    pace->since = 0;
    pace->pause = fmin(longest_pause, fmax(least_pause, 2 * pace->pause));
}

static void end_trial(struct pace *pace)
{
    pace->is_trial = false;
    if (margin * pace->known[pace->way] < pace->known[1 - pace->way]) {
        pace->since = 0;
        pace->lost = 0;
        pace->pause = least_pause;
    } else {
        leave_way(pace);
    }
}

static void end_window(struct pace *pace)
{
    pace->known[pace->way] = mean(&pace->window);
    if (pace->is_trial) {
        end_trial(pace);
    } else if (pace->known[pace->way] > margin * pace->known[1 - pace->way]) {
        leave_way(pace);
    } else if (pace->since >= pace->pause && price * pace->since >= pace->lost) {
        pace->is_trial = true;
        pace->way = 1 - pace->way;
    }
    pace->window = (struct pace_window){0};
}

void pace_note(struct pace *pace, double seconds)
{
    struct pace_window *window = &pace->window;
    pace->since += seconds;
    window->seconds += seconds;
    if (window->pieces++ == 0) {
        return;
    }
    window->turn_seconds += seconds;
    window->turn_pieces++;
    if (window->turn_seconds < turn_seconds) {
        return;
    }
    const double a_piece = window->turn_seconds / (double)window->turn_pieces;
    window->sum += a_piece;
    window->longest = fmax(window->longest, a_piece);
    window->turns++;
    window->turn_seconds = 0;
    window->turn_pieces = 0;
    if (is_window_over(pace)) {
        end_window(pace);
    }
}
