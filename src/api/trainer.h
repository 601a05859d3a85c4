/*
 * api/trainer.h - the trainer inside the library: the memory of a step, and what is known of the latest gradient.
 */
#ifndef DNN_API_TRAINER_H
#define DNN_API_TRAINER_H

#include "api/array.h"
#include "api/dataset.h"
#include "api/model.h"
#include "base/pace.h"
#include "base/random.h"

/* Where the latest gradient is to be found, for dnn_trainer_layer_stats. */
enum latest {
    LATEST_NONE,
    LATEST_IN_PASS, /* it is Ψᵀ X̂ of the pass, not made yet */
    LATEST_IN_STEP, /* step_gradient */
    LATEST_IN_SUM   /* sum */
};

struct epoch {
    double loss;
    double validation_loss;
    double validation_accuracy;
};

/* What is known of some samples of a batch: Σ E, and a bound of the numbers of their gradient. */
struct block_figures {
    double loss;
    double bound;
};

/* Whether a loss gets better. */
struct watch {
    double best;     /* INFINITY at first */
    int64_t waiting; /* epochs in a row that brought nothing better */
};

enum { BATCH_SIZE_CLASSES = 16 };

struct dnn_trainer {
    atomic_int_fast64_t references; /* the caller's hold, and that of a running fit */
    dnn_model *model;               /* held */
    dnn_config *config;             /* how to learn */
    const struct core *core;        /* the model's */
    struct network *network;        /* the model's, with the derivatives of this trainer's config */
    struct pass *pass;

    void *step_gradient;              /* arena: the gradient of a step that needs one in memory */
    void *states[UPDATE_MOST_STATES]; /* arenas: what the optimizer keeps of the past; NULL beyond what it needs */
    double state_bound;               /* no number of states[0] is larger */
    int64_t updates;                  /* made so far */
    double eta;                       /* of the next update */
    double eta_base;                  /* learning_rate: what a schedule starts from */

    void *sum;         /* arena: G of dnn_trainer_accumulate, or NULL: it was never needed */
    double sum_bound;  /* no number of G is larger; 0 while it is empty */
    bool has_sum;      /* G holds something; if not, its old numbers count as zeros */
    struct team *team; /* divides steps, or NULL: it is not worth it */
    int32_t
        share_count; /* that a step of one sample is divided in, whether the team does them or the caller alone; 1: it is not */
    struct pace pace; /* which of both is the faster */
    void *partials; /* [2 × share_count × widest layer]: each share's part of a vector, of this layer and the last */

    int32_t thread_count;                        /* of the team when it was made; 1 without one */
    struct block_figures *block_figures;         /* [blocks of the pass]; see trainer_batch.c */
    double *thread_largest;                      /* [thread_count]: the largest |w| of a thread's rows */
    struct team *batch_team;                     /* the team, if it does the running step of a batch; else NULL */
    struct pace batch_paces[BATCH_SIZE_CLASSES]; /* of 1, of 2 and 3, of 4 to 7 … samples */
    double batch_began;                          /* the running step, by seconds_now */

    bool is_small;   /* a step of one sample goes the way of core/small.h */
    bool has_failed; /* the latest gradient or update was not finite */

    enum latest latest;
    double latest_scale; /* times what is found there, is the latest gradient */

    struct random shuffle;
    struct random dropout;
    int32_t (*callback)(void *user, const dnn_progress *progress);
    void *user;
    atomic_bool cancelled;

    void *best;            /* arena: the weights of the best epoch, or NULL if they are not wanted */
    struct watch patience; /* of the running fit */
    struct watch plateau;  /* for the schedule */
    int64_t cuts;          /* that it made */
    int64_t best_epoch;    /* in the history, of the latest fit with patience; −1: none */
    int64_t epochs_done;   /* of the running fit, or of one that a checkpoint interrupted; 0: the next fit is new */
    struct epoch *history; /* [history_count] */
    int64_t history_count;
    int64_t history_capacity;
};

