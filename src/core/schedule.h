/*
 * core/schedule.h - the learning rate as a function of time, as a table of name and formula.
 */
#ifndef DNN_CORE_SCHEDULE_H
#define DNN_CORE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* The numbers of a schedule, named as in dnn.h. */
struct schedule {
    int32_t kind;
    double eta;     /* at the start */
    double factor;  /* step, plateau */
    double rate;    /* exponential */
    int64_t every;  /* step, plateau: epochs */
    int64_t length; /* cosine: epochs */
    double warmup;  /* warmup_cosine: epochs */
    double minimum; /* cosine, plateau */
};

/* When: before a batch of an epoch. */
struct schedule_time {
    int64_t epoch;   /* completed */
    int64_t batch;   /* of the running epoch, completed */
    int64_t batches; /* in an epoch */
    int64_t cuts;    /* of plateau so far */
};

/* The name of a schedule; NULL outside the table. */
const char *schedule_name(int32_t kind);

/* True if a schedule wants to hear of each epoch's loss, and cut where it does not get better. */
bool schedule_is_plateau(int32_t kind);

/* η for a batch. */
double schedule_eta(const struct schedule *schedule, struct schedule_time time);

#endif
