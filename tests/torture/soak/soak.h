/*
 * soak.h - random calls of everything, for hours: what a long-lived program does to the library.
 *
 *     main.c        sequences of calls, their seeds, memory before and after, what is printed when one dies
 *     world.c       the handles that are alive, and what is known about each
 *     reference.c   what a network of these weights must predict, and to within what error
 *     model.c file.c training.c data.c config.c      the calls
 *
 * Beside each model stands its shadow: its shape, its functions and its weights, as the calls that succeeded left them. What a
 * model predicts is compared with a naive network of the shadow's weights, with an error bound that is computed along the way;
 * a call that failed must leave the weights as the shadow has them, bit for bit.
 */
#ifndef DNN_TORTURE_SOAK_H
#define DNN_TORTURE_SOAK_H

#include <dnn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_LAYERS = 5, MOST_ROWS = 150, MOST_WIDTH = 260 };
enum { MODELS = 6, TRAINERS = 4, WORKSPACES = 4, DATASETS = 6, CONFIGS = 3 };

/* ---- what is known ---- */

/* Of a network. Its model, trainers and workspaces hold a reference each, as they do in the library. */
struct shadow {
    int references;
    dnn_model *handle; /* NULL: destroyed, while trainers or workspaces live on */
    bool is_known;     /* false: trained after the handle was gone, so that nobody can read the weights */
    int layer_count;
    int64_t layers[MOST_LAYERS];
    int64_t parameters;
    bool is_f32;
    const char *hidden, *output, *loss;
    double slope, leaky, alpha;
    double *theta;        /* [parameters] */
    double *mean, *scale; /* [n_0] */
};

struct trained {
    dnn_trainer *handle;
    struct shadow *shadow;
    bool has_dropout;
};

struct room {
    dnn_workspace *handle;
    struct shadow *shadow;
    int64_t most_rows;
    int64_t rows; /* of the last predict; 0: none */
};

/* x and y are the samples as dnn_dataset_get must give them. */
struct samples {
    dnn_dataset *handle;
    int64_t n, n_in, n_out;
    double *x, *y;
};

struct world {
    uint64_t seed;  /* of the sequence */
    uint64_t state; /* of the generator */
    int64_t call;   /* within the sequence */
    const char *doing;
    struct shadow *models[MODELS];
    struct trained trainers[TRAINERS];
    struct room rooms[WORKSPACES];
    struct samples datasets[DATASETS];
    dnn_config *configs[CONFIGS];
    /* of a fit, for its callback */
    struct trained *fitting;
    int stop_at; /* the call that ends it; 0: none */
    int callbacks, mischief;
    bool has_stopped;
};

/* ---- chance ---- */

uint64_t draw(struct world *w);
int64_t below(struct world *w, int64_t n); /* 0 to n − 1 */
bool chance(struct world *w, int percent);
int64_t some_rows(struct world *w); /* 1 to MOST_ROWS, mostly few */
double between(struct world *w, double low, double high);
void fill(struct world *w, double *values, int64_t count, double low, double high);
const char *one_of(struct world *w, const char *const *words, int count);
#define ONE_OF(w, words) one_of((w), (words), (int)(sizeof(words) / sizeof *(words)))

/* ---- verdicts ---- */

/* Ends the program, and says how to see it again. */
void fail(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* The files of all calls. Whether nothing else was in their folder. */
bool remove_files(void);

/* The errors that a call may return, as a sum; success is always one of its answers, unless MUST_FAIL is in it. */
enum { MUST_FAIL = 1, INVALID = 2, IO = 4, FORMAT = 8, UNSUPPORTED = 16, NOT_FINITE = 32, STOPPED = 64 };

/* The status is one of these, and an error has a message. Whether the call did its work. Memory that is refused is an answer
 * too, where the sequence refuses some. */
bool worked(struct world *w, int32_t status, int allowed);

/* Before the first call of the library. */
void begin_memory(void);
/* Perhaps the call that follows will be refused memory. */
void refuse_memory(struct world *w);
/* Whether some was refused since the latest call began. */
bool memory_was_refused(void);
/* From now on memory is granted: the calls that look at what another has left. */
void grant_memory(void);
/* How often some was refused, and the bytes that the library has now. */
int64_t memory_refusals(void);
int64_t library_bytes(void);

/* ---- the world ---- */

struct shadow *shadow_new(struct world *w, const int64_t *layers, int layer_count);
void shadow_release(struct shadow *shadow);
struct shadow *shadow_copy(struct world *w, const struct shadow *of, dnn_model *handle);

/* The weights and the standardization have changed: they are read. */
void shadow_refresh(struct world *w, struct shadow *shadow);
/* They have not. */
void shadow_verify(struct world *w, const struct shadow *shadow);

int64_t inputs_of(const struct shadow *shadow);
int64_t outputs_of(const struct shadow *shadow);

/* One that is there, or NULL. */
struct shadow *any_model(struct world *w);
struct trained *any_trainer(struct world *w);
struct room *any_room(struct world *w);
struct samples *any_dataset(struct world *w);

/* Into a place that is free, or that of another, which is destroyed. */
void keep_model(struct world *w, struct shadow *shadow);
struct trained *keep_trainer(struct world *w, dnn_trainer *trainer, struct shadow *shadow);
void keep_room(struct world *w, dnn_workspace *workspace, struct shadow *shadow, int64_t most_rows);
struct samples *keep_dataset(struct world *w, dnn_dataset *dataset, int64_t n, int64_t n_in, int64_t n_out);

void model_gone(struct shadow **place);
void trainer_gone(struct trained *trained);
void room_gone(struct room *room);
void dataset_gone(struct samples *samples);
void world_end(struct world *w);

void *need(size_t count, size_t size);

/* A dataset for this network: one that fits, or a new one, with targets from 0 to 1. NULL: memory was refused. */
struct samples *dataset_for(struct world *w, const struct shadow *shadow);

/* What the loss says of targets that are not from 0 to 1. */
int misfit_of(const struct shadow *shadow, const struct samples *samples);

/* What `seed` draws of a network's config; the shadow is told. The config, or NULL. */
dnn_config *network_config(struct world *w, struct shadow *shadow);
/* And of how to learn. */
dnn_config *learning_config(struct world *w);

/* ---- the reference ---- */

/* y, [n_L], of one x; bound: [n_L], how far the library's may be off. False if the bound is no use: numbers too large. */
bool reference_predict(const struct shadow *shadow, const double *x, double *y, double *bound);

/* The prediction of n rows is the reference's. */
void check_prediction(struct world *w, const struct shadow *shadow, const double *x, int64_t n, const double *y);

/* ---- the calls ---- */

struct act {
    const char *name;
    void (*run)(struct world *w);
    int weight;
};
extern const struct act config_acts[], model_acts[], file_acts[], training_acts[],
    data_acts[]; /* end with a NULL name */

#endif
