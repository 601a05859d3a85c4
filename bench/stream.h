/*
 * stream.h - the bound: how fast this machine can read a matrix, once, and do nothing else.
 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include "harness.h"
#include "workload.h"

/* The bytes of a matrix as the library keeps it: rows padded to 64 bytes, never a multiple of 4096 bytes. */
size_t stream_matrix_bytes(int64_t rows, int64_t columns, enum precision precision);

/* A contestant that reads such a matrix from memory, each of `threads` threads its own part. */
struct contestant stream_read(int64_t rows, int64_t columns, enum precision precision, int32_t threads);

#endif
