/*
 * read.h - the suite "read": a table of numbers in text, and who turns it into an array.
 */
#ifndef BENCH_READ_H
#define BENCH_READ_H

#include "harness.h"
#include "peer.h"

enum { READ_COLUMNS = 20, READ_PATH = 256 };

/* A CSV file of ours, with a header: the same numbers at each run. */
struct read_file {
    char path[READ_PATH];
    int64_t rows, bytes;
    double sum; /* of all its numbers, by which readers show that they read it */
};

/* Writes it. digits: behind the point, or 0: as many as a double needs. Dies if it cannot. */
struct read_file read_file_make(int64_t rows, int32_t digits);
void read_file_remove(struct read_file *file);

/* The bound: its bytes are fetched, and its lines counted. */
struct contestant read_lines(const struct read_file *file);

/* dnn_dataset_read_csv */
struct contestant read_libdnn(const struct read_file *file);

/* Once, in a process of its own: seconds, and the most memory beyond what the process had, in arrays of the file's numbers. */
void read_libdnn_once(const struct read_file *file, double *seconds, double *arrays);

/* The same by a reader of a peer (read_peers.py). Dies if it reads other numbers. */
void read_peer_once(struct peer *peer, const char *reader, const struct read_file *file, double *seconds,
                    double *arrays);

#endif
