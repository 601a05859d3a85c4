/*
 * api/crew.h - many samples forward through a model, divided among threads that the model owns.
 *
 * The threads are started when the first call comes that is worth them, and end with the model. They work for one call at a time;
 * others that predict beside it do so alone, each on its caller's thread.
 */
#ifndef DNN_API_CREW_H
#define DNN_API_CREW_H

#include "base/guard.h"
#include "base/pace.h"
#include "base/team.h"
#include "core/core.h"

#include <dnn.h>

/* A model's. */
struct crew {
    struct guard guard; /* held by the call that the threads work for */
    struct team *team;  /* NULL: not started */
    struct pace pace;   /* whether the team is faster than the caller alone, for a whole chunk */
};

void crew_begin(struct crew *crew);
void crew_end(struct crew *crew);

/* What is done with a chunk. The functions are called on several threads at once, for different parts of the pass. first: the number
 * of the part's first sample. */
struct crew_work {
    const dnn_model *model;
    void (*load)(const struct crew_work *work, struct pass *part, int64_t first); /* fills x_0, and y if wanted */
    void (*finish)(const struct crew_work *work, const struct pass *part, int64_t first); /* after forward */
    void *arrays; /* what these two take it from, and bring it to */
};

/* Takes the crew for a call over n samples; NULL: it is not worth it, it is taken, or cannot be started. */
struct crew *crew_take(const dnn_model *model, int64_t n);
void crew_give_back(struct crew *crew);

/* Starts the threads, and takes the memory, that a call over n samples with this pass will want. */
void crew_prepare(const dnn_model *model, int64_t n, struct pass *pass);

/* Runs the samples from `first` on, as many as the pass has rows, forward; alone if crew is NULL. Results are the same to the last
 * bit either way. */
void crew_forward(struct crew *crew, const struct crew_work *work, struct pass *pass, int64_t first);

#endif