dnn_trainer *trainer_retain(dnn_trainer *trainer);

/* Samples to learn from, wherever they are. `load` puts those from `first` on into x_0 and y of a pass, or a part of one, as many
 * as its n_rows tells; several threads may call it at once, for parts of their own. */
struct samples {
    void (*load)(const void *source, const dnn_trainer *trainer, struct pass *pass, int64_t first);
    const void *source;
    int64_t n;
};

/* The caller's arrays. */
struct array_samples {
    struct array_in x; /* [n × n_0] */
    struct array_in y; /* [n × n_L] */
};

/* They as samples. arrays: borrowed. */
struct samples trainer_samples(const struct array_samples *arrays, int64_t n);

/* Errors of the samples of dnn_trainer_step and its like. */
int32_t trainer_check_samples(const dnn_trainer *trainer, const struct array_samples *arrays, int64_t n);

/* The same before a step; if their numbers are not finite, that is noted as one that failed. */
int32_t trainer_admit_samples(dnn_trainer *trainer, const struct array_samples *arrays, int64_t n);

/* One update from the mean gradient. *loss_sum: Σ E before it. The weights change on success alone. */
int32_t trainer_step(dnn_trainer *trainer, const struct samples *samples, double *loss_sum);

/* One sample of a small network by plain gradient descent, from x and y, or, if they are NULL, from the pass: the way of
 * core/small.h, for a trainer that is_small. *loss: E. False, and nothing changed, if something speaks against it. */
bool trainer_descend_small(dnn_trainer *trainer, const double *x, const double *y, double *loss);

/* step_gradient ← Σ ∇W, chunk by chunk. *loss_sum: Σ E. *bound: no number of the gradient is larger. Between batch_begin and
 * batch_end. */
int32_t trainer_sum_in_step(dnn_trainer *trainer, const struct samples *samples, double *loss_sum, double *bound);

/* What the core is told of update number t, from 1, of a gradient that is to be multiplied by `scale`. */
struct update trainer_update_at(const dnn_trainer *trainer, double t, double scale);

/* One update by the optimizer from scale · gradient. bound: of the gradient's numbers. makes_gradient: it is that of the pass, and
 * still to be made, in that memory. The weights change on success alone. Between batch_begin and batch_end the team may help. */
int32_t trainer_update(dnn_trainer *trainer, double scale, bool makes_gradient, void *gradient, double bound);

/* The state_bound of states that came from a file; infinity if this optimizer cannot have left them. */
double trainer_held_bound(const dnn_trainer *trainer);

/* Allocates what the optimizer and restore_best need. */
int32_t trainer_make_states(dnn_trainer *trainer);

/* True if an update is W −= η ∇W and nothing else. */
bool trainer_is_plain_descent(const dnn_trainer *trainer);

/* An error unless every weight surely stays finite when it moves by η times a number that is not larger than
 * `bound`. */
int32_t trainer_admit_descent(dnn_trainer *trainer, double eta, double bound);

/* Makes the arena of G, once: most trainers only step or fit. */
int32_t trainer_make_sum(dnn_trainer *trainer);

/* dnn_trainer_save. */
int32_t trainer_write(const dnn_trainer *trainer, const char *path);

/* dnn_trainer_load from the bytes of a file. */
int32_t trainer_read(const uint8_t *bytes, int64_t size, const char *path, dnn_model **model, dnn_trainer **trainer);

/* True if a step of one sample by η surely leaves every weight finite. bound: of core->fused_bound. */
bool trainer_stays_finite(const dnn_trainer *trainer, double eta, double bound);

/* Notes that numbers overflowed; returns status. */
int32_t trainer_failed(dnn_trainer *trainer, int32_t status);

/* Notes where the latest gradient is, and what it is to be multiplied by. */
void trainer_set_latest(dnn_trainer *trainer, enum latest latest, double scale);

/* A whole arena of the trainer's network, as one row. */
struct matrix trainer_arena(const dnn_trainer *trainer, void *arena);

#endif
