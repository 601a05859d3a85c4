/*
 * contestants.h - who can be timed on a workload: the library, and its peers.
 *
 * One function a peer. Each returns contestants that own their state, for harness_add; those that may be missing on a machine
 * say so, and the suite leaves a note above its tables.
 */
#ifndef BENCH_CONTESTANTS_H
#define BENCH_CONTESTANTS_H

#include "gemms.h"
#include "harness.h"
#include "suites.h"
#include "workload.h"

struct peer;

enum operation { TRAINING_STEP, PREDICTION, OPERATION_COUNT };

/* libdnn through dnn.h: dnn_trainer_step or dnn_workspace_predict on one sample. threads: 1, or 0 for its own choice. */
struct contestant libdnn_contestant(const struct workload *work, enum operation operation, enum precision precision,
                                    int32_t threads);

/* The same with a value of the key `engine`. */
struct contestant libdnn_engine_contestant(const struct workload *work, enum operation operation,
                                           enum precision precision, int32_t threads, const char *engine);

/* libdnn's dnn_trainer_step with work->rows rows, by sgd. recipe: which it is in everything else. */
struct contestant batch_contestant(const struct gemms_work *work, enum precision precision, const char *recipe,
                                   int32_t threads);

/* The same step or prediction as bare calls of the BLAS: what libdnn adds to them is its overhead. */
struct contestant blas_contestant_f64(const struct workload *work, enum operation operation);
struct contestant blas_contestant_f32(const struct workload *work, enum operation operation);

/* FANN's fann_train or fann_run. False, and *why, if its library is not there. */
bool fann_contestant(const struct workload *work, enum operation operation, enum precision precision,
                     struct contestant *out, const char **why);

/* The same contestant under this name, for whose turns the BLAS of this process is held to one thread, and then given its
 * `threads` back: so one thread and all cores take turns in one run. Where machine_read knows that count. */
struct contestant on_one_thread(struct contestant inner, const char *name, int32_t threads);

/* Starts the process that runs the tutorial in NumPy. NULL if it cannot; *facts: one line on it, or why. blas_file,
 * threads: ours, to compare its with. */
struct peer *numpy_start(const char *python, const struct workload *work, const char *blas_file, int32_t threads,
                         char *facts, size_t capacity);

/* One form of the tutorial's class, "neuron" or "matrix", in that process. */
struct contestant numpy_contestant(struct peer *peer, const char *form, enum operation operation,
                                   enum precision precision);

/* The peers of step_peers.py, one process each, and the ways in which they do the work: PyTorch has two. */
enum step_peer { STEP_NUMPY, STEP_TORCH, STEP_SKLEARN, STEP_PEER_COUNT };
enum { STEP_WAY_COUNT = 4 };

/* Starts one, if it can be had. */
struct peer *step_peer_start(enum step_peer which, const struct suite_options *options, const struct workload *work,
                             char *facts, size_t capacity);

/* Whose way it is; the search for its fastest setting in every operation and precision, which settings tells; a contestant. */
enum step_peer step_way_peer(int way);
void step_way_calibrate(int way, struct peer *peer, bool quick, char *settings, size_t capacity);
struct contestant step_way(int way, struct peer *peer, enum operation operation, enum precision precision);

#endif
