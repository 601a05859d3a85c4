/*
 * contestants.h - who can be timed on a workload: the library, and its peers.
 *
 * One function a peer. Each returns contestants that own their state, for harness_add; those that may be missing on a machine
 * say so, and the suite leaves a note above its tables.
 */
#ifndef BENCH_CONTESTANTS_H
#define BENCH_CONTESTANTS_H

#include "harness.h"
#include "workload.h"

struct peer;

enum operation { TRAINING_STEP, PREDICTION, OPERATION_COUNT };

/* libdnn through dnn.h: dnn_trainer_step or dnn_workspace_predict on one sample. threads: 1, or 0 for its own choice. */
struct contestant libdnn_contestant(const struct workload *work, enum operation operation, enum precision precision,
                                    int32_t threads);

/* The same step or prediction as bare calls of the BLAS: what libdnn adds to them is its overhead. */
struct contestant blas_contestant_f64(const struct workload *work, enum operation operation);
struct contestant blas_contestant_f32(const struct workload *work, enum operation operation);

/* FANN's fann_train or fann_run. False, and *why, if its library is not there. */
bool fann_contestant(const struct workload *work, enum operation operation, enum precision precision,
                     struct contestant *out, const char **why);

/* Starts the process that runs the tutorial in NumPy. NULL if it cannot; *facts: one line on it, or why. blas_file,
 * threads: ours, to compare its with. */
struct peer *numpy_start(const char *python, const struct workload *work, const char *blas_file, int32_t threads,
                         char *facts, size_t capacity);

/* One form of the tutorial's class, "neuron" or "matrix", in that process. */
struct contestant numpy_contestant(struct peer *peer, const char *form, enum operation operation,
                                   enum precision precision);

#endif
