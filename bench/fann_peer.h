/*
 * fann_peer.h - FANN behind a table of functions.
 *
 * FANN comes as one library a precision, and all export the same names. So each is linked into a small module of its own, which is
 * loaded with its names kept to itself; bench_fann_peer is all that a module shows.
 */
#ifndef BENCH_FANN_PEER_H
#define BENCH_FANN_PEER_H

#include "workload.h"

struct fann_peer {
    void *(*create)(const struct workload *work); /* NULL if FANN refuses */
    void (*train)(void *network);                 /* each: as often as the workload says */
    void (*predict)(void *network);
    void (*predict_from_last)(void *network); /* what came out goes in, as far as there are inputs */
    double (*squared_error)(void *network);
    void (*destroy)(void *network);
};

const struct fann_peer *bench_fann_peer(void);

#endif
