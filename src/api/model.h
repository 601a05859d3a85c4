/*
 * api/model.h - the model inside the library: a network, its weights, and who holds it.
 */
#ifndef DNN_API_MODEL_H
#define DNN_API_MODEL_H

#include "api/config.h"
#include "api/crew.h"
#include "api/pass.h"

#include <stdatomic.h>
#include <stddef.h>

enum {
    MODEL_IDLE_PASSES = 16,
    MODEL_CHUNK_ROWS = 256 /* the most rows that a borrowed pass takes at once: enough for a GEMM to reach its speed */
};

struct dnn_model {
    atomic_int_fast64_t references; /* the caller's hold, and one of each trainer and workspace */
    atomic_int training; /* 1: a call that changes the weights is running; no bool, for riscv64 cannot swap one byte */
    const struct core *core; /* of its precision */
    struct network *network;
    void *theta;         /* [network->arena_count] the weights */
    double weight_bound; /* no |w| is larger; kept so that an update can be known not to overflow */
    dnn_config *config;  /* what it was made with */
    bool is_standardized;
    struct standardization standardization; /* one block from `mean` on, made at the first dnn_model_standardize */

    _Atomic(struct pass *)
        idle[MODEL_IDLE_PASSES]; /* memory of predictions, kept for the next; NULL: none in this place */
    struct crew crew;            /* threads that share predictions */
};

/* A model with nothing in it but a copy of a config. */
int32_t model_make_empty(const dnn_config *config, dnn_model **out);

/* dnn_model_create, but all weights are 0, and nothing is drawn. */
int32_t model_create_zeros(const int64_t *layers, int64_t layer_count, const dnn_config *config, dnn_model **out);

/* weight_bound ← the largest |w|; infinity if one is not finite. */
void model_measure_weights(dnn_model *model);

/* A reference more, or one less; the last one destroys. A const model may be held: holding changes no weight. */
dnn_model *model_retain(const dnn_model *model);
void model_release(dnn_model *model);

/* The whole arena of weights, or of a gradient like it, as one row. */
struct matrix model_arena(const struct network *network, void *arena);

/* The weights of layers first … last of an arena, dense and one after the other, the bias last in each row. */
void model_export_layers(const struct core *core, const struct network *network, const void *arena, int64_t first,
                         int64_t last, double *w);
void model_import_layers(const struct core *core, const struct network *network, const double *w, int64_t first,
                         int64_t last, void *arena);

/* By what the model standardizes its inputs; NULL if by nothing. */
static inline const struct standardization *model_standardization(const dnn_model *model)
{
    return model->is_standardized ? &model->standardization : NULL;
}

/* Makes its memory, once; false if there is none. */
bool model_make_standardization(dnn_model *model);

/* Makes room for a network of that many weight matrices, and a copy of one. Released with memory_free. */
struct network *network_new(int64_t depth);
struct network *network_copy(const struct network *network);

/* Whether one sample, and many, go through the loops of the core or through the BLAS. engine: of the config. */
void network_choose_engine(const struct core *core, int32_t engine, struct network *network);

/* Takes memory for a chunk of rows (PASS_EVALUATE), and gives it back. */
int32_t model_borrow_pass(const dnn_model *model, struct pass **out);
void model_return_pass(const dnn_model *model, struct pass *pass);

/* Begins a call that changes the weights; an error if one is running. */
int32_t model_begin_training(dnn_model *model);
void model_end_training(dnn_model *model);

/* An error unless an update that moves no weight by more than `change` surely leaves all of them finite; then it is
 * counted. */
int32_t model_admit_change(dnn_model *model, double change);

#endif
