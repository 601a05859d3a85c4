/*
 * harness.h - times contestants fairly.
 *
 * A suite registers bounds (what the machine can do at best), groups (one table each: an operation in a precision, measured
 * against a bound) and the contestants of each group; the first contestant of a group is the one the others are compared
 * with. harness_run then lets all contestants of all groups take turns, A B C A B C …, for as many rounds as the time
 * allows, so that a change of the machine's clock or load meets all of them alike.
 *
 * One turn: a few repetitions that are not timed (the others have just emptied the caches), then as many as fill a turn,
 * timed together; their mean is the turn's figure. Every contestant has one figure a round, hence minimum and median are
 * taken over equally many. Nothing else runs meanwhile: a contestant in another process waits, blocked, for its turn, and a turn
 * begins when the threads of the last one sleep.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HARNESS_MAX_ENTRIES = 128,
    HARNESS_MAX_GROUPS = 32,
    HARNESS_MAX_NOTES = 16,
    HARNESS_MAX_TARGETS = 32,
    HARNESS_NOTE_LENGTH = 2048
};

struct contestant {
    const char *name;
    void *state;
    void (*run)(void *state); /* one repetition; the harness times it */
    double (*measure)(void *state,
                      int64_t repetitions); /* or, instead of run: a whole turn; returns its timed seconds */
    double (*error)(void *state);           /* NULL, or what training lowers: checked at the end */
    void (*close)(void *state);             /* NULL, or releases state */
};

struct entry {
    struct contestant who;
    int32_t group;       /* −1 for a bound */
    int64_t repetitions; /* a turn */
    double *seconds;     /* [rounds] of one repetition, sorted once harness_run is done, gone after harness_close */
    double minimum, median;
    double error_before, error_after; /* NaN without an error function */
};

struct group {
    const char *operation, *precision;
    int32_t bound;          /* index of an entry */
    double reads;           /* the bound of this operation is so many times that entry's time */
    const char *bound_name; /* "two reads of the big matrix" */
    double bytes;           /* that one read moves, for GB/s; 0: it is no read */
    double samples;         /* of one repetition, for samples a second; 0: not told */
    double flops;           /* of the bound's one read, for GFLOP/s; 0: not told */
    /* Of a series, one operation at many sizes: */
    const char *series,
        *axis;   /* what all its groups share, and what differs: "training step, [2,w,w,2]", "width"; NULL: none */
    double size; /* this group's place on the axis */
    double parameters; /* of the network: a series is told in time a parameter and sample */
};

enum { HARNESS_BOUND = -1, HARNESS_MICROSECOND = -2 };

/* A ratio of two times that is to be reached: over / under, at most or at least `limit`. */
struct target {
    int32_t over,
        under; /* indices of contestants; under may be HARNESS_BOUND, that of over's group, or HARNESS_MICROSECOND */
    enum { AT_MOST, AT_LEAST } sense;
    double limit;
};

struct ratio {
    double minimum, median; /* of the minima, and of the medians */
};

struct harness {
    struct entry entries[HARNESS_MAX_ENTRIES];
    struct group groups[HARNESS_MAX_GROUPS];
    struct target targets[HARNESS_MAX_TARGETS];
    char notes[HARNESS_MAX_NOTES]
              [HARNESS_NOTE_LENGTH]; /* what the reader of the table must know: peers, what was left out */
    int32_t entry_count, group_count, target_count, note_count;
    int64_t rounds;    /* done, after harness_run */
    int64_t disturbed; /* turns in them that began while something else ran, or in which a hypervisor took time away */
};

/* A time limit and what holds whatever the limit. */
struct harness_plan {
    double seconds;      /* about how long all rounds take together */
    double turn_seconds; /* about how long one turn takes */
    int64_t least_rounds;
    bool settles; /* a turn begins when nothing else runs, or a while later */
};

/* Adds a bound, and returns its index for a group to name. */
int32_t harness_add_bound(struct harness *harness, struct contestant who);

/* Adds a group, and returns its index for contestants to name. */
int32_t harness_add_group(struct harness *harness, struct group group);

/* Adds a contestant to a group, and returns its index. Its state is the harness's from here on. */
int32_t harness_add(struct harness *harness, int32_t group, struct contestant who);

/* Adds a ratio that is told below the tables, and whether it was reached. */
void harness_aim(struct harness *harness, struct target target);

/* Adds a line above the tables, as printf does, unless it is there. */
void harness_note(struct harness *harness, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Warms up, runs the rounds, fills in the statistics, and dies if training did not lower a contestant's error. */
void harness_run(struct harness *harness, const struct harness_plan *plan);

/* Closes every contestant. What was measured stays. */
void harness_close(struct harness *harness);

/* Runs a turn, whoever times it. Returns the seconds of its timed repetitions. */
double harness_turn(const struct contestant *who, int64_t repetitions);

/* How many repetitions a turn begins with that are not timed: for a measure function, which keeps the rule itself. */
int64_t harness_untimed(int64_t repetitions);

/* What a target's ratio is, after harness_run; judged by the minima, which other programs disturb least. */
struct ratio harness_ratio(const struct harness *harness, const struct target *target);
bool harness_reached(const struct harness *harness, const struct target *target);

/* What the bound of a group is, times its reads: an entry with minimum and median alone. */
struct entry harness_least(const struct harness *harness, int32_t group);

/* The contestant that the others of its group are compared with. */
const struct entry *harness_first(const struct harness *harness, int32_t group);

/* Seconds of a clock that only goes forward. */
double harness_clock(void);

/* Memory for a bench's arrays: zeroed, aligned like the library's. Never NULL: dies when there is none. */
void *bench_allocate(size_t bytes);

/* Prints why the bench cannot go on, and ends the program. */
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
