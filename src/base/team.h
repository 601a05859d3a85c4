/*
 * base/team.h - a few threads that do one piece of work together, again and again, in lockstep.
 *
 * A call of team_run wakes the team, does its own share, and returns when everybody has done theirs. Threads that wait spin for
 * a few microseconds, then offer their processor to others for a while, and then sleep: a team that shares its processors must
 * not burn them.
 */
#ifndef DNN_BASE_TEAM_H
#define DNN_BASE_TEAM_H

#include <stdbool.h>
#include <stdint.h>

struct team;

/* How many processors this process may use, at least 1. */
int32_t team_processors(void);

/* Makes a team of `count` threads, 1 and more, of which the one that calls team_run is the first. The others are started here;
 * if the system refuses some, the team is smaller. False, and no message, without memory: who can do without a team says nothing. */
bool team_create(int32_t count, struct team **out);

/* Ends the threads; NULL is allowed. Not while team_run runs. */
void team_destroy(struct team *team);

/* How many threads it has, the caller included. In the child of a fork, which took the others away, it starts others; fewer if
 * the system refuses some. */
int32_t team_count(struct team *team);

/* A share of the work: runs once on each thread, index 0 on the caller's. */
typedef void (*team_work)(void *argument, int32_t index, int32_t count);

/* Runs `work` on the whole team, team_count of them. One call at a time. */
void team_run(struct team *team, team_work work, void *argument);

/* Share `index` of n things, in blocks of `block`, the last of which may be smaller: things *first … *first + the result − 1. The
 * first share is never empty, if there is anything. */
int64_t team_share(int64_t n, int64_t block, int32_t index, int32_t count, int64_t *first);

/* Inside work: returns when all have come here. What any thread wrote before it, every thread sees after it. */
void team_barrier(struct team *team);

#endif
