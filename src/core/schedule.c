/*
 * core/schedule.c - see schedule.h. The formulas are those of dnn.h; cosine: Loshchilov and Hutter, "SGDR: Stochastic
 * gradient descent with warm restarts", 2017.
 */
#include "core/schedule.h"

#include <math.h>
#include <stddef.h>

static const double pi = 3.14159265358979323846;

static double constant(const struct schedule *schedule, struct schedule_time time)
{
    (void)time;
    return schedule->eta;
}

/* η f^⌊e / every⌋ */
static double step(const struct schedule *schedule, struct schedule_time time)
{
    return schedule->eta * pow(schedule->factor, (double)(time.epoch / schedule->every));
}

/* η γ^e */
static double exponential(const struct schedule *schedule, struct schedule_time time)
{
    return schedule->eta * pow(schedule->rate, (double)time.epoch);
}

/* t, in epochs, in the running round of `length`. */
static double time_of_round(const struct schedule *schedule, struct schedule_time time)
{
    return (double)(time.epoch % schedule->length) + (double)time.batch / (double)time.batches;
}

/* From η at 0 to the minimum at 1, half a cosine. */
static double half_cosine(const struct schedule *schedule, double share)
{
    const double bottom = fmin(schedule->minimum, schedule->eta);
    return bottom + (schedule->eta - bottom) * (1 + cos(pi * share)) / 2;
}

static double cosine(const struct schedule *schedule, struct schedule_time time)
{
    return half_cosine(schedule, time_of_round(schedule, time) / (double)schedule->length);
}

/* η (t + one batch) / warmup, then half a cosine over the rest. */
static double warmup_cosine(const struct schedule *schedule, struct schedule_time time)
{
    const double t = time_of_round(schedule, time);
    if (t < schedule->warmup) {
        return schedule->eta * fmin(1, (t + 1 / (double)time.batches) / schedule->warmup);
    }
    return half_cosine(schedule, (t - schedule->warmup) / ((double)schedule->length - schedule->warmup));
}

/* η f^cuts, not below the minimum */
static double plateau(const struct schedule *schedule, struct schedule_time time)
{
    const double bottom = fmin(schedule->minimum, schedule->eta);
    return fmax(bottom, schedule->eta * pow(schedule->factor, (double)time.cuts));
}

static const struct {
    const char *name;
    double (*eta)(const struct schedule *schedule, struct schedule_time time);
} kinds[] = {
    {"constant", constant},           {"step", step},       {"exponential", exponential}, {"cosine", cosine},
    {"warmup_cosine", warmup_cosine}, {"plateau", plateau},
};

const char *schedule_name(int32_t kind)
{
    return kind >= 0 && kind < (int32_t)(sizeof kinds / sizeof *kinds) ? kinds[kind].name : NULL;
}

bool schedule_is_plateau(int32_t kind)
{
    return kinds[kind].eta == plateau;
}

double schedule_eta(const struct schedule *schedule, struct schedule_time time)
{
    return kinds[schedule->kind].eta(schedule, time);
}
