/*
 * base/pace.h - which of two ways to do the same piece of work, again and again, is the faster one here and now.
 *
 * Nobody can know beforehand whether a second thread pays: another process may have its processor, or the machine is only
 * waking up. So the way that should be the faster one is taken, the other is tried from time to time, and what both took
 * decides. Whoever asks does the work and holds the clock:
 *
 *     if (pace_way(&pace) == …)
 *         …
 *     pace_note(&pace, seconds);
 */
#ifndef DNN_BASE_PACE_H
#define DNN_BASE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* What was measured of the way, turn by turn. A turn is some pieces of work. */
struct pace_window {
    int64_t pieces; /* all, and what they took */
    double seconds;
    int64_t turn_pieces; /* of the running turn */
    double turn_seconds;
    int32_t turns;       /* over */
    double sum, longest; /* of their means, seconds a piece */
};

struct pace {
    int32_t way;     /* 0 or 1, of the next piece */
    bool is_trial;   /* of that way; else it is the favourite */
    double known[2]; /* seconds a piece, of each way's latest window; infinity: nothing is known */
    double since;    /* seconds of work since the latest trial */
    double pause;    /* until the next, at least */
    double lost; /* seconds that the latest trial, or change of favourite, took longer than the other way would have */
    struct pace_window window;
};

/* first: the way, 0 or 1, that is taken until something is known. */
void pace_begin(struct pace *pace, int32_t first);

/* The way for the next piece of work. */
int32_t pace_way(const struct pace *pace);

/* What it took. */
void pace_note(struct pace *pace, double seconds);

#endif
