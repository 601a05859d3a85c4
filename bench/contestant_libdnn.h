/*
 * contestant_libdnn.h - what the contestants that call libdnn share.
 */
#ifndef BENCH_CONTESTANT_LIBDNN_H
#define BENCH_CONTESTANT_LIBDNN_H

#include "workload.h"

#include <dnn.h>

#include <stdint.h>

/* Dies with libdnn's message unless status is DNN_OK. what: the call, for people. */
void libdnn_demand(int32_t status, const char *what);

/* Sets the key "threads" if this version of libdnn has it. */
void libdnn_set_threads(dnn_config *config, int32_t threads);

/* The recipe "tutorial" with what a workload says, and a value of the key "engine". */
dnn_config *libdnn_tutorial(const struct workload *work, enum precision precision, int32_t threads, const char *engine);

#endif
